"""Whole steps as cases: knobs that no question and no draft shows are proposed, tried and judged on them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from graph.learning.consent import Consent
from graph.learning.rounds import WORSE, Rounds
from graph.learning.suggestions import refused
from graph.learning.trial import Pairing
from nodes.feedback_loop.proposals import fresh, from_plays
from nodes.feedback_loop.proposals.asking import makespan
from systems.pins import Pins
from systems.policy import DEFAULT, Edit, Policy
from systems.trials import Accepted, Asked, Case, Check, Played, Proposal, Requested, Stepped
from tests.graph.learning.simulated import MODEL, Scene, Simulated, drafts, proposal, routes

QUESTIONS = ("What is new?", "Who wrote it?", "Which files are there?", "What does it say?")
MATTERS = QUESTIONS[3]
SLOW = 0.5
PLAIN = DEFAULT.edited({"questions": {"own": 0, "parallel": 1, "always": {"*": QUESTIONS}}})
SKIPPING = {"questions": {"skip": [MATTERS]}}


def steps(count: int, start: int = 0, *, mattering: int = 1) -> list[Case]:
    """Step cases; the last question matters in every so many of them."""
    return [
        Case(
            kind="step",
            given=Stepped(requests=(Requested(artifact="tasks", goal=f"Goal {number}", about="the tasks"),)),
            check=Check(
                answers=tuple(
                    Accepted(question=one, used=one == MATTERS and number % mattering == 0, tokens=50)
                    for one in QUESTIONS
                )
            ),
            origin="run",
        )
        for number in range(start, start + count)
    ]


def answers() -> list[Case]:
    """The questions one by one."""
    return [
        Case(kind="answer", given=Asked(question=one), check=Check(terms=("x",)), origin="run") for one in QUESTIONS
    ]


class SlowServers(Simulated):
    """Every answer takes half a second; a step asks as its policy says, and fails without what mattered."""

    async def play(self, case: Case, policy: Policy, repetition: int) -> Played:
        """What comes of it, with a little noise in the seconds."""
        self.log.append((case.key, policy.hash, repetition))
        asked = [one for one in QUESTIONS if one not in policy.questions.skip] if case.kind == "step" else [""]
        missing = [one.question for one in case.check.answers if one.used and one.question not in asked]
        noise = random.Random(f"{case.key} {repetition}").uniform(0, 0.2)
        took = makespan([SLOW] * len(asked), policy.questions.parallel) + noise
        return Played(
            success=not missing, seconds=took, tokens=50 * len(asked), why=f"lost: {missing}" if missing else ""
        )


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Twenty steps and their questions to try on, and some of both as guards."""
    scene = Scene(tmp_path, SlowServers())
    scene.ground.cases = {"working": [*steps(20), *answers()], "guard": [*steps(5, 100), *routes(10)]}
    yield scene
    scene.close()


def proposing(scene: Scene, *given: Proposal) -> Rounds:
    """Rounds with these proposals; without any, with those that the plays suggest."""

    async def suggest(policy: Policy, plays: Sequence[tuple[Case, Played]]) -> Sequence[Proposal]:
        found = given or from_plays(plays, policy=policy)
        return fresh(found, policy=policy, pins=Pins(), refused=refused(scene.ledger))

    return Rounds(scene.ground, scene.ledger, suggest, Consent(scene.ledger, MODEL))


def about(metric: str, edit: Edit, predicted: float) -> Proposal:
    return proposal(edit, PLAIN, predicted).model_copy(update={"metric": metric})


def test_questions_side_by_side_are_found_for_seconds_and_useless_ones_dropped_for_tokens(scene: Scene) -> None:
    rounds = proposing(scene)
    policy, _ = asyncio.run(rounds.run(PLAIN, 8))
    assert (policy.questions.parallel, set(policy.questions.skip)) == (4, set(QUESTIONS[:3]))
    assert [(verdict.metric, verdict.accepted) for verdict in rounds.verdicts] == [
        *[("seconds", True)] * 2,
        *[("tokens", True)] * 3,
    ]
    first = rounds.verdicts[0]
    assert first.effect == pytest.approx(2 * SLOW * 20 / 24, rel=0.1) and first.guard_low > -first.margin


@pytest.mark.parametrize("mattering", [1, 3])
def test_skipping_a_question_whose_answer_mattered_is_refused(scene: Scene, mattering: int) -> None:
    guards = [*steps(5, 100, mattering=mattering), *routes(10)]
    scene.ground.cases = {"working": steps(20, mattering=mattering), "guard": guards}
    rounds = proposing(scene, about("seconds", SKIPPING, SLOW))
    policy, _ = asyncio.run(rounds.run(PLAIN, 2))
    (verdict,) = rounds.verdicts
    assert policy == PLAIN and not verdict.accepted
    assert verdict.reason == WORSE if mattering == 1 else "success got worse beyond chance" in verdict.reason


def test_what_only_steps_show_touches_no_other_case_and_is_not_tried_without_steps(scene: Scene) -> None:
    edit = {"questions": {"parallel": 2}}
    pairing = Pairing(scene.ground, about("seconds", edit, SLOW), PLAIN, PLAIN.edited(edit))
    assert pairing.kinds == ("step",) and len(pairing.unchanged) == len(answers()) + 10
    scene.ground.cases = {"working": [*drafts(40), *answers(), *steps(2)], "guard": drafts(20, 1_000)}
    rounds = proposing(scene, about("seconds", edit, SLOW))
    policy, stopped = asyncio.run(rounds.run(PLAIN, 2))
    assert policy == PLAIN and rounds.verdicts == [] and "more working step cases are needed" in stopped

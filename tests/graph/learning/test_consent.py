"""A policy that has won its trial takes a person's word where they want to be asked, now or days later."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from graph.cli import main
from graph.learning.consent import Consent
from graph.learning.rounds import NOTHING_MORE
from systems.errors import Waiting
from systems.forms import Form
from systems.ledger import Ledger, pending
from systems.person import Person, Question
from systems.policy import DEFAULT
from systems.trials import Declined
from tests.graph.learning.simulated import CAPPED, MODEL, USELESS, Scene

BETTER = DEFAULT.edited(CAPPED)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Forty working cases and twenty guard cases."""
    scene = Scene(tmp_path)
    yield scene
    scene.close()


def improved(scene: Scene, said: str | None, **more: Any) -> tuple[Any, list[Question]]:
    """The policy in the end, with a person who says this; None: nobody is there."""
    asked: list[Question] = []

    async def put(question: Question, form: type[Form]) -> Any:
        asked.append(question)
        return said

    consent = Consent(scene.ledger, MODEL, ask=True, person=Person(put) if said else None)

    async def work() -> Any:
        rounds = scene.rounds(USELESS, CAPPED, consent=consent, **more)
        policy, stopped = await rounds.run(await consent.settled(scene.ledger.active(MODEL) or DEFAULT), 5)
        return policy, stopped, rounds

    return asyncio.run(work()), asked


def called(scene: Scene, *words: str) -> Any:
    """The JSON of a ledger command."""
    result = CliRunner().invoke(main, ["ledger", *words, "--project", str(scene.path.parents[1]), "--json"])
    assert result.exit_code in (0, 2), result.output
    return json.loads(result.stdout)


def test_the_person_sees_the_knobs_and_the_numbers_and_their_yes_lets_it_hold(scene: Scene) -> None:
    (policy, _, rounds), (asked,) = improved(scene, "approve")
    assert policy == BETTER == scene.ledger.active(MODEL) and rounds.accepted == 1
    assert asked["changes"] == [{"knob": "draft.items", "old": "3", "new": "2"}]
    assert "40" in asked["evidence"]["cases"] and "p value" in asked["evidence"]
    assert scene.ledger.verify() == ()


def test_what_a_person_declines_does_not_hold_and_is_not_proposed_again(scene: Scene) -> None:
    (policy, stopped, rounds), asked = improved(scene, "reject: too terse for us")
    assert policy == DEFAULT and stopped == NOTHING_MORE and scene.ledger.active(MODEL) is None
    assert len(asked) == 1 and rounds.accepted == 0
    (entry,) = scene.ledger.entries("declined")
    assert entry.read(Declined).reason == "too terse for us" and scene.ledger.verify() == ()
    (again, _, rounds), asked = improved(scene, "approve")
    assert again == DEFAULT and asked == [] and rounds.verdicts == []
    shown = called(scene)["decisions"]
    assert {one["outcome"] for one in shown} == {"declined", "rejected"}
    text = CliRunner().invoke(main, ["ledger", "--project", str(scene.path.parents[1])]).stdout
    assert "declined by a person: too terse for us" in " ".join(text.split())


@pytest.mark.parametrize("word", ["apply", "decline"])
def test_where_nobody_is_there_it_waits_until_a_person_applies_or_declines_it(scene: Scene, word: str) -> None:
    with pytest.raises(Waiting, match="waits for your word") as waiting:
        improved(scene, None)
    assert f"specloop ledger apply {BETTER.hash[:12]}" in waiting.value.mend and scene.ledger.active(MODEL) is None
    (one,) = [one for one in called(scene)["decisions"] if one["outcome"] == "pending"]
    assert one["policy"] == BETTER.hash
    place = scene.path.parents[1]
    subprocess.run(["git", "init", "-q", str(place)], check=True)
    assert "Decide about a policy" in CliRunner().invoke(main, ["next", "--project", str(place)]).stdout
    plays = len(scene.plays.log)
    with pytest.raises(Waiting):
        improved(scene, None)
    assert len(scene.plays.log) == plays, "a policy that waits is not tried again"

    told = called(scene, word, BETTER.hash[:8], *(["--reason", "not now"] if word == "decline" else []))
    assert told["model"] == MODEL and pending(scene.ledger.entries()) == ()
    with closing(Ledger(scene.path)) as later:
        assert later.active(MODEL) == (BETTER if word == "apply" else None) and later.verify() == ()
    assert "No policy waits" in called(scene, word)["error"]["message"]


def test_a_waiting_policy_is_asked_about_first_and_always_covers_those_that_follow(scene: Scene) -> None:
    with pytest.raises(Waiting):
        improved(scene, None)
    (policy, _, _), asked = improved(scene, "always")
    assert policy == BETTER and len(asked) == 1


def test_what_waits_is_past_once_another_policy_was_chosen(scene: Scene) -> None:
    with pytest.raises(Waiting):
        improved(scene, None)
    scene.ledger.adopt(BETTER, verdict=pending(scene.ledger.entries())[0].key, model=MODEL)
    assert pending(scene.ledger.entries()) == ()


def test_without_being_asked_for_the_trial_alone_decides(scene: Scene) -> None:
    policy, _ = asyncio.run(scene.rounds(CAPPED).run(DEFAULT, 1))
    assert policy == BETTER == scene.ledger.active(MODEL)

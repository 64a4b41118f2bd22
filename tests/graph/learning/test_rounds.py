"""Rounds of improvement: what helps is adopted, what does not is refused, and everything is in the ledger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.learning.rounds import NOTHING_MORE
from graph.learning.session import session
from systems.errors import Missing
from systems.ledger import Ledger
from systems.policy import DEFAULT
from systems.trials import Improved, Proposal, Trial, Verdict
from tests.graph.learning.simulated import CAPPED, HARMFUL, MODEL, USELESS, Scene, Simulated


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Forty working cases and twenty guard cases."""
    scene = Scene(tmp_path)
    yield scene
    scene.close()


def test_what_helps_is_adopted_and_what_does_not_is_refused(scene: Scene) -> None:
    rounds = scene.rounds(USELESS, CAPPED)
    policy, stopped = asyncio.run(rounds.run(DEFAULT, 5))
    assert policy == DEFAULT.edited(CAPPED) and stopped == NOTHING_MORE
    assert scene.ledger.active(MODEL) == policy
    assert [verdict.accepted for verdict in rounds.verdicts] == [False, True]
    assert [verdict.number for verdict in rounds.verdicts] == [1, 2]


def test_the_ledger_leads_from_the_policy_to_the_plays(scene: Scene) -> None:
    asyncio.run(scene.rounds(CAPPED).run(DEFAULT, 1))
    (entry,) = scene.ledger.entries("verdict")
    verdict = entry.read(Verdict)
    trial, proposal = scene.ledger.get(Trial, verdict.trial), scene.ledger.get(Proposal, verdict.proposal)
    assert trial and proposal and trial.new == DEFAULT.edited(proposal.edit).hash
    assert len(trial.pairs) == 60 and verdict.cases == 40 and verdict.guards == 20
    assert verdict.repairs > verdict.regressions and verdict.effect > verdict.noise and verdict.p_value <= verdict.alpha
    assert scene.ledger.verify() == ()


def test_what_breaks_everything_is_refused_after_three_cases(tmp_path: Path) -> None:
    scene = Scene(tmp_path, Simulated(lambda _, policy: float(policy.draft.items < 9)))
    rounds = scene.rounds(HARMFUL)
    policy, _ = asyncio.run(rounds.run(DEFAULT, 1))
    assert policy == DEFAULT and "all three fail" in rounds.verdicts[0].reason
    assert sum(one[1] != DEFAULT.hash for one in scene.plays.log) == 3
    scene.close()


def test_a_trial_that_takes_too_long_ends_refused_and_the_round_goes_on(scene: Scene) -> None:
    rounds = scene.rounds(USELESS, CAPPED, trial_seconds=0.0)
    policy, stopped = asyncio.run(rounds.run(DEFAULT, 1))
    assert policy == DEFAULT and stopped == NOTHING_MORE
    assert [verdict.number for verdict in rounds.verdicts] == [1, 2]
    assert all("may take 0 s" in verdict.reason and not verdict.accepted for verdict in rounds.verdicts)


def test_the_budget_of_all_trials_ends_more_than_the_trial(scene: Scene) -> None:
    asyncio.run(scene.rounds(trial_seconds=60.0).run(DEFAULT, 1))
    scene.ground.deadline = time.monotonic() - 1
    rounds = scene.rounds(CAPPED, trial_seconds=60.0)
    assert asyncio.run(rounds.run(DEFAULT, 1)) == (DEFAULT, "the budget is used up") and rounds.verdicts == []


def test_with_too_few_cases_nothing_is_tried_and_it_says_how_many_are_missing(tmp_path: Path) -> None:
    scene = Scene(tmp_path, working=4, guard=2)
    rounds = scene.rounds(CAPPED)
    policy, stopped = asyncio.run(rounds.run(DEFAULT, 3))
    assert policy == DEFAULT and rounds.verdicts == [] and scene.ledger.entries() == ()
    assert "more working cases" in stopped and "50 points" in stopped
    assert all(policy == DEFAULT.hash for _, policy, _ in scene.plays.log)
    scene.close()


def test_an_interrupted_improve_goes_on_with_its_verdicts_and_its_plays(tmp_path: Path) -> None:
    other = Scene(tmp_path / "other")
    asyncio.run(other.rounds(USELESS).run(DEFAULT, 1))
    scene = Scene(tmp_path, Simulated(gone=len(other.plays.log) + 20))
    other.close()
    begun = session(scene.ledger, start=DEFAULT, model=MODEL, seed=7)
    rounds = scene.rounds(USELESS, CAPPED, verdicts=list(begun.verdicts))
    with pytest.raises(Missing):
        asyncio.run(rounds.run(begun.now, 5))
    assert len(rounds.verdicts) == 1
    scene.plays.gone = None
    again = session(scene.ledger, start=DEFAULT, model=MODEL, seed=99)
    assert (again.began, again.seed, again.before) == (begun.began, 7, DEFAULT)
    assert list(again.verdicts) == rounds.verdicts
    rounds = scene.rounds(CAPPED, verdicts=list(again.verdicts))
    policy, _ = asyncio.run(rounds.run(again.now, 5))
    assert policy == DEFAULT.edited(CAPPED) and rounds.verdicts[1].number == 2
    assert len(scene.plays.log) == len(set(scene.plays.log))
    scene.close()


def test_a_clock_that_jumps_back_loses_no_verdict_of_an_interrupted_improve(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    begun = session(scene.ledger, start=DEFAULT, model=MODEL, seed=7)
    scene.ledger.close()
    scene.ledger = Ledger(scene.path, clock=lambda: datetime(1999, 1, 1, tzinfo=UTC))
    asyncio.run(scene.rounds(USELESS).run(begun.now, 1))
    again = session(scene.ledger, start=DEFAULT, model=MODEL, seed=8)
    assert again.began == begun.began and [verdict.number for verdict in again.verdicts] == [1]
    scene.close()


def test_an_improve_that_ended_is_not_gone_on_with(scene: Scene) -> None:
    begun = session(scene.ledger, start=DEFAULT, model=MODEL, seed=7)
    assert session(scene.ledger, start=DEFAULT, model="another", seed=7).began != begun.began
    ended = Improved(
        began=begun.began,
        before=DEFAULT.hash,
        after=DEFAULT.hash,
        rounds=1,
        accepted=0,
        rejected=0,
        stopped="the end",
        seconds=1,
        tokens=1,
    )
    scene.ledger.append("improved", ended, model=MODEL)
    assert session(scene.ledger, start=DEFAULT, model=MODEL, seed=8).began != begun.began

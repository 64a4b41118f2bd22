"""Trials: paired, in random order, nothing played or paid for twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.learning.play import noticed
from graph.learning.trial import NOISE_PLAYS, OutOfTime, Pairing, Wanted
from systems.errors import Missing
from systems.policy import DEFAULT
from tests.graph.learning.simulated import CAPPED, HARMFUL, Scene, Simulated, drafts, proposal, routes

NEW = DEFAULT.edited(CAPPED)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Twelve working cases and six guard cases."""
    scene = Scene(tmp_path, working=12, guard=6)
    yield scene
    scene.close()


def pairing(scene: Scene) -> Pairing:
    return Pairing(scene.ground, proposal(CAPPED), DEFAULT, NEW)


def test_every_case_is_played_under_both_policies_and_the_old_one_twice_for_its_noise(scene: Scene) -> None:
    pairs = pairing(scene)
    asyncio.run(pairs.again(1))
    trial = pairs.trial()
    assert {pair.side for pair in trial.pairs} == {"working", "guard"} and len(trial.pairs) == 18
    assert all(len(pair.new) == 1 for pair in trial.pairs)
    assert {len(pair.old) for pair in trial.pairs if pair.side == "working"} == {NOISE_PLAYS}
    assert len(scene.plays.log) == 12 * (NOISE_PLAYS + 1) + 6 * 2


def test_the_order_of_plays_is_random_and_the_same_for_the_same_seed(scene: Scene, tmp_path: Path) -> None:
    asyncio.run(pairing(scene).again(1))
    other = Scene(tmp_path / "other", working=12, guard=6)
    asyncio.run(pairing(other).again(1))
    assert scene.plays.log == other.plays.log
    in_order = [case.key for side in scene.ground.cases.values() for case in side]
    assert list(dict.fromkeys(key for key, _, _ in scene.plays.log)) != in_order
    other.close()


def test_plays_of_one_case_come_one_after_another_so_that_a_busy_machine_is_fair(scene: Scene) -> None:
    asyncio.run(pairing(scene).again(1))
    keys = [key for key, _, _ in scene.plays.log]
    assert len(list(dict.fromkeys(keys))) == sum(one != other for one, other in zip(keys, ["", *keys], strict=False))


def test_what_was_played_once_is_never_played_again(scene: Scene) -> None:
    asyncio.run(pairing(scene).again(1))
    played = len(scene.plays.log)
    again = pairing(scene)
    asyncio.run(again.again(1))
    assert len(scene.plays.log) == played
    assert again.trial() == pairing_of(scene)


def pairing_of(scene: Scene) -> object:
    pairs = pairing(scene)
    asyncio.run(pairs.again(1))
    return pairs.trial()


def test_a_case_that_cannot_notice_the_edit_is_not_played_for_it(scene: Scene) -> None:
    scene.ground.cases = {"working": [*drafts(4), *routes(5)], "guard": routes(2)}
    old = DEFAULT.edited({"questions": {"unsure": "first"}})  # else the model may decide, under the limits of drafts
    new = old.edited(CAPPED)
    pairs = Pairing(scene.ground, proposal(CAPPED), old, new)
    asyncio.run(pairs.again(1))
    assert len(pairs.unchanged) == 5
    under_new = {key for key, policy, _ in scene.plays.log if policy == new.hash}
    assert under_new == {case.key for case in drafts(4)}
    for pair in pairs.trial().pairs:
        if pair.case in pairs.unchanged:
            assert pair.old[: len(pair.new)] == pair.new


def test_a_kind_of_case_notices_its_own_sections_only() -> None:
    assert noticed(DEFAULT, "draft") != noticed(NEW, "draft")
    assert noticed(DEFAULT, "call") == noticed(NEW, "call")
    asked = DEFAULT.edited({"questions": {"method": "model"}})
    assert noticed(asked, "route") != noticed(asked.edited(CAPPED), "route")
    alone = DEFAULT.edited({"questions": {"unsure": "auto"}})
    both = [
        [noticed(one, "route", chooser=chooser) for one in (alone, alone.edited(CAPPED))] for chooser in (True, False)
    ]
    assert [old == new for old, new in both] == [False, True]


def test_the_budget_ends_the_plays_and_keeps_what_was_played(scene: Scene) -> None:
    asyncio.run(pairing(scene).again(1))
    scene.ground.deadline = time.monotonic() - 1
    asyncio.run(pairing(scene).again(1))
    with pytest.raises(OutOfTime):
        asyncio.run(scene.ground.all([Wanted(drafts(1)[0], DEFAULT, 99)]))


def test_an_outage_is_no_play_and_the_trial_goes_on_where_it_stopped(tmp_path: Path) -> None:
    scene = Scene(tmp_path, Simulated(gone=10), working=12, guard=6)
    with pytest.raises(Missing):
        asyncio.run(pairing(scene).again(1))
    assert len(scene.plays.log) == 10
    scene.plays.gone = None
    asyncio.run(pairing(scene).again(1))
    assert len(scene.plays.log) == len(set(scene.plays.log)) == 12 * 3 + 6 * 2
    scene.close()


def test_a_proposal_about_seconds_is_measured_on_plays_of_its_own(scene: Scene) -> None:
    asyncio.run(pairing(scene).again(1))
    before = len(scene.plays.log)
    quick = Pairing(scene.ground, proposal(CAPPED).model_copy(update={"metric": "seconds"}), DEFAULT, NEW)
    asyncio.run(quick.again(1))
    assert len(scene.plays.log) == 2 * before


def test_what_breaks_three_cases_that_worked_is_seen_before_anything_else_is_played(tmp_path: Path) -> None:
    scene = Scene(tmp_path, Simulated(lambda _, policy: float(policy.draft.items < 9)), working=12, guard=6)
    broken = Pairing(scene.ground, proposal(HARMFUL), DEFAULT, DEFAULT.edited(HARMFUL))
    assert asyncio.run(broken.obviously_worse())
    assert len(scene.plays.log) == 6
    assert not asyncio.run(pairing(scene).obviously_worse())
    scene.close()

"""Heats: the remedy that mends most of a few failed cases is tried first, on plays that no verdict counts."""

from __future__ import annotations

import asyncio
from pathlib import Path

from graph.learning.heats import FEW, REPETITION, in_heats
from systems.policy import DEFAULT
from systems.trials import Proposal
from tests.graph.learning.simulated import CAPPED, HARMFUL, USELESS, Scene, Simulated, proposal


def answering(scene: Scene, *proposals: Proposal) -> list[Proposal]:
    """The proposals, resting on the first ten working cases."""
    keys = tuple(sorted(case.key for case in scene.ground.cases["working"][:10]))
    return [one.model_copy(update={"cases": keys}) for one in proposals]


def test_the_remedy_that_mends_most_of_a_few_cases_goes_first(tmp_path: Path) -> None:
    scene = Scene(tmp_path, Simulated(lambda _, policy: {2: 1.0, 3: 0.0, 9: 0.0}[policy.draft.items]))
    rivals = answering(scene, proposal(HARMFUL), proposal(USELESS), proposal(CAPPED))
    other = proposal({"draft": {"seed": 8}})
    first, *rest = asyncio.run(in_heats(scene.ground, [rivals[0], other, *rivals[1:]], DEFAULT))
    assert first == rivals[2] and rest == [other, rivals[0], rivals[1]]
    assert any("3 of 3 succeed" in line for line in scene.told)
    scene.close()


def test_a_heat_plays_the_same_few_cases_for_each_and_nothing_that_a_trial_counts(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    rivals = answering(scene, proposal(USELESS), proposal(CAPPED))
    asyncio.run(in_heats(scene.ground, rivals, DEFAULT))
    played = {
        policy: {case for case, other, _ in scene.plays.log if other == policy} for _, policy, _ in scene.plays.log
    }
    useless, capped = played.values()
    assert useless == capped and len(capped) == FEW and capped <= set(rivals[0].cases)
    assert {repetition for _, _, repetition in scene.plays.log} == {REPETITION}
    scene.close()


def test_proposals_without_rivals_are_not_played(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    alone = [*answering(scene, proposal(CAPPED)), proposal(USELESS), proposal(HARMFUL)]
    assert list(asyncio.run(in_heats(scene.ground, alone, DEFAULT))) == alone and scene.plays.log == []
    scene.close()

"""A draft that was played keeps what the model filled in, and becomes the example of a proposal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from graph.learning.play import Player
from nodes.feedback_loop.proposals import from_plays
from systems.connections import Run
from systems.openspec.scratch import Scratch
from systems.policy import BASELINE
from systems.trials import Case, Check, Requested
from tests.graph.scripted import prompt_of
from tests.nodes.execution.test_drafting import SOUND, UNSOUND, systems_with
from tests.systems.test_connections import Given


def a_case(goal: str) -> Case:
    asked = Requested(artifact="tasks", about="the tasks of the change", goal=goal)
    return Case(kind="draft", given=asked, check=Check(terms=("cli.py",)), origin="run")


async def test_a_sound_draft_becomes_the_example_that_the_next_policy_shows(tmp_path: Path) -> None:
    good, bad = a_case("Add a flag"), a_case("Add another flag")
    async with systems_with(tmp_path, [SOUND, UNSOUND, SOUND]) as (systems, server):
        run = Run("run-1", Given(str(tmp_path), server.url), systems)
        player = Player(run, cast(Scratch, None))  # no check here asks OpenSpec
        plays = [(case, await player.play(case, BASELINE, 0)) for case in (good, bad)]
        (sound, unsound) = (played for _, played in plays)
        assert sound.success and json.loads(sound.drafted) == SOUND
        assert unsound.why.startswith("invalid: ") and not unsound.drafted
        found = from_plays(plays, policy=BASELINE)
        (shown,) = [one for one in found if "examples" in one.edit.get("draft", {})]
        assert (shown.predicted, shown.cases) == (0.5, (bad.key,))
        assert (await player.play(bad, BASELINE.edited(shown.edit), 0)).success
    assert "Add the flag to cli.py" in prompt_of(server.requests[2])

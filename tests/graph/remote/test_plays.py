"""Trials played by the workers of a server come to what they come to here."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graph import Workspace
from graph.context import Context
from graph.learning.improvement import Plan
from graph.remote.plays import plays_at
from systems.errors import Missing, UsageError
from systems.policy import BASELINE, DEFAULT, Policy
from systems.trials import Case, Check, Played, Requested
from tests.graph.learning.test_improvement import MODEL, needs_caps, with_cases
from tests.systems.imitation_server import ImitationServer, Reply, _reply

pytestmark = pytest.mark.external
SLOW_SECONDS = 0.3
CASE = Case(
    kind="draft",
    given=Requested(artifact="tasks", goal="Paint the clock", about="the tasks"),
    check=Check(valid=True),
    origin="person",
)


class Nobody:
    """Plays nothing here."""

    async def play(self, case: Case, policy: Policy, repetition: int) -> Played:
        """Not to be called."""
        raise AssertionError("it was to be played at the server")


def slowly(request: dict[str, Any]) -> Reply:
    return replace(_reply(needs_caps(request)), seconds=SLOW_SECONDS)


def test_cases_are_played_by_several_at_once_and_come_to_what_they_would_here(project: Path, agent_server: str) -> None:
    with_cases(project, 14)
    here: list[str] = []
    there: list[str] = []
    with ImitationServer(slowly) as server:
        for told, at in ((there, agent_server), (here, "here")):
            server.most_at_once = 0
            workspace = Workspace(project, server=at, model=server.url, model_parallel=4)
            report = asyncio.run(workspace.aimprove(Plan(rounds=1, start=BASELINE, watch=told.append)))
            assert report.tokens > 0 or told is here, "what was played there is not played again"
            assert (server.most_at_once > 1) == (told is there)
    assert there == here and any("succeeds in 0%" in line for line in here)


async def test_a_worker_that_plays_with_another_model_proves_nothing(project: Path, agent_server: str) -> None:
    with ImitationServer(needs_caps) as server:
        context = Context(project=str(project), model=server.url)
        async with plays_at(agent_server, context, Nobody(), model=MODEL) as plays:
            assert (await plays.play(CASE, DEFAULT, 0)).success
        async with plays_at(agent_server, context, Nobody(), model="larger") as plays:
            with pytest.raises(Missing, match="plays with imitation, this machine with larger"):
                await plays.play(CASE, DEFAULT, 0)


async def test_what_is_wrong_at_the_worker_is_told_here(tmp_path: Path, agent_server: str) -> None:
    async with plays_at(agent_server, Context(project=str(tmp_path / "none")), Nobody(), model=MODEL) as plays:
        with pytest.raises(UsageError, match="none"):
            await plays.play(CASE, DEFAULT, 0)

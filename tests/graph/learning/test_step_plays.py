"""A whole step played on a real and slow MCP server: side by side as the policy says, and what mattered is missed."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast

from graph.learning.play import Player
from systems import names
from systems.connections import Run, opened
from systems.openspec.scratch import Scratch
from systems.policy import DEFAULT, Policy
from systems.trials import Accepted, Case, Check, Requested, Stepped
from tests.graph.scripted import prompt_of, scripted_reply
from tests.systems.imitation_server import ImitationServer
from tests.systems.mcp_support import Traced, misbehaving, servers
from tests.systems.test_connections import Given

QUESTIONS = tuple(f"What are the tidings of the {one}?" for one in ("north", "south", "east", "west"))
ROUTES = dict.fromkeys(QUESTIONS, "bad.tidings")
STEP = Case(
    kind="step",
    given=Stepped(requests=(Requested(artifact="tasks", goal="Trade in gold", about="the tasks"),)),
    check=Check(answers=(Accepted(question=QUESTIONS[3], terms=("gold",), used=True),)),
    origin="run",
)


def asking(*, always: Sequence[str] = QUESTIONS, **questions: Any) -> Policy:
    """A policy that asks these questions before every step, and nothing else."""
    return DEFAULT.edited({"questions": {"own": 0, "always": {"*": always}, "routes": ROUTES, **questions}})


class Stage(NamedTuple):
    """What steps are played on."""

    player: Player
    traced: Traced
    model: ImitationServer

    def calls(self, since: int = 0) -> list[tuple[int, int]]:
        """Begin and end of the tool calls."""
        return [(one.start_time or 0, one.end_time or 0) for one in self.traced.named("execute_tool tidings")[since:]]

    def at_once(self, since: int = 0) -> int:
        """Most calls that were under way side by side."""
        calls = self.calls(since)
        return max(sum(begun <= other < ended for begun, ended in calls) for other, _ in calls)


@asynccontextmanager
async def stage(project: Path, delay: float) -> AsyncIterator[Stage]:
    """A new repository, a scripted model, and the misbehaving server, each of whose tidings takes a while."""
    subprocess.run(["git", "init", "--quiet", str(project)], check=True)
    (project / "mcp.json").write_text('{"mcpServers": {}}')
    traced, slow = Traced(), misbehaving(env={"DELAY": str(delay)})
    with ImitationServer(scripted_reply) as model:
        options = Given(str(project), model.url)
        async with (
            servers(project / ".specloop", slow, traced=traced) as serving,
            opened(options, linger=0) as systems,
        ):
            run = Run("run", options, replace(systems, servers=serving))
            yield Stage(Player(run, cast(Scratch, None)), traced, model)  # no check here asks OpenSpec


async def test_a_step_asks_as_many_at_once_as_its_policy_says_and_drafts_from_the_answers(tmp_path: Path) -> None:
    async with stage(tmp_path, 0.3) as on:
        first = await on.player.play(STEP, asking(parallel=1), 0)
        assert first.success and on.at_once() == 1 and len(on.calls()) == 4
        second = await on.player.play(STEP, asking(parallel=4), 0)
        assert second.success and on.at_once(since=4) > 1 and len(on.calls()) == 8
        prompts = [prompt_of(request) for request in on.model.requests]
        assert len(prompts) == 2 and all("The west sends gold" in prompt for prompt in prompts)
        assert first.tokens == second.tokens > 0 and first.seconds > 0
        spans = on.player.run.systems.spans.spans(trace_id=first.trace_id)
        nodes = [span.name for span in spans if span.attributes.get(names.NODE) == span.name]
        assert sorted(nodes) == ["answer"] * 4 + ["execution", "question_routing"]


async def test_a_step_whose_policy_skips_what_mattered_fails_before_anything_is_drafted(tmp_path: Path) -> None:
    async with stage(tmp_path, 0) as on:
        lost = await on.player.play(STEP, asking(skip=[QUESTIONS[3]]), 0)
        assert (lost.success, lost.why) == (False, f"lost: {QUESTIONS[3]}") and not on.model.requests
        other = await on.player.play(STEP, asking(skip=[QUESTIONS[0]]), 0)
        assert other.success and len(on.calls()) == 6


async def test_questions_of_a_step_share_a_read_where_the_policy_lets_them(tmp_path: Path) -> None:
    again = "So, what are the tidings of the west?"
    async with stage(tmp_path, 0) as on:
        for reuse in (False, True):
            policy = asking(always=(QUESTIONS[3], again), parallel=1, routes={**ROUTES, again: "bad.tidings"})
            assert (await on.player.play(STEP, policy.edited({"answers": {"reuse": reuse}}), 0)).success
        reused = [one.attributes.get(names.REUSED) for one in on.traced.named("execute_tool tidings") if one.attributes]
        assert reused == [None, None, None, True]

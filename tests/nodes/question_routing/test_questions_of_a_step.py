"""Which questions of the policy are asked, in which order, and how many side by side."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nodes.question_routing.answer import answered
from nodes.question_routing.node import question_routing
from systems.connections import Run, opened
from systems.policy import DEFAULT
from systems.records import Candidate, Question, Route, Step
from tests.systems.imitation_server import ImitationServer
from tests.systems.mcp_support import Traced, misbehaving, servers
from tests.systems.test_connections import Given

ALWAYS = ("What were the last commits?", "What is today's date?", "Which branch am I on?")


@asynccontextmanager
async def running(project: Path, traced: Traced | None = None, **questions: Any) -> AsyncIterator[Run]:
    """A run in a new repository with the misbehaving server, under a policy of its own."""
    subprocess.run(["git", "init", "--quiet", str(project)], check=True)
    (project / "mcp.json").write_text('{"mcpServers": {}}')
    policy = DEFAULT.edited({"questions": {"own": 0, "always": {"*": ALWAYS}, **questions}})
    with ImitationServer() as model:
        options = Given(str(project), model.url)
        async with (
            servers(project / ".specloop", misbehaving(), traced=traced) as serving,
            opened(options, linger=0) as systems,
        ):
            yield Run("run", options, replace(systems, policy=policy, servers=serving))


async def questions_of(run: Run) -> list[str]:
    step = Step(artifact="specs", change="c", loop=1, reason="next")
    command = await question_routing({"goal": "a goal", "step": step.model_dump()}, run)
    assert isinstance(command.update, dict)
    routes = [run.systems.documents.get_record(each, Route) for each in command.update["route_refs"]]
    return [route.question.text for route in routes]


async def test_questions_are_asked_in_the_order_of_the_policy(tmp_path: Path) -> None:
    async with running(tmp_path, always={"*": ALWAYS[::-1]}) as run:
        assert await questions_of(run) == list(ALWAYS[::-1])


async def test_a_skipped_question_is_not_asked(tmp_path: Path) -> None:
    async with running(tmp_path, skip=[ALWAYS[1], "What is not asked anyway?"]) as run:
        assert await questions_of(run) == [ALWAYS[0], ALWAYS[2]]


@pytest.mark.parametrize(("parallel", "most"), [(1, {1}), (2, {2}), (8, {2, 3, 4})])
async def test_as_many_questions_as_the_policy_says_are_asked_side_by_side(
    tmp_path: Path, parallel: int, most: set[int]
) -> None:
    traced = Traced()
    async with running(tmp_path, traced, parallel=parallel) as run:
        answers = await asyncio.gather(*(answered(waits(part), run, person=None) for part in range(4)))
    spans = [(span.start_time or 0, span.end_time or 0) for span in traced.named("execute_tool wait")]
    assert [answer.answered for answer in answers] == [True] * 4 and len(spans) == 4
    assert max(sum(begun <= other < ended for begun, ended in spans) for other, _ in spans) in most


def waits(part: int) -> Route:
    """A question whose answer takes a while."""
    call = Candidate(server="bad", tool="wait", arguments={"seconds": 0.3 + part / 1_000})
    return Route(
        question=Question(text=f"Part {part}?", origin="policy"),
        server="bad",
        candidates=(call,),
        decided_by="lexical",
        reason="a test",
    )

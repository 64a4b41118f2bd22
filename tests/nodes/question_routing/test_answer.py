"""An answer is what a tool gave, as much of it as the policy keeps, asked again or reused as the policy says."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from nodes.question_routing.answer import answered
from systems.connections import Run, Systems, opened
from systems.records import Answer, Candidate, Question, Route
from tests.systems.mcp_support import PROGRAM
from tests.systems.test_connections import Given, given

__all__ = ["given"]


@pytest_asyncio.fixture
async def systems(given: Given) -> AsyncIterator[Systems]:
    server = {"command": sys.executable, "args": [PROGRAM]}
    (Path(given.project) / "mcp.json").write_text(json.dumps({"mcpServers": {"bad": server}}))
    async with opened(given, linger=0) as systems:
        await systems.servers.start()
        yield systems


async def ask(systems: Systems, given: Given, *calls: tuple[str, dict[str, Any]], **answers: Any) -> list[Answer]:
    """The answers to one call after the other, in one run under a policy with these knobs."""
    under = systems.with_policy(systems.policy.edited({"answers": answers}))
    run = Run("run-1", given, under)
    with under.telemetry.root(run.id):
        return [
            await answered(
                Route(
                    question=Question(text="What?", origin="policy"),
                    candidates=(Candidate(server="bad", tool=tool, arguments=arguments),),
                    decided_by="lexical",
                    reason="",
                ),
                run,
                person=False,
            )
            for tool, arguments in calls
        ]


async def test_a_read_is_asked_once_a_run_or_every_time(systems: Systems, given: Given) -> None:
    mark = Path(given.project) / "mark"
    calls = [("count", {"mark": str(mark)})] * 3
    assert [answer.text for answer in await ask(systems, given, *calls, reuse=False)] == ["1", "2", "3"]
    assert [answer.text for answer in await ask(systems, given, *calls, reuse=True)] == ["4", "4", "4"]
    assert [answer.text for answer in await ask(systems, given, *calls, reuse=True)] == ["5", "5", "5"]


async def test_as_much_of_a_result_is_kept_as_the_policy_says(systems: Systems, given: Given) -> None:
    (short,) = await ask(systems, given, ("huge", {"size": 2_000}), excerpt_characters=100)
    (long,) = await ask(systems, given, ("huge", {"size": 2_000}), excerpt_characters=400)
    assert short.text.count("é") == 100 and long.text.count("é") == 400
    assert short.sources[0].content_hash == long.sources[0].content_hash

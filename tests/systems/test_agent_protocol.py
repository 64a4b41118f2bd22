"""A client of the agent protocol bears with workers that start anew, and only where asking again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from systems.agent_protocol import Server, connected
from systems.errors import Missing
from tests.systems.imitation_server import ImitationServer, Reply

STATE_PATH = "/threads/one/state?subgraphs=false"
STATE = {"values": {"loop": 4}, "next": [], "tasks": []}
EVENTS = Reply(
    body=f"event: values\ndata: {json.dumps({'result': {'told': 1}})}\n\nevent: end\ndata: null\n\n",
    headers={"Content-Type": "text/event-stream"},
)


def once_away(reply: Reply, away: Reply) -> Callable[[dict[str, Any]], Reply]:
    """Answers that begin with a worker that is away."""
    replies = iter((away, reply))
    return lambda request: next(replies)


def served(server: ImitationServer) -> str:
    return server.url.removesuffix("/v1")


async def told(server: Server, *, again: bool) -> dict[str, Any]:
    return await server.answer("desk", {"command": "outcome"}, {}, again=again)


@pytest.mark.parametrize("away", [Reply(drop=True), Reply(status=503, body={"detail": "No server is available."})])
async def test_what_a_run_came_to_is_asked_again_where_its_worker_starts_anew(away: Reply) -> None:
    also = {STATE_PATH: once_away(Reply(body=STATE), away), "/runs/stream": once_away(EVENTS, away)}
    with ImitationServer(also=also) as imitation:
        async with connected(served(imitation)) as server:
            assert (await server.snapshot("one")).values == {"loop": 4}
            assert await told(server, again=True) == {"result": {"told": 1}}
    assert [path for path, _ in imitation.others] == 2 * [STATE_PATH] + 2 * ["/runs/stream"]


async def test_what_may_change_something_is_asked_once() -> None:
    with ImitationServer(also={"/runs/stream": once_away(EVENTS, Reply(drop=True))}) as imitation:
        async with connected(served(imitation)) as server:
            with pytest.raises(Missing, match="No server answers"):
                await told(server, again=False)
    assert len(imitation.others) == 1

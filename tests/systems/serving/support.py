"""A real client, and the server of small tools in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.context import RequestContext

ROOT = Path(__file__).parents[3]
MODULE = "tests.systems.serving.served"


@asynccontextmanager
async def over_stdio(
    *arguments: str, answer: dict[str, Any] | str | None = None, stderr: Path | None = None
) -> AsyncIterator[ClientSession]:
    """A client of a server it started (default: the one of small tools).

    Args:
        arguments: program and arguments of the server.
        answer: what the person fills into the fields of forms, or `decline`; None: the client cannot ask them.
        stderr: file for what the server says.
    """
    command, *rest = arguments or (sys.executable, "-m", MODULE, "stdio")
    parameters = StdioServerParameters(command=command, args=rest, cwd=ROOT)
    with (stderr or Path("/dev/null")).open("a") as errors:
        async with (
            stdio_client(parameters, errlog=errors) as (read, write),
            ClientSession(read, write, elicitation_callback=_answering(answer)) as session,
        ):
            await session.initialize()
            yield session


@asynccontextmanager
async def over_http(url: str, answer: dict[str, Any] | str | None = None) -> AsyncIterator[ClientSession]:
    """A client of a running HTTP server."""
    async with (
        streamable_http_client(url) as (read, write, _),
        ClientSession(read, write, elicitation_callback=_answering(answer)) as session,
    ):
        await session.initialize()
        yield session


def _answering(answer: dict[str, Any] | str | None) -> Any:
    async def fill(
        context: RequestContext[ClientSession, Any], asked: types.ElicitRequestParams
    ) -> types.ElicitResult | types.ErrorData:
        if isinstance(answer, dict):
            fields = getattr(asked, "requestedSchema", {}).get("properties", {})
            return types.ElicitResult(action="accept", content={key: answer[key] for key in answer if key in fields})
        return types.ElicitResult(action="decline")

    return None if answer is None else fill


@contextmanager
def serving(*arguments: str, marker: str = "http://") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """An HTTP server in a process of its own (default: the one of small tools), and its URL."""
    command = arguments or (sys.executable, "-m", MODULE, "http")
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert marker in line, line + process.stdout.read()
        yield process, marker + line.partition(marker)[2].split()[0].rstrip(",")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def until(reached: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "the moment never came"
        time.sleep(0.01)


def text(result: types.CallToolResult) -> str:
    """What a result says."""
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text

"""MCP over standard input and output, which are the protocol's alone.

While it serves, file descriptor 1 is standard error and 0 is empty: whatever else this process or a library in it
prints, or a program it starts reads, never meets the protocol.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

Result = TypeVar("Result")
READ_BYTES = 1 << 16


async def serve(server: Server[Any, Any]) -> None:
    """Serve the client that started this process, until it closes our standard input or is gone."""
    with _own_streams() as (source, sink):
        try:
            streams: Any = stdio_server(_Lines(source), _Text(sink))  # type: ignore[arg-type]  # what it uses of a file
            async with streams as (read, write):
                await server.run(read, write, server.create_initialization_options())
        except* BrokenPipeError:  # the client is gone; its calls have been cancelled
            pass


@contextmanager
def _own_streams() -> Iterator[tuple[int, int]]:
    sys.stdout.flush()
    source, sink, nothing = os.dup(0), os.dup(1), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    try:
        yield source, sink
    finally:
        sys.stdout.flush()
        os.dup2(source, 0)
        os.dup2(sink, 1)
        os.close(nothing)


class _Lines:
    """The lines of a file descriptor."""

    def __init__(self, source: int) -> None:
        self._source = source

    async def __aiter__(self) -> AsyncIterator[str]:
        rest = b""
        while chunk := await _in_thread(lambda: os.read(self._source, READ_BYTES)):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line.decode("utf-8", "replace")


class _Text:
    """A file descriptor to write text to."""

    def __init__(self, sink: int) -> None:
        self._sink = sink

    async def write(self, text: str) -> None:
        """Write all of it; waits while the client does not read."""
        data = text.encode()
        while data:
            rest = data
            data = rest[await _in_thread(lambda rest=rest: os.write(self._sink, rest)) :]  # type: ignore[misc]

    async def flush(self) -> None:
        """Nothing is held back."""


async def _in_thread(work: Callable[[], Result]) -> Result:
    """What may block for ever, in a thread that nobody waits for: not who is cancelled, nor the process at its end."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(give: Callable[[Any], None], value: Any) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(lambda: None if future.done() else give(value))

    def run() -> None:
        try:
            settle(future.set_result, work())
        except OSError as error:
            settle(future.set_exception, error)

    threading.Thread(target=run, daemon=True).start()
    return await future

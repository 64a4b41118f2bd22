"""A network between a program and a server, in a thread of its own: it can be cut, stalled and mended."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST, and forgets what was not sent


class Proxy:
    """Passes on what comes to a port of its own; every method may be called from any thread.

    Attributes:
        port: that it listens on, at 127.0.0.1.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._down = False
        self._ends: set[asyncio.StreamWriter] = set()
        self._serving: asyncio.Task[None] | None = None

    def stall(self) -> None:
        """Take connections and bytes, and pass nothing on: nobody is told, and no keepalive notices."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def cut(self) -> None:
        """Reset every connection, and each new one."""
        self._loop.call_soon_threadsafe(self._cut)

    def mend(self) -> None:
        """Pass on what waits, and what comes."""
        self._loop.call_soon_threadsafe(self._mend)

    def later(self, seconds: float, change: Callable[[], None]) -> None:
        """Do one of these in a while, whatever the caller's own loop does then."""
        self._loop.call_soon_threadsafe(self._loop.call_later, seconds, change)

    def _cut(self) -> None:
        self._down = True
        for end in self._ends:
            _reset(end)

    def _mend(self) -> None:
        self._down = False
        self._flowing.set()

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._down:
            _reset(writer)
            return
        there_reader, there = await asyncio.open_connection("127.0.0.1", self._target)
        self._ends |= {writer, there}
        await asyncio.gather(self._pumped(reader, there), self._pumped(there_reader, writer))
        self._ends -= {writer, there}

    async def _pumped(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        await self._flowing.wait()
        writer.close()

    def _serve(self, listening: threading.Event) -> None:
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._served(listening))

    async def _served(self, listening: threading.Event) -> None:
        server = await asyncio.start_server(self._taken, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._serving = asyncio.current_task()
        listening.set()
        try:
            await server.serve_forever()
        finally:
            self._cut()
            self._flowing.set()
            await asyncio.gather(*asyncio.all_tasks() - {self._serving}, return_exceptions=True)

    def _end(self) -> None:
        assert self._serving
        self._serving.cancel()


@contextmanager
def between(target: int) -> Iterator[Proxy]:
    """A network to a port of this machine."""
    proxy, listening = Proxy(target), threading.Event()
    thread = threading.Thread(target=proxy._serve, args=(listening,), daemon=True)
    thread.start()
    listening.wait()
    try:
        yield proxy
    finally:
        proxy._loop.call_soon_threadsafe(proxy._end)
        thread.join()
        proxy._loop.close()


def _reset(end: asyncio.StreamWriter) -> None:
    end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    end.transport.abort()

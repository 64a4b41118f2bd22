"""The running servers behind every `Servers`: started side by side, kept open, replaced when they are gone.

A server that does not start is left out for good, unless it only was too slow and is given more time. A server that
dies is started again by the next call, until it has died `DEATHS` times since the caller began to count.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

from opentelemetry.trace import Tracer

from systems import names
from systems.errors import ServerUnavailable
from systems.mcp.config import ServerConfig
from systems.mcp.connection import Connection
from systems.mcp.limits import limits
from systems.mcp.tools import Tool, tool_of
from systems.mcp.tracing import traced
from systems.policy import ServerKnobs

DEATHS = 2


class Pool:
    """One connection to each enabled server.

    Attributes:
        names: the enabled servers.
        tools: the tools of each server that serves, by server and name.
        unavailable: name of each server that did not start, with a sentence that says why.
        deaths: how often each server was found gone.
        closed: nothing is started or called any more.
    """

    def __init__(self, configs: Mapping[str, ServerConfig], *, tracer: Tracer, stderr: Path) -> None:
        self._configs = {name: config for name, config in configs.items() if not config.disabled}
        self._tracer, self._stderr = tracer, stderr
        self._connections: dict[str, Connection] = {}
        self._too_slow: dict[str, float] = {}
        self._locks = {name: asyncio.Lock() for name in self._configs}
        self._starting = asyncio.Lock()
        self.names = tuple(self._configs)
        self.tools: dict[str, dict[str, Tool]] = {}
        self.unavailable: dict[str, str] = {}
        self.deaths = dict.fromkeys(self._configs, 0)
        self.closed = False

    async def start(self, knobs: ServerKnobs) -> None:
        """Start the servers that were not started yet, side by side; what does not start is in `unavailable`."""
        async with self._starting:
            await asyncio.gather(*(self._first_start(name, knobs) for name in self.names if self._waits(name, knobs)))
            self.tools = {name: self.tools[name] for name in self.names if name in self.tools}

    async def connection(self, server: str, knobs: ServerKnobs, *, since: int) -> Connection:
        """An open connection to a server that was started before; one that is gone is replaced.

        Args:
            server: name of the server.
            knobs: its limits.
            since: how many deaths do not count; after `DEATHS` more it is not started again.

        Raises:
            ServerUnavailable: it is gone, and died too often or does not start again.
        """
        async with self._locks[server]:
            if self.closed:
                raise ServerUnavailable(f"{server} was stopped.", server=server)
            connection = self._connections[server]
            if connection.doubtful and not connection.lost and not await connection.answers():
                self.note_death(server, connection)
            if connection.lost:
                await self._replace(server, connection, knobs, since)
            return self._connections[server]

    def note_death(self, server: str, connection: Connection) -> None:
        """A connection is known to be gone; counted once."""
        self.deaths[server] += not connection.lost
        connection.lost = True

    async def close(self) -> None:
        """End all servers; takes a few seconds at most and leaves nothing behind. May be called twice."""
        self.closed = True
        connections, self._connections = self._connections, {}
        self.tools = {}
        await asyncio.gather(*(connection.close() for connection in connections.values()))

    async def _replace(self, server: str, connection: Connection, knobs: ServerKnobs, since: int) -> None:
        await connection.close(kill=True)
        if self.deaths[server] - since >= DEATHS:
            raise given_up(server, connection)
        try:
            await self._start(server, knobs)
        except ServerUnavailable:
            self._connections[server].lost = True
            raise

    def _waits(self, name: str, knobs: ServerKnobs) -> bool:
        if name in self.unavailable:
            return limits(knobs, name).start_seconds > self._too_slow.get(name, float("inf"))
        return name not in self._connections

    async def _first_start(self, server: str, knobs: ServerKnobs) -> None:
        self.unavailable.pop(server, None)
        seconds, began = limits(knobs, server).start_seconds, time.monotonic()
        try:
            await self._start(server, knobs)
        except ServerUnavailable as error:
            self.unavailable[server] = str(error)
            if time.monotonic() - began >= seconds:
                self._too_slow[server] = seconds

    async def _start(self, server: str, knobs: ServerKnobs) -> None:
        config = self._configs[server]
        with traced(self._tracer, f"{names.START_SERVER} {server}", server) as span:
            span.set_attribute(names.COLD, True)
            if self.closed:
                raise ServerUnavailable(f"{server} was stopped.", server=server)
            if config.problem:
                raise ServerUnavailable(config.problem, server=server)
            connection = Connection(config, start_seconds=limits(knobs, server).start_seconds, stderr=self._stderr)
            self._connections[server] = connection
            await connection.open()
        self.tools[server] = {tool.name: tool_of(server, tool) for tool in connection.tools}


def given_up(server: str, connection: Connection) -> ServerUnavailable:
    """A server that died `DEATHS` times."""
    message = f"{server} died {DEATHS} times and is not started again."
    return ServerUnavailable(message, server=server, mend=connection.mend)

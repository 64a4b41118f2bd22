"""The running servers behind every `Servers`: started side by side, kept open, replaced when they are gone.

A server is started when something is asked of it; ahead of that where nobody knows yet what it offers, or where the
policy says so. One that does not start is left out for good, unless it only was too slow and is given more time. A
server that is gone is restarted at once, aside (outage.py), until it was gone `DEATHS` times since the caller began to
count; one that does not come up again counts as gone that often.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from opentelemetry.trace import Tracer

from systems import names
from systems.errors import ServerUnavailable
from systems.mcp.config import ServerConfig
from systems.mcp.connection import Connection
from systems.mcp.limits import limits
from systems.mcp.listings import Listings
from systems.mcp.ongoing import Ongoing
from systems.mcp.outage import Caller, Outage
from systems.mcp.tools import Tool
from systems.mcp.tracing import traced
from systems.policy import ServerKnobs

DEATHS = 2
AGAIN_SHORTENED = 8
AGAIN_TIMES = 3


class Pool:
    """One connection to each enabled server.

    Attributes:
        names: the enabled servers.
        configs: their entries.
        tools: the tools of each server that serves or is known to, by server and name.
        unavailable: name of each server that did not start, with a sentence that says why.
        deaths: how often each server was found gone, and `DEATHS` more when it did not come up again.
        closed: nothing is started or called any more.
    """

    def __init__(
        self,
        configs: Mapping[str, ServerConfig],
        *,
        tracer: Tracer,
        stderr: Path,
        project: Path | None,
        listings: Listings | None,
    ) -> None:
        """Nothing is started yet; the arguments are those of `Servers`."""
        self.configs = {name: config for name, config in configs.items() if not config.disabled}
        self._tracer, self._stderr, self._project, self._listings = tracer, stderr, project, listings
        self._connections: dict[str, Connection] = {}
        self._opening: set[Connection] = set()
        self._outages: dict[str, Outage] = {}
        self._too_slow: dict[str, float] = {}
        self._locks = {name: asyncio.Lock() for name in self.configs}
        self._starting = asyncio.Lock()
        self.names = tuple(self.configs)
        self.tools: dict[str, dict[str, Tool]] = {}
        self.unavailable: dict[str, str] = {}
        self.deaths = dict.fromkeys(self.configs, 0)
        self.closed = False

    async def start(self, knobs: ServerKnobs) -> None:
        """Know what every server offers: from before, or by starting those that have to be, side by side."""
        async with self._starting:
            await asyncio.gather(*(self._known(name, knobs) for name in self.names if self._waits(name, knobs)))
            self.tools = {name: self.tools[name] for name in self.names if name in self.tools}

    async def begun(self, server: str, knobs: ServerKnobs) -> None:
        """Start a server whose tools are known and that never ran; whoever comes meanwhile waits for that start.

        Raises:
            ServerUnavailable: it does not start.
        """
        async with self._locks[server]:
            self._check_open(server)
            if server in self.unavailable:
                raise ServerUnavailable(self.unavailable[server], server=server)
            if server not in self._connections:
                await self._first_start(server, knobs)

    async def connection(self, server: str, caller: Caller, *, until: float, caught: bool = False) -> Connection:
        """The connection to a server that has begun.

        Args:
            server: name of the server.
            caller: who asks; when the server has died `DEATHS` times since it began, it is not started again.
            until: how long to wait for one that is being restarted, by `time.monotonic`.
            caught: a call that the server took with it may wait where no other may.

        Raises:
            ServerUnavailable: it is being restarted, died too often or did not come up again.
        """
        while True:
            self._check_open(server)
            connection = self._connections[server]
            if not connection.lost:
                return connection
            if gone := self.given_up(server, caller):
                raise gone
            await self._outage(server, connection, caller).waited(caller, until, caught=caught)

    def gone(self, server: str, connection: Connection, caller: Caller) -> None:
        """A connection is known to be gone: that is counted once, and what is left of it ended, and replaced, aside."""
        self.deaths[server] += not connection.lost
        connection.lost = True
        if not self.closed and self._connections[server] is connection:
            self._outage(server, connection, caller)

    def given_up(self, server: str, caller: Caller) -> ServerUnavailable | None:
        """Why a server is not started again; None where it serves, or may be."""
        connection = self._connections.get(server)
        if connection is None or not connection.lost or self.deaths[server] - caller.before[server] < DEATHS:
            return None
        message = f"{server} died {DEATHS} times and is not started again."
        return connection.refused or ServerUnavailable(message, server=server, mend=connection.mend)

    async def close(self) -> None:
        """End all servers; takes a few seconds at most and leaves nothing behind. May be called twice."""
        self.closed = True
        connections = {*self._connections.values(), *self._opening}
        outages, self._connections, self.tools = list(self._outages.values()), {}, {}
        await asyncio.gather(*(outage.end() for outage in outages), *(each.close() for each in connections))

    def _check_open(self, server: str) -> None:
        if self.closed:
            raise ServerUnavailable(f"{server} was stopped.", server=server)

    def _outage(self, server: str, connection: Connection, caller: Caller) -> Outage:
        """The one under way, or a new one."""
        outage = self._outages.get(server)
        if outage is None or outage.over:
            restart = self._restart(server, connection, caller)
            outage = self._outages[server] = Outage(server, restart, hung=caller if connection.hung else None)
        return outage

    async def _restart(self, server: str, ended: Connection, caller: Caller) -> None:
        await ended.close(kill=True)
        if self.given_up(server, caller):
            return
        seconds = limits(caller.knobs, server).start_seconds
        if ended.hung:  # a server that cannot be killed hangs still
            seconds = min(seconds, round(max(seconds / AGAIN_SHORTENED, AGAIN_TIMES * ended.took), 1))
        try:
            await self._start(server, seconds)
        except ServerUnavailable as error:
            ended.refused = error
            self.deaths[server] += DEATHS

    def _waits(self, name: str, knobs: ServerKnobs) -> bool:
        if name in self.unavailable:
            return limits(knobs, name).start_seconds > self._too_slow.get(name, float("inf"))
        return name not in self._connections and (name not in self.tools or knobs.start == "ahead")

    async def _known(self, server: str, knobs: ServerKnobs) -> None:
        listed = self._listings.get(self.configs[server]) if self._listings and knobs.start == "needed" else None
        if listed is not None and not self.configs[server].problem:
            self._offers(server, listed)
            return
        async with self._locks[server]:
            if server not in self._connections:
                with suppress(ServerUnavailable):
                    await self._first_start(server, knobs)

    async def _first_start(self, server: str, knobs: ServerKnobs) -> None:
        self.unavailable.pop(server, None)
        seconds, began = limits(knobs, server).start_seconds, time.monotonic()
        try:
            await self._start(server, seconds)
        except ServerUnavailable as error:
            self.unavailable[server] = str(error)
            self.tools.pop(server, None)
            if time.monotonic() - began >= seconds:
                self._too_slow[server] = seconds
            raise

    async def _start(self, server: str, seconds: float) -> None:
        config = self.configs[server]
        with traced(self._tracer, f"{names.START_SERVER} {server}", server) as span:
            span.set_attribute(names.COLD, True)
            self._check_open(server)
            if config.problem:
                raise ServerUnavailable(config.problem, server=server)
            connection = Connection(config, start_seconds=seconds, stderr=self._stderr, project=self._project)
            self._opening.add(connection)
            try:
                await connection.open(Ongoing(span))
                self._check_open(server)
            finally:
                self._opening.discard(connection)
        self._connections[server] = connection
        self._offers(server, connection.tools)
        if self._listings:
            self._listings.keep(config, connection.tools)

    def _offers(self, server: str, tools: Sequence[Tool]) -> None:
        self.tools[server] = {tool.name: tool.model_copy(update={"server": server}) for tool in tools}

"""Calls under the limits of one policy: on which connection, for how long, and what happens when it breaks off.

A server that hangs or dies costs a call its limit once and nothing else: patience.py says how long silence is waited
for, outage.py what becomes of calls while a server is restarted. A call that one of them shuts out is made nowhere, and
its span says in which state the breaker was: `open`, or `half_open` for a call that tries whether all is well again.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from opentelemetry import trace

from systems import names
from systems.errors import ServerUnavailable, ToolFailed
from systems.mcp.connection import Connection, Lost
from systems.mcp.elicitation import Replied
from systems.mcp.failing import check_call, declined, not_made, short, too_slow
from systems.mcp.limits import limits
from systems.mcp.ongoing import Ongoing
from systems.mcp.outage import Caller
from systems.mcp.patience import LEAST_SECONDS, Patience, Place
from systems.mcp.pool import Pool
from systems.mcp.secrets import hidden
from systems.mcp.tools import Tool, arguments_hash, failed
from systems.policy import ServerKnobs
from systems.records import Hash

if TYPE_CHECKING:
    from mcp.types import CallToolResult


class How(NamedTuple):
    """How a call is made, besides with what.

    Attributes:
        approved: a person allowed it.
        reuse: an earlier result will do.
        retry: how often it was made before, in vain.
        replies: what the person said to questions of the tool.
    """

    approved: bool
    reuse: bool
    retry: int
    replies: Mapping[Hash, Replied] | None


class Calls:
    """The calls of one policy, and what it has seen of the servers since it began."""

    def __init__(self, pool: Pool, knobs: ServerKnobs) -> None:
        """Nothing was called yet.

        Args:
            pool: the servers.
            knobs: their limits.
        """
        self._pool, self._knobs = pool, knobs
        self._patience = Patience()
        self._caller = Caller(knobs, dict(pool.deaths))

    @property
    def unavailable(self) -> dict[str, str]:
        """Name of each server that does not serve, with a sentence that says why."""
        died = {name: self._pool.given_up(name, self._caller) for name in self._pool.names}
        return {**self._pool.unavailable, **{name: str(error) for name, error in died.items() if error}}

    def tool(self, server: str, name: str) -> Tool:
        """A tool of a server that serves.

        Raises:
            ServerUnavailable: the server does not serve.
            ToolFailed: it has no such tool.
        """
        self._check_serves(server)
        tools = self._pool.tools[server]
        if name not in tools:
            message = f"{server} has no tool {name!r}."
            mend = f"It has: {', '.join(tools)}."
            raise ToolFailed(message, server=server, tool=name, cause="error", mend=mend)
        return tools[name]

    async def made(self, tool: Tool, arguments: dict[str, Any], how: How, ongoing: Ongoing) -> CallToolResult:
        """What a tool answers; a read that a hung server took with it is made again, within its limit.

        Raises:
            ToolFailed: cause error, timeout, lost or arguments.
            ServerUnavailable: the server does not serve, or not now.
        """
        place = Place(tool.server, tool.name, arguments_hash(tool, arguments))
        self._seconds(place, how)
        await self._pool.begun(tool.server, self._knobs)
        until = time.monotonic() + self._limit(place)
        caught = how.retry > 0
        while True:
            connection = await self._serving(tool.server, until, caught=caught)
            check_call(self.tool(tool.server, tool.name), arguments, approved=how.approved)
            seconds = self._seconds(place, how)
            left = max(LEAST_SECONDS, until - time.monotonic())
            answering = connection.call(tool, arguments, min(seconds, left), ongoing)
            try:
                return await self._answer(answering, connection, tool, place, seconds, ongoing)
            except Lost as error:
                self._pool.gone(tool.server, connection, self._caller)
                if error.sent and not (connection.hung and tool.read_only):
                    raise failed(tool, "lost", "broke off: the server is gone.") from error
                caught = connection.hung

    async def _answer(
        self,
        answering: Awaitable[CallToolResult],
        connection: Connection,
        tool: Tool,
        place: Place,
        seconds: float,
        ongoing: Ongoing,
    ) -> CallToolResult:
        began = time.monotonic()
        try:
            answer = await answering
        except TimeoutError as error:
            self._patience.ran_out(place, hung=connection.hung)
            if connection.hung:
                self._pool.gone(tool.server, connection, self._caller)
            raise too_slow(tool, seconds, self._limit(place)) from error
        except Lost:
            raise
        # Border to foreign code: the libraries raise what they like for an answer they cannot accept.
        except Exception as error:
            words = short(hidden(str(error), self._pool.configs[tool.server]))
            raise failed(tool, "error", f"failed: {words}{declined(ongoing)}") from error
        self._patience.answered(place, time.monotonic() - began)
        return answer

    def _limit(self, place: Place) -> float:
        return limits(self._knobs, place.server).call_seconds

    def _seconds(self, place: Place, how: How) -> float:
        """How long the call may take now; the policy's own repetitions are given all of the limit."""
        limit = self._limit(place)
        seconds = limit if how.retry else self._patience.seconds(place, limit)
        if seconds < limit:
            trace.get_current_span().set_attribute(names.BREAKER, "half_open" if seconds else "open")
        if not seconds:
            raise not_made(place, limit)
        return seconds

    async def _serving(self, server: str, until: float, *, caught: bool) -> Connection:
        try:
            return await self._pool.connection(server, self._caller, until=until, caught=caught)
        except ServerUnavailable:
            trace.get_current_span().set_attribute(names.BREAKER, "open")
            raise

    def _check_serves(self, server: str) -> None:
        unavailable = self.unavailable
        if server in unavailable:
            raise ServerUnavailable(unavailable[server], server=server)
        if self._pool.closed or server not in self._pool.tools:
            enabled = self._pool.names
            what = "is not started" if server in enabled else "is not among the enabled servers"
            raise ServerUnavailable(f"{server} {what}.", server=server, mend=f"There are: {', '.join(enabled)}.")

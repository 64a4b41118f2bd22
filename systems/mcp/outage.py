"""From the moment a server is gone until it serves again: it is restarted aside, and one limit is all that is waited.

A server that hung has cost a call its limit already: nobody of that policy waits for it again, but those whose calls it
took with it. One that died has cost nothing: calls wait for it within their limits, until one has waited in vain.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass

from systems.errors import ServerUnavailable
from systems.policy import ServerKnobs


@dataclass(frozen=True, eq=False)
class Caller:
    """Who calls: a policy, which is not to suffer from what another one asked.

    Attributes:
        knobs: its limits.
        before: how often each server had died when it began.
    """

    knobs: ServerKnobs
    before: Mapping[str, int]


class Outage:
    """One restart under way."""

    def __init__(self, server: str, restart: Coroutine[None, None, None], *, hung: Caller | None = None) -> None:
        """The restart begins.

        Args:
            server: its name.
            restart: ends with the server serving, or known not to.
            hung: whose call got no answer, where that is why the server was given up.
        """
        self._server, self._hung = server, hung is not None
        self._spent = {hung} if hung else set()
        self._restart = asyncio.create_task(restart, name=f"restart {server}")

    @property
    def over(self) -> bool:
        """Whether the restart has ended, well or not."""
        return self._restart.done()

    async def waited(self, caller: Caller, until: float, *, caught: bool) -> None:
        """Wait for the end of the restart.

        Args:
            caller: who waits; not at all where one of its calls has spent a limit on this outage.
            until: when the call's limit ends, by `time.monotonic`.
            caught: this very call broke off; it may wait although others may not.

        Raises:
            ServerUnavailable: there is no time for that.
        """
        if caught or caller not in self._spent:
            await asyncio.wait({self._restart}, timeout=max(0.0, until - time.monotonic()))
        if not self.over:
            self._spent.add(caller)
            why = "gave no answer to anything" if self._hung else "died"
            message = f"{self._server} {why}, and is being restarted: nothing is asked of it until it serves again."
            raise ServerUnavailable(message, server=self._server)
        if not self._restart.cancelled():
            self._restart.result()

    async def end(self) -> None:
        """Break the restart off; what it has started is ended with it."""
        self._restart.cancel()
        await asyncio.wait({self._restart})

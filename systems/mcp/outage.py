"""From the moment a server is gone until it serves again: it is restarted aside, and one limit is all that is waited.

A server that hung has cost a call its limit already: nobody waits for it again, but those whose calls it took with it.
One that died has cost nothing: calls wait for it, each within its own limit, until one has waited in vain.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine

from systems.errors import ServerUnavailable


class Outage:
    """One restart under way.

    Attributes:
        spent: a call has spent its limit on it.
    """

    def __init__(self, server: str, restart: Coroutine[None, None, None], *, hung: bool) -> None:
        """The restart begins.

        Args:
            server: its name.
            restart: ends with the server serving, or known not to.
            hung: the server was given up because a call got no answer.
        """
        self._server, self._hung = server, hung
        self._restart = asyncio.create_task(restart, name=f"restart {server}")
        self.spent = hung

    @property
    def over(self) -> bool:
        """Whether the restart has ended, well or not."""
        return self._restart.done()

    async def waited(self, until: float, *, caught: bool) -> None:
        """Wait for the end of the restart.

        Args:
            until: when the caller's limit ends, by `time.monotonic`.
            caught: the caller's own call broke off; it may wait although others may not.

        Raises:
            ServerUnavailable: there is no time for that.
        """
        if not self.spent or caught:
            await asyncio.wait({self._restart}, timeout=max(0.0, until - time.monotonic()))
        if not self.over:
            self.spent = True
            why = "gave no answer to anything" if self._hung else "died"
            message = f"{self._server} {why}, and is being restarted: nothing is asked of it until it serves again."
            raise ServerUnavailable(message, server=self._server)
        if not self._restart.cancelled():
            self._restart.result()

    async def end(self) -> None:
        """Break the restart off; what it has started is ended with it."""
        self._restart.cancel()
        await asyncio.wait({self._restart})

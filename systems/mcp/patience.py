"""How long a call may still take at a server that let one run out of time: an eighth, until something is answered.

So a server that hangs costs its limit once, and every further try much less, without being given up for one slow
answer. What dies or hangs twice is given up by `pool.DEATHS`. (A circuit breaker that is half open:
https://martinfowler.com/bliki/CircuitBreaker.html)
"""

from __future__ import annotations

from collections import Counter

SHORTENED = 8
LEAST_SECONDS = 0.5


class Patience:
    """Counts, for each tool of each server, the calls in a row that ran out of time."""

    def __init__(self) -> None:
        """Nothing ran out of time yet."""
        self._tools: Counter[tuple[str, str]] = Counter()
        self._hung: Counter[str] = Counter()

    def seconds(self, server: str, tool: str, limit: float) -> float:
        """The limit of the next call."""
        times = self._tools[server, tool] + self._hung[server]
        return min(limit, max(limit * float(SHORTENED) ** -times, LEAST_SECONDS))

    def ran_out(self, server: str, tool: str) -> None:
        """A call got no answer in time."""
        self._tools[server, tool] += 1

    def hung(self, server: str) -> None:
        """The whole server does not answer: it is replaced, and none of its tools is waited for as long as before."""
        self._hung[server] += 1

    def answered(self, server: str, tool: str) -> None:
        """A call was answered: the server is waited for as at first."""
        self._tools.pop((server, tool), None)
        self._hung.pop(server, None)

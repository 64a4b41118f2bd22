"""How long a call may still take after others ran out of time: a server that hangs costs its limit once.

The very call that got no answer is not made again, and other calls of its tool get a trial, once: a twentieth of the
limit, or twice as long as the tool ever took to answer. So do all tools of a server that hung as a whole. Any answer
restores everything but the calls that got none. What is shut out is given a trial again after ten times the limit. What
dies or hangs twice is given up by `pool.DEATHS`.
(A circuit breaker, half open in between: https://martinfowler.com/bliki/CircuitBreaker.html)
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from systems.records import Hash

SHORTENED = 20
LEAST_SECONDS = 1.0
SLOWER = 2
REST_LIMITS = 10
MOST_REMEMBERED = 1_000


class Place(NamedTuple):
    """One call, a tool (without arguments), or a whole server (without tool)."""

    server: str
    tool: str = ""
    arguments: Hash = ""


class Silence(NamedTuple):
    """How often a place gave no answer in a row, and when last."""

    times: int
    since: float


class Patience:
    """What got no answer lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing ran out of time yet.

        Args:
            clock: tells seconds.
        """
        self._clock = clock
        self._silent: OrderedDict[Place, Silence] = OrderedDict()
        self._took: dict[Place, float] = {}

    def seconds(self, call: Place, limit: float) -> float:
        """The limit of the next such call; 0 where it is not to be made.

        Args:
            call: with its arguments.
            limit: seconds that a call of the server may take.
        """
        calls, tools, servers = map(self._of, (call, call._replace(arguments=""), Place(call.server)))
        if not (calls.times or tools.times or servers.times):
            return limit
        shut = calls.times or (tools.times and tools.times + servers.times >= 2)
        if shut and self._clock() - max(calls.since, tools.since) < REST_LIMITS * limit:
            return 0
        known = SLOWER * self._took.get(call._replace(arguments=""), 0)
        return min(limit, max(limit / SHORTENED, LEAST_SECONDS, known))

    def ran_out(self, call: Place, *, hung: bool = False) -> None:
        """A call got no answer in time.

        Args:
            call: with its arguments.
            hung: the whole server answers nothing; the tool is not to blame.
        """
        self._note(call)
        self._note(Place(call.server) if hung else call._replace(arguments=""))

    def answered(self, call: Place, seconds: float = 0) -> None:
        """A call was answered after so many seconds: its tool and its server are waited for as at first."""
        tool = call._replace(arguments="")
        self._took[tool] = max(seconds, self._took.get(tool, 0))
        for place in (call, tool, Place(call.server)):
            self._silent.pop(place, None)

    def _of(self, place: Place) -> Silence:
        return self._silent.get(place, Silence(0, float("-inf")))

    def _note(self, place: Place) -> None:
        self._silent[place] = Silence(self._of(place).times + 1, self._clock())
        self._silent.move_to_end(place)
        if len(self._silent) > MOST_REMEMBERED:
            self._silent.popitem(last=False)

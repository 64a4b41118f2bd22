"""The one thing that most of a run's time goes to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.operations import Operation
from systems.records import Finding

SHARE = 0.6
SECONDS = 1.0
CALLS = 3
MOST_PLACES = 1_000


class _Spent:
    """What a run waited for the calls of one place, and the longest of them."""

    __slots__ = ("longest", "nanoseconds", "span")

    def __init__(self) -> None:
        self.nanoseconds = 0
        self.longest = -1
        self.span: Operation | None = None


class Bottleneck:
    """A tool or model with at least `SHARE` of the time of all calls, and `SECONDS` of it; a note, not a fault.

    That most of the time goes to the model is worth a note only where there are several. Time counts once, however many
    calls were under way in it: for the one that ended first.
    """

    watches: ClassVar[tuple[Topic, ...]] = ("tool", "model")

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._calls = 0
        self._until = 0
        self._places: dict[str, _Spent] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        self._calls += 1
        start, end, where = span.start_ns, span.end_ns, span.where
        place = self._places.get(where)
        if place is None:
            if len(self._places) >= MOST_PLACES:
                return
            place = self._places[where] = _Spent()
        until = self._until
        if end > until:
            place.nanoseconds += end - (start if start > until else until)
            self._until = end
        if end - start > place.longest:
            place.longest, place.span = end - start, span

    def findings(self) -> Iterable[Finding]:
        """One finding, where there is such a tool or model."""
        if self._calls < CALLS or len(self._places) < 2 or not self._run.ended:
            return
        where, place = max(self._places.items(), key=lambda one: one[1].nanoseconds)
        spent, total = place.nanoseconds, sum(one.nanoseconds for one in self._places.values())
        if place.span is None or self._only_model(place.span):
            return
        if spent >= SHARE * total and spent >= SECONDS * 1e9:
            yield from self._run.finding(
                "bottleneck",
                "info",
                where,
                [place.span],
                evidence=f"{spent / 1e9:.2f} s of {total / 1e9:.2f} s in calls",
                impact={"seconds": round(spent / 1e9, 6)},
                explanation=f"{spent / total:.0%} of the time of all calls goes to {where}.",
            )

    def _only_model(self, span: Operation) -> bool:
        models = sum(one.span is not None and one.span.kind == "model" for one in self._places.values())
        return span.kind == "model" and models == 1

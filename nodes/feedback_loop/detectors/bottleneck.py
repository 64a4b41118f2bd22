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


class Bottleneck:
    """A tool or model with at least `SHARE` of the time of all calls, and `SECONDS` of it; a note, not a fault."""

    watches: ClassVar[tuple[Topic, ...]] = ("tool", "model")

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._calls = 0
        self._nanoseconds = 0
        self._spent: dict[str, int] = {}
        self._longest: dict[str, Operation] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        spent, where = span.end_ns - span.start_ns, span.where
        self._calls += 1
        self._nanoseconds += spent
        self._spent[where] = self._spent.get(where, 0) + spent
        longest = self._longest.get(where)
        if longest is None or spent > longest.end_ns - longest.start_ns:
            self._longest[where] = span

    def findings(self) -> Iterable[Finding]:
        """One finding, where there is such a tool or model."""
        if self._calls < CALLS or not self._run.ended:
            return
        where, spent = max(self._spent.items(), key=lambda one: one[1])
        if len(self._spent) > 1 and spent >= SHARE * self._nanoseconds and spent >= SECONDS * 1e9:
            yield from self._run.finding(
                "bottleneck",
                "info",
                where,
                [self._longest[where]],
                evidence=f"{spent / 1e9:.2f} s of {self._nanoseconds / 1e9:.2f} s in calls",
                impact={"seconds": round(spent / 1e9, 6)},
                explanation=f"{spent / self._nanoseconds:.0%} of the time of all calls goes to {where}.",
            )

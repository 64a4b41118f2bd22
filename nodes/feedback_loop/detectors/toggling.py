"""A setting switched to and fro."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt
from nodes.feedback_loop.calls.effects import changes
from nodes.feedback_loop.calls.sameness import asked
from nodes.feedback_loop.calls.series import Series
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.repetition import asked_times
from systems.records import Finding

CALLS = 6
MOST = 100


class Toggling:
    """At least `CALLS` calls in a row of one tool that changes something, in turn with one value and with another.

    Each undoes the one before it. Where the task asks for so many rounds it is what was wanted.
    """

    watches: ClassVar[Watches] = {"repeat": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._rows: list[Series] = []

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        last = list(islice(reversed(self._run.tools), CALLS))
        row = self._rows[-1] if self._rows else None
        if row is not None and len(last) > 1 and row.shown[-1] is last[1] and asked(span) == asked(row.shown[-2]):
            row.add(span)
        elif len(self._rows) < MOST and _in_turn(last) and asked_times(self._run.task) < CALLS // 2:
            self._rows.append(Series())
            for one in reversed(last):
                self._rows[-1].add(one)

    def findings(self) -> Iterable[Finding]:
        """One finding per row of calls."""
        for row in self._rows:
            one, other = row.shown[0], row.shown[1]
            yield from self._run.finding(
                "ping_pong",
                "error",
                one.where,
                row.shown,
                evidence=excerpt(f"{one.where}({one.arguments}), then {other.where}({other.arguments}), and again"),
                impact=row.impact,
                explanation=f"{one.where} was switched to and fro {row.count} times.",
            )


def _in_turn(calls: list[Operation]) -> bool:
    """Whether enough calls of one tool change something in turn with one set of arguments and another."""
    if len(calls) < CALLS or len({one.where for one in calls}) > 1:
        return False
    if any(one.failed or not changes(one) for one in calls):
        return False
    first, second = {asked(one) for one in calls[::2]}, {asked(one) for one in calls[1::2]}
    return len(first) == len(second) == 1 and first != second

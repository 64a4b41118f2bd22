"""Ever other calls for the same thing, none of which brings anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, takewhile
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, excerpt
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.fruitless import attempt, fruitless, words
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.sameness import asked
from nodes.feedback_loop.series import Series
from systems.records import Finding

CALLS, ATTEMPTS = 4, 3
MOST = 100
EARLIER, RESULT = 6, 10_000
"""Results before a row, and characters of them, that may name what is gone through."""
_SEARCHES = ("search", "find", "lookup", "look", "query", "browse", "google", "retrieve")


class FruitlessCalls:
    """At least `CALLS` different calls in a row without a result, most of them another attempt at the same.

    Rephrased searches and guesses are; going through things that the task or an earlier result names is not, nor are
    checks by different tools. Only every fourth call is looked at while nothing is found: a row has one of those.
    """

    watches: ClassVar[tuple[Topic, ...]] = ("tool",)

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._seen = 0
        self._row: _Row | None = None
        self._found: list[_Row] = []

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        self._seen += 1
        if self._row is not None:
            if fruitless(span):
                self._add(span)
            else:
                self._row = None
        elif self._seen % CALLS == 0 and fruitless(span):
            calls = list(islice(reversed(self._run.tools), CALLS + EARLIER))
            row = list(takewhile(fruitless, calls[:CALLS]))
            self._row = _Row(self._run.task, calls[len(row) : len(row) + EARLIER])
            for one in reversed(row):
                self._add(one)

    def findings(self) -> Iterable[Finding]:
        """One finding per row of calls."""
        for row in self._found:
            last = row.calls.shown[-1]
            yield from self._run.finding(
                "no_progress",
                "error",
                ", ".join(row.tools),
                row.calls.shown,
                evidence=excerpt(f"{last.where}({last.arguments}) -> {last.result or last.error}"),
                impact=row.calls.impact,
                explanation=f"{row.calls.count} different calls in a row for the same thing brought nothing.",
            )

    def _add(self, span: Operation) -> None:
        row = self._row
        if row is not None and not row.judged and row.add(span) and len(self._found) < MOST:
            self._found.append(row)
            row.judged = True
        elif row is not None and row.judged:
            row.calls.add(span)


class _Row:
    """Fruitless calls one after another.

    Attributes:
        calls: the calls.
        judged: whether they are a finding.
    """

    def __init__(self, task: str, before: Sequence[Operation]) -> None:
        self.calls = Series()
        self.judged = False
        self._known = words(task).union(*(words(one.result[:RESULT]) for one in before))
        self._last: dict[str, frozenset[str]] = {}
        self._before: frozenset[str] = frozenset()
        self._different: set[tuple[str, str]] = set()
        self._attempts = self._others = 0

    @property
    def tools(self) -> list[str]:
        """The tools called."""
        return list(self._last)

    def add(self, span: Operation) -> bool:
        """Append a call; whether they are a finding now."""
        self.calls.add(span)
        if len(self._different) < CALLS:
            self._different.add((span.where, asked(span)))
        now = words(span.arguments)
        if span.where in self._last:
            if attempt(self._last[span.where], now, self._known):
                self._attempts += 1
            else:
                self._others += 1
        elif self._before & now and span.name.lower().startswith(_SEARCHES):
            self._attempts += 1
        self._last[span.where] = self._before = now
        return (
            len(self._different) >= CALLS and self._attempts >= ATTEMPTS and self._attempts >= ATTEMPTS * self._others
        )

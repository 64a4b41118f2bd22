"""Ever other calls for the same thing, none of which brings anything."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt
from nodes.feedback_loop.calls.fruitless import fruitless
from nodes.feedback_loop.calls.fruitless_row import Row, echoes, no_news
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ALIKE, ANY, FRUITLESS, ROW
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.answers import came_to_nothing
from nodes.feedback_loop.texts.waiting import thinks
from systems.records import Finding

EVERY, BACK = 3, 12
MOST = 100
OTHERS = 2


class FruitlessCalls:
    """Four different calls or more without a result, most of them another attempt at the same.

    Rephrased searches and guesses are attempts; going through things that the task or an earlier result names is not,
    nor are checks by different tools. A call that brings what the one before it brought has no result either; where
    that is only a word or a number, the run must have come to nothing as well. Up to `OTHERS` other calls may come in
    between. An empty result counts where the run has others. Only every third call is looked at until one is found.
    """

    watches: ClassVar[Watches] = {"tool": FRUITLESS | ALIKE | ROW, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._others = 0
        self._row: Row | None = None
        self._found: list[Row] = []

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if self._row is not None:
            self._follow(self._row, span)
        elif self._run.called % EVERY == 0 and (fruitless(span) or self._no_news(span)):
            self._row, self._others = Row(self._run.task), 0
            for one in reversed(list(islice(reversed(self._run.tools), BACK))):
                if self._row is None:
                    self._row, self._others = Row(self._run.task), 0
                self._follow(self._row, one)
        if self._row is None:
            self._run.leave(ROW)
        else:
            self._run.follow(ROW)

    def findings(self) -> Iterable[Finding]:
        """One finding per row of calls."""
        for row in self._found:
            if row.doubtful and not self._came_to_nothing():
                continue
            last = row.calls.shown[-1]
            if not (last.result or last.error or any(one.result for one in self._run.tools)):
                continue
            yield from self._run.finding(
                "no_progress",
                "error",
                ", ".join(row.tools),
                row.calls.shown,
                evidence=excerpt(f"{last.where}({last.arguments}) -> {last.result or last.error}"),
                impact=row.calls.impact,
                explanation=f"{row.calls.count} different calls for the same thing brought nothing.",
            )

    def _came_to_nothing(self) -> bool:
        run = self._run
        return run.ended and bool(run.models) and (run.answer is None or came_to_nothing(run.answer.output))

    def _follow(self, row: Row, span: Operation) -> None:
        """Append a call to the row, or end it."""
        if thinks(span.name):
            return
        if row.continues(span):
            self._others = 0
            if row.add(span) and not row.told and len(self._found) < MOST:
                row.told = True
                self._found.append(row)
        elif row.tools and self._others < OTHERS and span.where not in row.tools:
            self._others += 1
            row.learn(span)
        elif row.tools:
            self._row = None
            if row.told and span.where in row.tools and self._found[-1:] == [row]:
                self._found.pop()
        else:
            row.learn(span)

    def _no_news(self, span: Operation) -> bool:
        lately = list(islice(reversed(self._run.tools), 1, 3))
        before = next((one for one in lately if one.name == span.name), None)
        return (before is not None and no_news(before.result, span)) or any(echoes(one.result, span) for one in lately)

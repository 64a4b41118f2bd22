"""Calls that were made before and brought the same, with nothing in between that could have changed it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt, times
from nodes.feedback_loop.calls.effects import affects, changes
from nodes.feedback_loop.calls.sameness import asked, brought
from nodes.feedback_loop.calls.series import Series
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.repetition import asked_times
from nodes.feedback_loop.texts.waiting import call_before, pending, thinks, waits
from systems.records import Finding, Severity
from systems.told.nothing_found import nothing_found

_Call = tuple[str, str]
_FETCHES = re.compile(r"(?:get|fetch|read|load|open|show|retrieve|download|view)(?:_|$|[A-Z])")
UNMOVED, TEXT = 2, 80
"""Repeats, after changes that might have mattered, of a text of so many characters that show that they did not."""
MOST = 100
MOST_BETWEEN = 40
"""Calls in between beyond which nobody can tell what has changed, or what the model still remembers."""


class RedundantCall:
    """Working tool calls with the arguments and the result of an earlier one of the same agent.

    Where results were not recorded nobody knows, and it is a note; so is a second look at something that is under way
    or not there yet. Reused results cost nothing and are none; the same call with another result was worth making, and
    so was the one after a change of its subject.
    """

    watches: ClassVar[Watches] = {"repeat": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._again: dict[_Call, Series] = {}
        self._unmoved: dict[_Call, Series] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        before = self._run.before
        if before is None or span.failed or before.failed or before.agent != span.agent:
            return
        if before.start_ns < self._run.began:
            return
        if brought(before) != brought(span):
            if call_before(self._run.tools) is before:
                self._again.pop((span.where, asked(span)), None)  # a poll, and it moved
            return
        if (not asked(span) and not brought(span)) or waits(span.name) or thinks(span.name) or changes(span):
            return
        call = span.where, asked(span)
        again = self._unmoved if self._may_have_changed(before, span) else self._again
        if call in again or len(again) < MOST:
            again.setdefault(call, Series()).add(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per call that was repeated."""
        texts = [(call, again) for call, again in self._unmoved.items() if _is_text(again)]
        for (tool, arguments), again in (*self._again.items(), *texts):
            if again.count < asked_times(self._run.task):
                continue
            result = brought(again.shown[0])
            yield from self._run.finding(
                "redundant_call",
                _severity(again),
                tool,
                again.shown,
                confidence=1.0 if result else 0.7,
                evidence=excerpt(f"{tool}({arguments}) -> {result}"),
                impact=again.impact,
                explanation=f"{tool} was asked the same again {times(again.count)}"
                + (" and answered the same." if result else "."),
            )

    def _may_have_changed(self, before: Operation, now: Operation) -> bool:
        """Whether a call in between may have changed what was asked for."""
        for one in islice(reversed(self._run.tools), 1, MOST_BETWEEN):
            if one is before:
                return False
            if changes(one) and affects(one, now):
                return True
        return True


def _is_text(again: Series) -> bool:
    """Whether a text was fetched again and again, and none of the changes in between was one of it."""
    first = again.shown[0]
    return again.count >= UNMOVED and len(first.result) >= TEXT and bool(_FETCHES.match(first.name.rpartition(".")[2]))


def _severity(again: Series) -> Severity:
    first = again.shown[0]
    if not brought(first) or pending(first.result):
        return "info"
    unsure = not first.result or nothing_found(first.result)
    return "info" if unsure and again.count < 2 else "warning"

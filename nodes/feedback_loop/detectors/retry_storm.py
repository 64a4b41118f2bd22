"""The same call tried again and again while it keeps failing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt
from nodes.feedback_loop.calls.effects import changes
from nodes.feedback_loop.calls.fruitless import refuses
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.rephrasing import attempt, words
from nodes.feedback_loop.texts.waiting import pending
from systems.records import Finding

ATTEMPTS = 4
MOST_ROWS = 1_000
LAST = 20
_SHORT = 300
_REFUSES = re.compile(
    r"\b(?:unavailable|overloaded|locked|refus(?:ed|es|ing)|reject(?:ed|s)|throttled|unreachable|failed|failure|busy|"
    r"not ready|queue (?:is )?full|"
    r"error|down|offline|try again|50[0234])\b",
    re.IGNORECASE,
)

_Row = tuple[str, str]


class RetryStorm:
    """At least `ATTEMPTS` failures of one call in a row: same tool and arguments, or the model of one agent.

    Refusals for rate count whatever the arguments, as the next call is refused as well; failures of the service in the
    very same words do where the arguments only put the same in another way. A failure after something was changed
    begins anew. A result that says, word for word the same, that the service does not work is a failure here. Of calls
    without arguments and words nothing is known but that they failed (`tool_error`); what the model got wrong itself is
    another matter (`invalid_output`).
    """

    watches: ClassVar[Watches] = {"failure": ANY, "repeat": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._rows: dict[_Row, list[Operation]] = {}
        self._storms: Grouped[_Row] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if not span.failed:
            before = self._run.before
            if before is not None and before.result == span.result and _refuses(span.result):
                row = (span.where, span.arguments)
                if row not in self._rows:
                    self._add(row, before)
                self._add(row, span)
        elif span.kind in ("tool", "model", "retrieval") and (why := span.cause) not in ("invalid", "truncated"):
            place = f"{span.agent}/{span.where}" if span.kind == "model" else span.where
            alike = span.kind == "model" or why == "rate_limited"
            if not (alike or span.arguments or span.error):
                return
            if alike or span.kind != "tool":
                self._add((place, "" if alike else span.arguments), span)
            else:
                self._same_again((place, span.arguments), span)
            if not alike and span.error and span.arguments and (why != "error" or refuses(span.error)):
                self._reworded((place, f"{span.error_type}: {span.error}"), span)

    def findings(self) -> Iterable[Finding]:
        """One finding per call."""
        told: set[str] = set()
        for _, failed in self._storms.items():
            culprits = [one for one in failed if one.span_id not in told]
            told.update(one.span_id for one in culprits)
            where, last = failed[-1].where, failed[-1]
            yield from self._run.finding(
                "retry_storm",
                "error",
                where,
                culprits,
                evidence=f"{failed.total} failures in a row; the last: {excerpt(last.error or last.result)}",
                impact={**failed.impact, "failures": float(failed.total), "calls": float(failed.total)},
                explanation=f"{where} was tried {failed.total} times in a row without success or a change.",
            )

    def _same_again(self, key: _Row, span: Operation) -> None:
        """Add a call, if the very same one failed before; only then there is a row."""
        before = self._run.before
        if before is not None and before.call == span.call and before.failed:
            if key not in self._rows:
                self._add(key, before)
            self._add(key, span)

    def _reworded(self, key: _Row, span: Operation) -> None:
        row = self._rows.get(key)
        if row is not None and len(row) >= ATTEMPTS - 1:
            if self._run.made_good(row[-1]) or self._changed(row[-1]):
                row.clear()
            self._trim(row, span)
        self._add(key, span)

    def _trim(self, row: list[Operation], now: Operation) -> None:
        """Leave those of a row that each try what the next one tries in other words; asked before it is a storm."""
        for place in range(len(row) - 1, -1, -1):
            if not self._attempt(row[place], now):
                del row[: place + 1]
                return
            now = row[place]

    def _add(self, key: _Row, span: Operation) -> None:
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= MOST_ROWS:
                del self._rows[next(iter(self._rows))]
            row = self._rows[key] = []
        elif row and row[-1].span_id == span.span_id:
            return
        elif row and (self._run.made_good(row[-1]) or self._changed(row[-1])):
            row.clear()
        row.append(span)
        if len(row) == ATTEMPTS:
            for one in row:
                self._storms.add(key, one)
        elif len(row) > ATTEMPTS:
            self._storms.add(key, span)
            del row[:-ATTEMPTS]

    def _attempt(self, before: Operation, now: Operation) -> bool:
        return attempt(words(before.arguments), words(now.arguments), self._run.words_of_task())

    def _changed(self, before: Operation) -> bool:
        """Whether a tool that worked has changed something since a failure."""
        for tool in islice(reversed(self._run.tools), LAST):
            if tool.start_ns < before.end_ns:
                return False
            if not tool.failed and tool.name != before.name and changes(tool):
                return True
        return False


def _refuses(result: str) -> bool:
    return 0 < len(result) < _SHORT and bool(_REFUSES.search(result)) and not pending(result)

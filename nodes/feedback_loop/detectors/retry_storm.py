"""The same call tried again and again while it keeps failing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, cost, excerpt
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.failures import cause
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.operations import Operation
from systems.records import Finding

ATTEMPTS = 4


class RetryStorm:
    """At least `ATTEMPTS` failures of one call in a row: same tool and arguments, or the model of one parent.

    Refusals for rate count whatever the arguments: the next call is refused as well.
    """

    watches: ClassVar[tuple[Topic, ...]] = ("tool", "model")

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._row: dict[tuple[str, str], list[Operation]] = {}
        self._storms: Grouped[tuple[str, str]] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.failed:
            key = span.where, "" if span.kind == "model" or cause(span) == "rate_limited" else span.arguments
            row = self._row.setdefault(key, [])
            row.append(span)
            if len(row) == ATTEMPTS:
                for one in row:
                    self._storms.add(key, one)
            elif len(row) > ATTEMPTS:
                self._storms.add(key, span)
        elif self._row:
            self._row.pop((span.where, span.arguments), None)
            self._row.pop((span.where, ""), None)

    def findings(self) -> Iterable[Finding]:
        """One finding per call."""
        for (where, _), failed in self._storms.items():
            yield from self._run.finding(
                "retry_storm",
                "error",
                where,
                failed,
                evidence=f"{len(failed)} failures in a row; the last: {excerpt(failed[-1].error)}",
                impact={**cost(failed), "calls": float(len(failed))},
                explanation=f"{where} was tried {len(failed)} times in a row without success or a change.",
            )

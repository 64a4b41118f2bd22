"""Calls that were refused because too many were made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import PATIENCE, AgentRun, excerpt, times
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import LIMITED
from nodes.feedback_loop.reading.operations import Operation
from systems import names
from systems.records import Finding


class RateLimited:
    """Calls refused with 429 or its like, one finding per place."""

    watches: ClassVar[Watches] = {"failure": LIMITED}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._refused: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.cause == "rate_limited":
            self._refused.add(span.where, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per place."""
        for where, refused in self._refused.items():
            open_ = self._run.still_open(refused)
            last = refused[-1]
            yield from self._run.finding(
                "rate_limited",
                "error" if open_ else "info" if refused.total < PATIENCE else "warning",
                where,
                refused,
                evidence=f"{names.ERROR_TYPE}={last.error_type}: {excerpt(last.error)}",
                impact=self._run.lost(refused, where),
                explanation=f"{where} refused {times(refused.total)} because of too many requests"
                + ("." if open_ else "; a later call went through."),
            )

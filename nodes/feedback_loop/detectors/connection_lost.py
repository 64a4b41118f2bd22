"""Calls that lost their connection, or found nobody at its other end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import PATIENCE, AgentRun, excerpt, times
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import LOST
from nodes.feedback_loop.reading.operations import Operation
from systems import names
from systems.records import Finding


class ConnectionLost:
    """Calls whose connection was refused, reset or closed, one finding per place; one made good is a note."""

    watches: ClassVar[Watches] = {"failure": LOST}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._lost: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.cause == "connection_lost":
            self._lost.add(span.where, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per place."""
        for where, lost in self._lost.items():
            open_ = self._run.still_open(lost)
            last = (open_ or lost)[-1]
            yield from self._run.finding(
                "connection_lost",
                "error" if open_ else "info" if lost.total < PATIENCE else "warning",
                where,
                open_ or lost,
                evidence=f"{names.ERROR_TYPE}={last.error_type}: {excerpt(last.error)}",
                impact=self._run.lost(open_ or lost, where),
                explanation=f"{where} lost its connection {times(lost.total)}"
                + ("." if open_ else "; a later call went through."),
            )

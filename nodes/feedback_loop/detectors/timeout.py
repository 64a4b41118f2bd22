"""Operations that ran out of time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import PATIENCE, AgentRun, excerpt, times
from nodes.feedback_loop.calls.drafts import subject
from nodes.feedback_loop.calls.grouping import Group, Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import TIMED_OUT
from nodes.feedback_loop.reading.operations import Operation
from systems import names
from systems.records import Finding, Severity


class Timeout:
    """Timed-out operations, one finding per place; one that a later attempt made good is a note."""

    watches: ClassVar[Watches] = {"failure": TIMED_OUT}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._timed_out: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.cause == "timeout":
            place = subject(span, names.START_SERVER) or (span.agent if span.kind == "step" else "") or span.where
            self._timed_out.add(place, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per place."""
        for where, failed in self._timed_out.items():
            open_ = self._run.still_open(failed)
            starting = subject(failed[0], names.START_SERVER) is not None
            last = (open_ or failed)[-1]
            said = names.START_SERVER if starting else f"{names.ERROR_TYPE}={last.error_type or 'timeout'}"
            yield from self._run.finding(
                "timeout",
                _severity(open_, failed, starting),
                where,
                open_ or failed,
                evidence=f"{said}: {excerpt(last.error)}",
                impact=self._run.lost(open_ or failed, where),
                explanation=f"{where} ran out of time {times(failed.total)}"
                + ("." if open_ else "; a later attempt made it good."),
            )


def _severity(open_: list[Operation], failed: Group, starting: bool) -> Severity:
    if open_:
        return "warning" if starting else "error"
    return "warning" if failed.total >= PATIENCE else "info"

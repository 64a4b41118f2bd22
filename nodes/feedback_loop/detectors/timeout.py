"""Operations that ran out of time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, cost, excerpt, times
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.drafts import Drafts, subject
from nodes.feedback_loop.failures import cause
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.operations import Operation
from systems import names
from systems.records import Finding


class Timeout:
    """Timed-out operations, one finding per place."""

    watches: ClassVar[tuple[Topic, ...]] = ("failure", "step")

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._drafts = Drafts()
        self._timed_out: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        self._drafts.observe(span)
        if span.failed and cause(span) == "timeout":
            place = subject(span, names.START_SERVER) or (span.agent if span.kind == "step" else "") or span.where
            self._timed_out.add(place, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per place."""
        for where, failed in self._timed_out.items():
            good = all(self._run.made_good(one) or self._drafts.made_good(one) for one in failed)
            calls = {"calls": float(self._run.count(where))} if failed[0].kind == "tool" else {}
            starting = subject(failed[0], names.START_SERVER) is not None
            said = names.START_SERVER if starting else f"{names.ERROR_TYPE}={failed[-1].error_type or 'timeout'}"
            yield from self._run.finding(
                "timeout",
                "warning" if good or starting else "error",
                where,
                failed,
                evidence=f"{said}: {excerpt(failed[-1].error)}",
                impact={**cost(failed), **calls},
                explanation=f"{where} ran out of time {times(len(failed))}"
                + ("; a later attempt made it good." if good else "."),
            )

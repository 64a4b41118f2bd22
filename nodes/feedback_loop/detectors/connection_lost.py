"""Calls that lost their connection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, cost, excerpt, times
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.failures import cause
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.operations import Operation
from systems import names
from systems.records import Finding


class ConnectionLost:
    """Calls whose connection was refused, reset or closed, one finding per tool or model."""

    watches: ClassVar[tuple[Topic, ...]] = ("failure",)

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._lost: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if cause(span) == "connection_lost":
            self._lost.add(span.where, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per place."""
        for where, lost in self._lost.items():
            good = all(self._run.made_good(one) for one in lost)
            calls = {"calls": float(self._run.count(where))} if lost[0].kind == "tool" else {}
            yield from self._run.finding(
                "connection_lost",
                "info" if good else "error",
                where,
                lost,
                evidence=f"{names.ERROR_TYPE}={lost[-1].error_type}: {excerpt(lost[-1].error)}",
                impact={**cost(lost), **calls},
                explanation=f"{where} lost its connection {times(len(lost))}"
                + ("; a later call went through." if good else "."),
            )

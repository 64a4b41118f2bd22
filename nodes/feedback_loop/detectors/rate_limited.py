"""Calls that were refused because too many were made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, excerpt, times
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.failures import cause
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.operations import Operation
from systems import names
from systems.records import Finding


class RateLimited:
    """Calls refused with 429 or its like, one finding per tool or model."""

    watches: ClassVar[tuple[Topic, ...]] = ("failure",)

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._refused: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if cause(span) == "rate_limited":
            self._refused.add(span.where, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per place."""
        for where, refused in self._refused.items():
            good = len(refused) == 1 and self._run.made_good(refused[0])
            yield from self._run.finding(
                "rate_limited",
                "info" if good else "error",
                where,
                refused,
                evidence=f"{names.ERROR_TYPE}={refused[-1].error_type}: {excerpt(refused[-1].error)}",
                explanation=f"{where} refused {times(len(refused))} because of too many requests"
                + ("; a later call went through." if good else "."),
            )

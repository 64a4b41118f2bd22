"""Retrievals that gave back old data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.marks import ANY
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.series import Series
from systems.records import Finding

SECONDS = 3_600
_STALENESS = "retrieval.staleness_seconds"


class StaleData:
    """Retrievals and memories whose data is told to be more than `SECONDS` behind its source, one finding for each."""

    watches: ClassVar[Watches] = {"retrieval": ANY, "memory": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._stale: dict[str, Series] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        behind = span.attributes.get(_STALENESS)
        if isinstance(behind, (int, float)) and behind > SECONDS:
            source = str(span.attributes.get("retrieval.source") or span.name)
            self._stale.setdefault(source, Series()).add(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per source."""
        for source, spans in self._stale.items():
            oldest = max(float(one.attributes[_STALENESS]) for one in spans.shown)
            yield from self._run.finding(
                "stale_data",
                "warning",
                source,
                spans.shown,
                evidence=f"{_STALENESS}={oldest:g}",
                impact={**spans.impact, "behind_seconds": oldest},
                explanation=f"{source} gave data that is {oldest / 3_600:.1f} hours behind.",
            )

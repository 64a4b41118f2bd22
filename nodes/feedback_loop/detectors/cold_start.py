"""Server starts that were waited for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, times
from nodes.feedback_loop.calls.drafts import subject
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import OWN
from nodes.feedback_loop.reading.operations import Operation
from systems import names
from systems.records import Finding


class ColdStart:
    """Starts of tool servers that took long, one finding per server."""

    watches: ClassVar[Watches] = {"step": OWN}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._starts: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if not span.title.startswith(names.START_SERVER):
            return
        server = subject(span, names.START_SERVER)
        warm = span.attributes.get(names.COLD) is False
        if server and not warm and span.seconds > self._run.knobs.cold_seconds:
            self._starts.add(server, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per server."""
        for server, starts in self._starts.items():
            seconds = starts.seconds
            yield from self._run.finding(
                "cold_start",
                "info",
                server,
                starts,
                evidence=f"{names.START_SERVER} {server}: {starts[-1].seconds:.2f} s",
                explanation=f"The server {server} was started {times(starts.total)}, which took {seconds:.2f} s.",
            )

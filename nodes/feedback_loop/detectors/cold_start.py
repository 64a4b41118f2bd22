"""Server starts that were waited for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nodes.feedback_loop import semantics
from nodes.feedback_loop.detectors.protocol import finding, times
from systems import names
from systems.policy import LoopKnobs
from systems.records import Finding, Span


class ColdStart:
    """Starts of tool servers that took long, one finding per server."""

    def __init__(self, knobs: LoopKnobs, earlier: Sequence[Span]) -> None:
        self._seconds = knobs.cold_seconds
        self._starts: dict[str, list[Span]] = {}

    def observe(self, span: Span) -> None:
        """Take one span into account."""
        server = semantics.subject(span, names.START_SERVER)
        warm = span.attributes.get(names.COLD) is False
        if server and not warm and not semantics.failed(span) and span.seconds > self._seconds:
            self._starts.setdefault(server, []).append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per server."""
        for server, spans in self._starts.items():
            seconds = sum(span.seconds for span in spans)
            yield finding(
                "cold_start",
                "info",
                server,
                spans,
                evidence=f"{names.START_SERVER} {server}: {spans[-1].seconds:.2f} s",
                explanation=f"The server {server} was started {times(len(spans))}, which took {seconds:.2f} s.",
            )

"""Spans in a line each, for the tests of the feedback loop."""

from __future__ import annotations

from typing import Any

from systems import names
from systems.records import Span

TRACE = "a" * 32
SECOND = 1_000_000_000


class Trace:
    """Collects spans; ids count up, times are seconds."""

    def __init__(self, trace_id: str = TRACE) -> None:
        self.spans: list[Span] = []
        self._trace_id = trace_id

    def span(
        self, name: str, start: float = 0, end: float = 1, *, under: Span | None = None, error: str = "", **more: Any
    ) -> Span:
        """Add a span; `error` is its message and makes it fail; `more` are attributes by their constant's name."""
        attributes = {getattr(names, key): value for key, value in more.items() if value is not None}
        span = Span(
            trace_id=self._trace_id,
            span_id=f"{len(self.spans) + 1:016x}",
            parent_id=under.span_id if under else None,
            name=name,
            start_ns=int(start * SECOND),
            end_ns=int(end * SECOND),
            status="error" if error else "unset",
            message=error,
            attributes=attributes,
        )
        self.spans.append(span)
        return span

    def tool(self, name: str, start: float = 0, end: float = 1, *, server: str | None = "git", **more: Any) -> Span:
        """A tool call."""
        more = {"OPERATION": names.EXECUTE_TOOL, "TOOL_NAME": name, "SERVER": server} | more
        return self.span(f"execute_tool {name}", start, end, **more)

    def chat(self, start: float = 0, end: float = 1, *, finish: str = "stop", sent: int = 100, **more: Any) -> Span:
        """A model call that wrote 50 tokens, if not told otherwise."""
        usage = {"INPUT_TOKENS": sent, "OUTPUT_TOKENS": more.pop("written", 50), "FINISH_REASONS": [finish]}
        if more.get("error"):
            usage = {}
        return self.span("chat m", start, end, OPERATION="chat", REQUEST_MODEL="m", **usage, **more)

    def draft(self, artifact: str = "specs", start: float = 0, end: float = 1, **more: Any) -> Span:
        """A drafting attempt; one that came out when it has a DRAFT_HASH."""
        return self.span(f"draft {artifact}", start, end, NODE="execution", STEP=artifact, **more)

    def validate(self, artifact: str = "specs", start: float = 0, end: float = 1, **more: Any) -> Span:
        """A validation; `error` has the validator's words."""
        return self.span(f"validate {artifact}", start, end, NODE="document_update", STEP=artifact, **more)

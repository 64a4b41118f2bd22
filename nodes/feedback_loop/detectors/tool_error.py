"""Tools that gave an error or nothing, and servers that did not start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nodes.feedback_loop import semantics
from nodes.feedback_loop.detectors.attempts import Calls
from nodes.feedback_loop.detectors.protocol import cost, excerpt, finding, times
from systems import names
from systems.policy import LoopKnobs
from systems.records import Finding, Severity, Span

_MEANING = {
    "empty": "gave nothing",
    "lost": "lost its connection",
    "arguments": "refused its arguments",
}


class ToolError:
    """Failed tool calls, one finding per tool and cause; one per server that is not there, whatever was asked of it."""

    def __init__(self, knobs: LoopKnobs, earlier: Sequence[Span]) -> None:
        self._calls = Calls()
        self._failed: dict[tuple[str, str], list[Span]] = {}
        self._absent: dict[str, list[Span]] = {}

    def observe(self, span: Span) -> None:
        """Take one span into account."""
        self._calls.observe(span)
        if not semantics.failed(span) or semantics.timed_out(span) or semantics.cancelled(span):
            return
        if server := _absent(span):
            self._absent.setdefault(server, []).append(span)
        elif semantics.is_tool(span):
            self._failed.setdefault((semantics.tool(span), semantics.cause(span)), []).append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per tool and cause, one per absent server."""
        for (tool, cause), spans in self._failed.items():
            yield self._tool(tool, cause, spans)
        for server, spans in self._absent.items():
            good = all(self._calls.made_good(span) for span in spans if semantics.is_tool(span))
            yield finding(
                "tool_error",
                "warning" if good else "error",
                server,
                spans,
                evidence=f"{names.START_SERVER}: {excerpt(semantics.words(spans[0]))}",
                explanation=f"The server {server} is not there; what only it can answer stays open.",
            )

    def _tool(self, tool: str, cause: str, spans: list[Span]) -> Finding:
        good = all(self._calls.made_good(span) for span in spans)
        severity: Severity = "warning" if good else "error"
        if cause == "empty":
            severity = "info" if good else "warning"
        outcome = "another call made it good" if good else "nothing made it good"
        return finding(
            "tool_error",
            severity,
            tool,
            spans,
            evidence=f"{names.ERROR_TYPE}={cause}: {excerpt(semantics.words(spans[-1]))}",
            impact={**cost(spans), "calls": float(self._calls.count(tool))},
            explanation=f"{tool} {_MEANING.get(cause, 'failed')} {times(len(spans))}; {outcome}.",
        )


def _absent(span: Span) -> str | None:
    """The server that did not start, or is not there to be called."""
    if semantics.is_tool(span) and semantics.cause(span) == "unavailable":
        return str(span.attributes.get(names.SERVER, semantics.tool(span)))
    return semantics.subject(span, names.START_SERVER)

"""Calls that were made before and brought the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nodes.feedback_loop import semantics
from nodes.feedback_loop.detectors.protocol import cost, finding, times
from systems import names
from systems.policy import LoopKnobs
from systems.records import Finding, Span

_Call = tuple[str, str, str, str | None]
_SURE, _LIKELY = 1.0, 0.7


class RedundantCall:
    """Working tool calls with the arguments and the result of an earlier one.

    Where results were not recorded the arguments must do, and the confidence is lower. Reused results cost nothing and
    are none; the same call with another result was worth making.
    """

    def __init__(self, knobs: LoopKnobs, earlier: Sequence[Span]) -> None:
        self._slow_seconds = knobs.slow_seconds
        self._first: set[_Call] = {call for span in earlier if (call := _call(span)) and call[-1]}
        self._again: dict[_Call, list[Span]] = {}

    def observe(self, span: Span) -> None:
        """Take one span into account."""
        call = _call(span)
        if call is None:
            return
        if call in self._first:
            self._again.setdefault(call, []).append(span)
        self._first.add(call)

    def findings(self) -> Iterable[Finding]:
        """One finding per call that was repeated."""
        for (_, tool, arguments, result), spans in self._again.items():
            wasted = cost(spans)["seconds"]
            yield finding(
                "redundant_call",
                "warning" if len(spans) > 1 or wasted >= self._slow_seconds else "info",
                tool,
                spans,
                confidence=_SURE if result else _LIKELY,
                evidence=f"{names.ARGUMENTS_HASH}={arguments[:12]}"
                + (f" {names.RESULT_HASH}={result[:12]}" if result else ""),
                impact={"seconds": wasted, "calls": float(len(spans))},
                explanation=f"{tool} was asked the same again {times(len(spans))}"
                + (" and answered the same." if result else "."),
            )


def _call(span: Span) -> _Call | None:
    if not semantics.is_tool(span) or semantics.failed(span) or semantics.is_reused(span):
        return None
    arguments = semantics.arguments(span)
    return (span.trace_id, semantics.tool(span), arguments, semantics.result(span)) if arguments else None

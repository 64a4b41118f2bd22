"""Calls that ran out of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nodes.feedback_loop import semantics
from nodes.feedback_loop.detectors.attempts import Calls, Drafts
from nodes.feedback_loop.detectors.protocol import cost, excerpt, finding, times
from systems import names
from systems.policy import LoopKnobs
from systems.records import Finding, Span


class Timeout:
    """Timed-out calls of tools and models, drafting attempts and server starts, one finding per place."""

    def __init__(self, knobs: LoopKnobs, earlier: Sequence[Span]) -> None:
        self._calls = Calls()
        self._drafts = Drafts()
        self._timed_out: dict[str, list[Span]] = {}

    def observe(self, span: Span) -> None:
        """Take one span into account."""
        self._calls.observe(span)
        self._drafts.observe(span)
        if semantics.timed_out(span) and (where := _where(span)):
            self._timed_out.setdefault(where, []).append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per place."""
        for where, spans in self._timed_out.items():
            good = all(self._calls.made_good(span) or self._drafts.made_good(span) for span in spans)
            calls = {"calls": float(self._calls.count(where))} if semantics.is_tool(spans[0]) else {}
            starting = semantics.subject(spans[0], names.START_SERVER) is not None
            said = names.START_SERVER if starting else f"{names.ERROR_TYPE}={semantics.cause(spans[-1])}"
            yield finding(
                "timeout",
                "warning" if good or starting else "error",
                where,
                spans,
                evidence=f"{said}: {excerpt(semantics.words(spans[-1]))}",
                impact={**cost(spans), **calls},
                explanation=f"{where} ran out of time {times(len(spans))}"
                + ("; a later attempt made it good." if good else "."),
            )


def _where(span: Span) -> str | None:
    if semantics.is_tool(span):
        return semantics.tool(span)
    if semantics.is_chat(span):
        return semantics.model(span)
    if semantics.subject(span, names.DRAFT):
        return semantics.node(span) or names.DRAFT
    return semantics.subject(span, names.START_SERVER)

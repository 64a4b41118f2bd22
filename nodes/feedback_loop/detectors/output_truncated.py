"""Model output that was cut off at its limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nodes.feedback_loop import semantics
from nodes.feedback_loop.detectors.attempts import Drafts
from nodes.feedback_loop.detectors.protocol import cost, finding, times
from systems import names
from systems.policy import LoopKnobs
from systems.records import Finding, Span

CAUSE = "truncated"


class OutputTruncated:
    """Model calls that ended at the token limit and drafts that were therefore cut off."""

    def __init__(self, knobs: LoopKnobs, earlier: Sequence[Span]) -> None:
        self._drafts = Drafts()
        self._cut: dict[tuple[str, str], list[Span]] = {}

    def observe(self, span: Span) -> None:
        """Take one span into account."""
        self._drafts.observe(span)
        if semantics.is_chat(span) and semantics.truncated(span):
            self._cut.setdefault((semantics.model(span), names.CHAT), []).append(span)
        elif semantics.subject(span, names.DRAFT) and span.attributes.get(names.CAUSE) == CAUSE:
            self._cut.setdefault((semantics.node(span) or names.DRAFT, names.DRAFT), []).append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per model, one per drafting node."""
        for (where, what), spans in self._cut.items():
            lost = what == names.DRAFT and not all(self._drafts.made_good(span) for span in spans)
            spent = cost(spans)
            spent["tokens"] += sum(self._drafts.tokens(span) for span in spans if what == names.DRAFT)
            yield finding(
                "output_truncated",
                "error" if lost else "warning",
                where,
                spans,
                evidence=f"{names.FINISH_REASONS}=length" if what == names.CHAT else f"{names.CAUSE}={CAUSE}",
                impact={**spent, "failures": float(len(spans))},
                explanation=f"Output was cut off at the token limit {times(len(spans))}, and what was written is lost.",
            )

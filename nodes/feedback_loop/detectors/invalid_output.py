"""Model output that nothing can be made of, and model calls that failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nodes.feedback_loop import semantics
from nodes.feedback_loop.detectors.attempts import Drafts
from nodes.feedback_loop.detectors.output_truncated import CAUSE as TRUNCATED
from nodes.feedback_loop.detectors.protocol import cost, excerpt, finding, times
from systems import names
from systems.policy import LoopKnobs
from systems.records import Finding, Span


class InvalidOutput:
    """Drafting attempts that were invalid or empty, and model calls that failed, but not for time or length."""

    def __init__(self, knobs: LoopKnobs, earlier: Sequence[Span]) -> None:
        self._drafts = Drafts()
        self._invalid: dict[tuple[str, str], list[Span]] = {}

    def observe(self, span: Span) -> None:
        """Take one span into account."""
        self._drafts.observe(span)
        if not semantics.failed(span) or any(
            otherwise(span) for otherwise in (semantics.timed_out, semantics.truncated, semantics.cancelled)
        ):
            return
        cause = semantics.cause(span)
        if semantics.is_chat(span):
            self._invalid.setdefault((semantics.model(span), cause), []).append(span)
        elif semantics.subject(span, names.DRAFT) and cause != TRUNCATED:
            self._invalid.setdefault((semantics.node(span) or names.DRAFT, cause), []).append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per place and cause."""
        for (where, cause), spans in self._invalid.items():
            good = all(self._drafts.made_good(span) for span in spans)
            spent = cost(spans)
            spent["tokens"] += sum(self._drafts.tokens(span) for span in spans)
            yield finding(
                "invalid_output",
                "warning" if good else "error",
                where,
                spans,
                evidence=f"{cause}: {excerpt(semantics.words(spans[-1]))}",
                impact=spent,
                explanation=f"What the model gave could not be used {times(len(spans))} ({cause})"
                + ("; a later attempt could." if good else "."),
            )

"""What a detector is, and the words detectors share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from nodes.feedback_loop import semantics
from systems.policy import LoopKnobs
from systems.records import Finding, FindingKind, Severity, Span

WORDS = 300


class Detector(Protocol):
    """Looks at spans, one by one in the order of their starts, and tells what it found."""

    def observe(self, span: Span) -> None:
        """Take one span into account."""

    def findings(self) -> Iterable[Finding]:
        """What the spans so far show."""


Make = Callable[[LoopKnobs, Sequence[Span]], Detector]
"""Makes a detector from the knobs and the spans of earlier loops, which it may compare with but not report."""


def finding(
    kind: FindingKind,
    severity: Severity,
    where: str,
    spans: Sequence[Span],
    *,
    evidence: str,
    explanation: str,
    confidence: float = 1.0,
    impact: dict[str, float] | None = None,
) -> Finding:
    """A finding over its culprit spans; the impact is counted from them where it is not given."""
    return Finding(
        kind=kind,
        severity=severity,
        confidence=confidence,
        where=where,
        span_ids=tuple(dict.fromkeys(span.span_id for span in spans)),
        evidence=evidence,
        impact=cost(spans) if impact is None else impact,
        explanation=explanation,
    )


def cost(spans: Sequence[Span]) -> dict[str, float]:
    """What spans cost: failures, seconds, tokens."""
    return {
        "failures": float(sum(semantics.failed(span) for span in spans)),
        "seconds": round(sum(span.seconds for span in spans), 6),
        "tokens": float(sum(sum(semantics.tokens(span)) for span in spans)),
    }


def excerpt(text: str, limit: int = WORDS) -> str:
    """The text on one line, cut to a readable length."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")

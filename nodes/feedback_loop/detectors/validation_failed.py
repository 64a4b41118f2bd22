"""Documents that the validator refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nodes.feedback_loop import semantics
from nodes.feedback_loop.detectors.protocol import finding, times
from systems import names
from systems.policy import LoopKnobs
from systems.records import Finding, Span

_WORDS = 2_000


class ValidationFailed:
    """Failed `validate` spans, one finding per artifact; the evidence is the validator's words, one issue a line."""

    def __init__(self, knobs: LoopKnobs, earlier: Sequence[Span]) -> None:
        self._failed: dict[tuple[str, str], list[Span]] = {}
        self._valid: dict[tuple[str, str], int] = {}

    def observe(self, span: Span) -> None:
        """Take one span into account."""
        artifact = semantics.subject(span, names.VALIDATE)
        if not artifact:
            return
        place = span.trace_id, artifact
        if semantics.failed(span):
            self._failed.setdefault(place, []).append(span)
        else:
            self._valid[place] = max(span.start_ns, self._valid.get(place, 0))

    def findings(self) -> Iterable[Finding]:
        """One finding per artifact."""
        for (trace, artifact), spans in self._failed.items():
            good = self._valid.get((trace, artifact), -1) >= max(span.end_ns for span in spans)
            issues = dict.fromkeys(
                line for span in spans for line in semantics.words(span).splitlines() if line.strip()
            )
            yield finding(
                "validation_failed",
                "warning" if good else "error",
                semantics.node(spans[-1]) or names.VALIDATE,
                spans,
                evidence="\n".join(issues)[:_WORDS],
                explanation=f"The validator refused {artifact} {times(len(spans))}"
                + ("; it accepted a later one." if good else "."),
            )

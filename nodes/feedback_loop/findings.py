"""What went wrong or was wasted in a set of spans: every detector's findings, one per cause, worst first."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from nodes.feedback_loop import tree
from nodes.feedback_loop.detectors import DETECTORS
from nodes.feedback_loop.tree import Tree
from systems.policy import LoopKnobs
from systems.records import SEVERITIES, Finding, Severity, Span

_FAILURES = frozenset({"tool_error", "timeout", "output_truncated", "invalid_output"})
_DELAYS = frozenset({"slow_outlier", "cold_start"})


def find(spans: Sequence[Span], *, knobs: LoopKnobs, earlier: Sequence[Span] = ()) -> tuple[Finding, ...]:
    """Run every detector.

    Args:
        spans: the spans to judge, in any order.
        knobs: when numbers are remarkable.
        earlier: spans of earlier loops of the run: compared with, never reported.
    """
    forest = tree.build(spans)
    known = {tree.key(span) for _, span in forest.walk()}
    before = sorted((span for span in earlier if tree.key(span) not in known), key=_time)
    ordered = sorted((span for _, span in forest.walk()), key=_time)
    found: list[Finding] = []
    for make in DETECTORS:
        detector = make(knobs, before)
        for span in ordered:
            detector.observe(span)
        found.extend(detector.findings())
    return tuple(sorted(at_root(found, forest), key=_worst_first))


def at_root(findings: Sequence[Finding], forest: Tree) -> list[Finding]:
    """One finding per cause, at its root.

    A failure goes up through the spans around it, and each of them looks like a failure of its own: a span is no
    culprit when one below it is that of another finding in the same family. The finding at the root takes over the
    severity, because what is above knows whether the failure was made good. Of delays the one below is the cause when
    it makes up half of the time at least; it keeps its severity.
    """
    kept = list(findings)
    for family in (_FAILURES, _DELAYS):
        owners = {
            span_id: number
            for number, finding in enumerate(findings)
            for span_id in finding.span_ids
            if finding.kind in family
        }
        for below, above in _stacked(forest, owners):
            root, symptom = owners[below.span_id], owners[above.span_id]
            if root == symptom or (family is _DELAYS and 2 * below.seconds < above.seconds):
                continue
            if family is _FAILURES:
                kept[root] = _at_least(kept[root], kept[symptom].severity)
            kept[symptom] = _without(kept[symptom], above.span_id)
    return [finding for finding in kept if finding.span_ids]


def _stacked(forest: Tree, culprits: Container[str]) -> Iterator[tuple[Span, Span]]:
    """(span, ancestor) wherever both are culprits."""
    for _, span in forest.walk():
        if span.span_id in culprits:
            yield from ((span, above) for above in forest.ancestors(span) if above.span_id in culprits)


def _without(finding: Finding, span_id: str) -> Finding:
    return finding.model_copy(update={"span_ids": tuple(one for one in finding.span_ids if one != span_id)})


def _at_least(finding: Finding, severity: Severity) -> Finding:
    return finding.model_copy(update={"severity": max(finding.severity, severity, key=SEVERITIES.index)})


def _time(span: Span) -> tuple[int, int, str]:
    return span.start_ns, -span.end_ns, span.span_id


def _worst_first(finding: Finding) -> tuple[int, float, float, str, str]:
    impact = finding.impact
    return (
        -SEVERITIES.index(finding.severity),
        -impact.get("failures", 0.0),
        -impact.get("seconds", 0.0),
        finding.kind,
        finding.where,
    )

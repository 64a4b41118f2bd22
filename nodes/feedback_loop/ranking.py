"""One finding per cause, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from systems.records import SEVERITIES, Finding, FindingKind

EXPLAINS: Mapping[FindingKind, frozenset[FindingKind]] = {
    "swallowed_error": frozenset({"tool_error", "timeout", "connection_lost", "rate_limited", "invalid_output"}),
    "retry_storm": frozenset({"rate_limited", "tool_error", "call_loop", "redundant_call", "no_progress"}),
    "rate_limited": frozenset({"tool_error"}),
    "timeout": frozenset({"tool_error", "slow_outlier"}),
    "connection_lost": frozenset({"tool_error"}),
    "call_loop": frozenset({"redundant_call", "no_progress", "unused_answer", "serial_calls", "misrouted"}),
    "ping_pong": frozenset(
        {"call_loop", "redundant_call", "no_progress", "unused_answer", "serial_calls", "misrouted"}
    ),
    "misrouted": frozenset({"tool_error", "invalid_output", "swallowed_error", "unused_answer", "serial_calls"}),
    "prompt_injection": frozenset({"unused_answer"}),
    "oversized_content": frozenset({"unused_answer"}),
    "no_progress": frozenset({"unused_answer", "serial_calls", "redundant_call", "tool_error", "invalid_output"}),
    "output_truncated": frozenset({"invalid_output", "empty_output", "premature_end"}),
    "cold_start": frozenset({"slow_outlier"}),
    "secret_exposed": frozenset({"unused_answer"}),
}
"""Kind -> kinds that are its echoes where they have a culprit in common."""


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings without the echoes of others, worst first."""
    findings = list(findings)
    if len(findings) < 2:
        return tuple(findings)
    explained: dict[str, set[FindingKind]] = {}
    for finding in findings:
        for kind in EXPLAINS.get(finding.kind, ()):
            for span_id in finding.span_ids:
                explained.setdefault(span_id, set()).add(kind)
    kept = (_unexplained(finding, explained) for finding in findings)
    return tuple(sorted((finding for finding in kept if finding), key=_worst_first))


def _unexplained(finding: Finding, explained: Mapping[str, set[FindingKind]]) -> Finding | None:
    left = tuple(one for one in finding.span_ids if finding.kind not in explained.get(one, ()))
    if len(left) == len(finding.span_ids):
        return finding
    return finding.model_copy(update={"span_ids": left}) if left else None


def _worst_first(finding: Finding) -> tuple[int, float, float, str, str]:
    impact = finding.impact
    return (
        -SEVERITIES.index(finding.severity),
        -impact.get("failures", 0.0),
        -impact.get("seconds", 0.0),
        finding.kind,
        finding.where,
    )

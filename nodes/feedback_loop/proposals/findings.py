"""Findings in, proposals out: a table of what in the policy may answer each kind.

`remedies` says in words what can be done about a kind; here it becomes an edit, where a knob does it. The effect is
the share of the measured impact that the remedy takes away, spread over the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from nodes.feedback_loop.proposals import model_thoughts as model
from nodes.feedback_loop.proposals import tool_thoughts as tool
from nodes.feedback_loop.proposals.edits import Edit
from nodes.feedback_loop.proposals.proposing import Basis, Idea, proposed
from nodes.feedback_loop.remedies import METRICS, REMEDIES
from nodes.feedback_loop.remedies import Metric as Lost
from systems.hashed import Hash
from systems.policy import Policy
from systems.records import Finding, FindingKind
from systems.trials import Metric, Proposal

Thought = Callable[[Finding, Policy], Iterator[Edit]]
MOVED: Mapping[Lost, Metric] = {"failures": "success", "seconds": "seconds", "tokens": "tokens"}

THOUGHTS: Mapping[FindingKind, tuple[Lost, Thought]] = {
    "tool_error": ("failures", tool.another),
    "timeout": ("failures", tool.late),
    "rate_limited": ("failures", tool.too_many),
    "retry_storm": ("failures", tool.stormy),
    "output_truncated": ("failures", model.truncated),
    "invalid_output": ("failures", model.malformed),
    "empty_output": ("failures", model.empty),
    "connection_lost": ("failures", tool.lost),
    "swallowed_error": ("failures", model.frank),
    "validation_failed": ("failures", model.refused),
    "call_loop": ("seconds", tool.repeated),
    "ping_pong": ("seconds", tool.fewer),
    "misrouted": ("seconds", tool.misrouted),
    "unused_answer": ("seconds", tool.unused),
    "reasoning_loop": ("tokens", model.wordy),
    "overlong_plan": ("tokens", model.long_lists),
    "ungrounded_output": ("failures", model.grounded),
    "stale_data": ("failures", tool.stale),
    "context_growth": ("tokens", model.too_much_context),
    "oversized_content": ("tokens", tool.oversized),
    "slow_outlier": ("seconds", tool.slow),
    "serial_calls": ("seconds", tool.serial),
    "redundant_call": ("seconds", tool.repeated),
    "cost_spike": ("tokens", model.dear),
}
"""What each kind costs first of all, and the thought that answers it."""

NO_KNOB: Mapping[FindingKind, str] = {
    "no_progress": "the plan of the run is revised; no case shows it",
    "delegation_cycle": "specloop's own nodes hand nothing back",
    "premature_end": "when a run may end is OpenSpec's to say",
    "guardrail_bypassed": "a guardrail is mended, not tuned",
    "memory_corrupted": "a memory is mended, not tuned",
    "bottleneck": "no knob makes a tool or a model faster",
    "cold_start": "servers are kept open already",
    "latency_regression": "no knob makes a tool or a model faster",
    "prompt_injection": "results are always fenced",
    "secret_exposed": "secrets are always redacted",
}
"""Kinds that no edit of a policy answers, and why."""


def from_findings(
    findings: Sequence[Finding],
    *,
    policy: Policy,
    trace_ids: Mapping[Hash, Sequence[str]] | None = None,
    cases: int = 0,
) -> tuple[Proposal, ...]:
    """What findings about past runs say about the policy.

    Findings of one kind at one place are answered together: their impacts add up.

    Args:
        findings: of any number of runs.
        policy: what is to be edited.
        trace_ids: traces of each finding, by its hash.
        cases: how many cases the runs hold that the findings come from; 0: as many as there are traces.
    """
    traces = trace_ids or {}
    together: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: one.hash):
        together.setdefault((finding.kind, finding.where), []).append(finding)
    every = {trace for finding in findings for trace in traces.get(finding.hash, ())}
    count = max(1, cases or len(every))
    ideas = [idea for group in together.values() for idea in _ideas(group, policy, traces, count)]
    ideas.sort(key=lambda idea: -idea.basis.predicted)
    return tuple(proposed(ideas, policy=policy, origin="finding"))


def _ideas(
    group: Sequence[Finding], policy: Policy, traces: Mapping[Hash, Sequence[str]], cases: int
) -> Iterator[Idea]:
    worst = max(group, key=lambda one: (max(one.impact.values(), default=0.0), one.hash))
    if worst.kind not in THOUGHTS:
        return
    first, thought = THOUGHTS[worst.kind]
    total = {name: sum(one.impact.get(name, 0.0) for one in group) for name in METRICS}
    lost = next((name for name in (first, *METRICS) if total[name] > 0), first)
    shown = tuple(trace for one in group for trace in traces.get(one.hash, ()))
    basis = Basis(_share(worst.kind, lost) * total[lost] / cases, {}, shown, worst)
    why = f"{worst.kind} in {worst.where}" + (f", {len(group)} times" if len(group) > 1 else "")
    for edit in thought(worst, policy):
        yield Idea(edit, why, basis, MOVED[lost])


def _share(kind: FindingKind, lost: Lost) -> float:
    """Part of an impact that the remedies of a kind take away; all of it where they do not say."""
    return max((one.share for one in REMEDIES[kind] if one.metric == lost), default=1.0)

"""Findings in, proposals out: a table of what in the policy may answer each kind.

`remedies` says in words what can be done about a kind; here it becomes an edit, where a knob does it. The effect is
the share of the measured impact that the remedy takes away, spread over the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from nodes.feedback_loop.proposals import model_thoughts as model
from nodes.feedback_loop.proposals import tool_thoughts as tool
from nodes.feedback_loop.proposals.edits import Edit
from nodes.feedback_loop.proposals.observed import Observed
from nodes.feedback_loop.proposals.proposing import Basis, Idea, proposed
from nodes.feedback_loop.remedies import METRICS, REMEDIES
from nodes.feedback_loop.remedies import Metric as Lost
from systems.hashed import Hash
from systems.policy import Policy
from systems.records import Finding, FindingKind
from systems.trials import Case, Metric, Played, Proposal

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
    plays: Sequence[tuple[Case, Played]] = (),
) -> tuple[Proposal, ...]:
    """What findings about past runs, and about plays of the working cases, say about the policy.

    Findings of one kind at one place are answered together. Where traces of plays show them, the effect is counted on
    these: successes by the cases that failed, seconds and tokens by what the findings measured there. Else it is what
    was measured in the runs, spread over their traces.

    Args:
        findings: of any number of runs and plays.
        policy: what is to be edited.
        trace_ids: traces of each finding, by its hash.
        plays: of the working cases under this policy.
    """
    together: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: one.hash):
        together.setdefault((finding.kind, finding.where), []).append(finding)
    sources = _Sources(trace_ids or {}, plays)
    ideas = [idea for group in together.values() for idea in _ideas(group, policy, sources)]
    ideas.sort(key=lambda idea: -idea.basis.predicted)
    return tuple(proposed(ideas, policy=policy, origin="finding"))


class _Sources:
    """Where findings come from: traces of plays, by case, and of runs."""

    def __init__(self, traces: Mapping[Hash, Sequence[str]], plays: Sequence[tuple[Case, Played]]) -> None:
        self.traces = traces
        self._seen = Observed(plays)
        self._plays = {play.played.trace_id: play for play in self._seen.plays if play.played.trace_id}
        shown = {trace for one in traces.values() for trace in one}
        self._runs = max(1, len(shown - self._plays.keys()))

    def basis(self, group: Sequence[Finding], lost: Lost) -> Basis:
        """What the findings cost a case."""
        share = _share(group[0].kind, lost)
        pairs = [(one, play) for one in group for play in map(self._plays.get, self.traces.get(one.hash, ())) if play]
        if not pairs:
            total = sum(one.impact.get(lost, 0.0) for one in group)
            return Basis(share * total / self._runs, {}, self._shown(group))
        if lost == "failures":
            failed = {play.played.trace_id: play for _, play in pairs if not play.played.success}
            return self._seen.share(list(failed.values()))
        cases: dict[Hash, float] = {}
        for one, play in pairs:
            gain = share * one.impact.get(lost, 0.0) * play.weight / self._seen.cases
            cases[play.case.key] = cases.get(play.case.key, 0.0) + gain
        return Basis(sum(cases.values()), cases, self._shown(group))

    def _shown(self, group: Sequence[Finding]) -> tuple[str, ...]:
        return tuple(trace for one in group for trace in self.traces.get(one.hash, ()))


def _ideas(group: Sequence[Finding], policy: Policy, sources: _Sources) -> Iterator[Idea]:
    worst = max(group, key=lambda one: (max(one.impact.values(), default=0.0), one.hash))
    if worst.kind not in THOUGHTS:
        return
    first, thought = THOUGHTS[worst.kind]
    costs = [(lost, sources.basis(group, lost)) for lost in dict.fromkeys((first, *METRICS))]
    lost, basis = next(((lost, basis) for lost, basis in costs if basis.predicted > 0), costs[0])
    why = f"{worst.kind} in {worst.where}" + (f", {len(group)} times" if len(group) > 1 else "")
    for edit in thought(worst, policy):
        yield Idea(edit, why, basis._replace(finding=worst), MOVED[lost])


def _share(kind: FindingKind, lost: Lost) -> float:
    """Part of an impact that edits of the policy take away, as the remedies say; all of it where they do not."""
    told = [one.share for one in REMEDIES[kind] if one.metric == lost and one.change == "policy"]
    return max(told, default=1.0)

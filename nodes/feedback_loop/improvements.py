"""What to do about findings: a revision of this run's plan, a proposal for the policy, or a follow-up.

A plan revision acts at once, in this run. A policy improvement is a proposal: it is applied only after a trial has
shown that it helps. A follow-up is for what neither can mend. Every prediction is the measured impact, not a guess.

Findings about tools have `calls` in their impact; those about models and servers do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nodes.feedback_loop.remedies import improvement, remedies
from systems import names
from systems.policy import Policy
from systems.records import Finding, FindingKind, Improvement, PlanRevision

MOST_SHORTER = 3
MOST_HINTS = 10
HINT_CHARACTERS = 300
_LASTING = ("error.type=arguments", "error.type=empty")


def improve(
    findings: Sequence[Finding], *, revision: PlanRevision, artifact: str, policy: Policy
) -> tuple[tuple[Improvement, ...], PlanRevision]:
    """Answer every finding.

    Args:
        findings: of the loop that ended, worst first.
        revision: what the plan of this run is so far.
        artifact: what the loop worked on.
        policy: what the run started with.

    Returns:
        The improvements, at least one per finding, and the revision: the next one where something changed, else the
        one that came.
    """
    plan = _Plan(revision, artifact, policy)
    for finding in findings:
        OWN.get(finding.kind, _told)(finding, plan)
    return tuple(plan.improvements), plan.revised()


@dataclass
class _Plan:
    """The revision as it came, and what has been decided so far."""

    revision: PlanRevision
    artifact: str
    policy: Policy
    changes: dict[str, object] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    improvements: list[Improvement] = field(default_factory=list)

    @property
    def example(self) -> bool:
        """Whether the model is shown an example already."""
        return self.policy.draft.example or self.revision.example

    def revise(self, finding: Finding, what: str, **changes: object) -> None:
        """Change the plan of this run."""
        if any(self.changes.get(name, getattr(self.revision, name)) != value for name, value in changes.items()):
            self.changes.update(changes)
            self.reasons.append(f"{what} ({finding.kind} in {finding.where})")
        self.improvements.append(improvement(finding, "plan_revision", what))

    def add(self, finding: Finding, name: str, item: str, what: str) -> None:
        """Add an item to one of the lists of the plan."""
        so_far = self.changes.get(name, getattr(self.revision, name))
        assert isinstance(so_far, tuple), f"{name} is a list of the plan"
        self.revise(finding, what, **{name: so_far if item in so_far else (*so_far, item)})

    def propose(self, finding: Finding, what: str) -> None:
        """Propose an edit of the policy."""
        self.improvements.append(improvement(finding, "policy", what))

    def follow_up(self, finding: Finding, what: str) -> None:
        """Ask for a follow-up."""
        self.improvements.append(improvement(finding, "follow_up", what))

    def revised(self) -> PlanRevision:
        """The next revision, or the one that came."""
        if not self.reasons:
            return self.revision
        data = {**self.revision.model_dump(), **self.changes}
        data["hints"] = tuple(data["hints"])[-MOST_HINTS:]
        return PlanRevision.model_validate(
            {**data, "number": self.revision.number + 1, "reasons": tuple(self.reasons)},
        )


def _shorter(finding: Finding, plan: _Plan) -> None:
    level = plan.revision.shorter + 1
    plan.revise(finding, f"Draft shorter texts: caps halved {level} of {MOST_SHORTER} times", shorter=level)


def _truncated(finding: Finding, plan: _Plan) -> None:
    if plan.revision.shorter < MOST_SHORTER:
        _shorter(finding, plan)
    else:
        plan.follow_up(
            finding, f"Output is cut off however short the caps; raise draft.output_tokens for {finding.where}"
        )


def _hint(finding: Finding, plan: _Plan, words: str) -> None:
    hint = f"{plan.artifact}: {words}"[:HINT_CHARACTERS]
    if hint in plan.revision.hints:
        plan.propose(finding, f"Add a line to draft.guidance: {hint}")
    else:
        plan.add(finding, "hints", hint, f"Tell the model: {hint}")


def _invalid(finding: Finding, plan: _Plan) -> None:
    if not plan.example:
        plan.revise(finding, "Show the model a worked example", example=True)
    _hint(finding, plan, finding.evidence)


def _refused(finding: Finding, plan: _Plan) -> None:
    for issue in finding.evidence.splitlines() or [finding.explanation]:
        _hint(finding, plan, issue.strip())


def _tool(finding: Finding, plan: _Plan) -> None:
    tool = finding.where
    mostly = 2 * finding.impact.get("failures", 0.0) >= finding.impact.get("calls", 0.0)
    if "calls" not in finding.impact or "." not in tool:
        plan.follow_up(finding, f"Mend {tool}, or take it out of the configuration: {finding.evidence}")
    elif tool in plan.revision.avoid:
        plan.follow_up(finding, f"Mend {tool}: it was asked although it is avoided, and failed again")
    elif finding.evidence.startswith(_LASTING) or not mostly:
        plan.propose(finding, f"Send questions like this one to another tool than {tool}: {finding.evidence}")
    else:
        plan.add(finding, "avoid", tool, f"Do not ask {tool} again in this run")


def _timeout(finding: Finding, plan: _Plan) -> None:
    if "calls" in finding.impact or finding.evidence.startswith(names.START_SERVER):
        _tool(finding, plan)
    elif plan.revision.shorter < MOST_SHORTER:
        _shorter(finding, plan)
    else:
        plan.follow_up(finding, f"{finding.where} is too slow for draft.seconds; raise it or take a faster model")


def _redundant(finding: Finding, plan: _Plan) -> None:
    if plan.policy.answers.reuse:
        plan.propose(finding, f"Keep the answer of {finding.where} for the whole run")
    else:
        plan.propose(finding, "Set answers.reuse: ask the same read-only call once a run")


def _cold(finding: Finding, plan: _Plan) -> None:
    plan.propose(finding, f"Start the server {finding.where} while the model drafts, and keep it open")


def _slow(finding: Finding, plan: _Plan) -> None:
    knob = "servers.call_seconds" if "calls" in finding.impact else "draft.seconds"
    plan.propose(finding, f"Lower {knob}, so that a call as slow as this one is given up: {finding.evidence}")


def _stuck(finding: Finding, plan: _Plan) -> None:
    long = any(f"{cause} again" in finding.evidence for cause in ("truncated", "timeout"))
    if plan.revision.shorter < (MOST_SHORTER if long else 1):
        _shorter(finding, plan)
        question = f"{plan.artifact}: What must the {plan.artifact} say? So far: {finding.evidence}"[:HINT_CHARACTERS]
        plan.add(finding, "ask_person", question, f"Ask the person what the {plan.artifact} must say")
    elif not plan.example:
        plan.revise(finding, "Show the model a worked example", example=True)
    else:
        plan.add(finding, "give_up", plan.artifact, f"Give up {plan.artifact} in this run")
        plan.follow_up(finding, f"{plan.artifact} needs a person or another model: {finding.evidence}")


def _told(finding: Finding, plan: _Plan) -> None:
    plan.improvements.extend(remedies(finding))


OWN: Mapping[FindingKind, Callable[[Finding, _Plan], None]] = {
    "tool_error": _tool,
    "connection_lost": _tool,
    "rate_limited": _tool,
    "timeout": _timeout,
    "output_truncated": _truncated,
    "invalid_output": _invalid,
    "empty_output": _invalid,
    "validation_failed": _refused,
    "redundant_call": _redundant,
    "cold_start": _cold,
    "slow_outlier": _slow,
    "no_progress": _stuck,
}
"""Kinds that specloop answers in a way of its own; the others as `remedies` tells."""

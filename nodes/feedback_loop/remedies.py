"""What can be done about each kind of finding, in words that hold for any framework, and what it should save.

Within specloop's own run `improvements` turns some of them into revisions of the plan; for the trace of another agent
they are told as they stand here. Predictions are shares of the measured impact, never guesses beyond it. Where no call
failed and yet an outcome was no good (an order in a result, a fact without a source), each culprit span is a failure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from nodes.feedback_loop.duration import seconds
from systems.records import Finding, FindingKind, Improvement

Change = Literal["plan_revision", "policy", "document", "follow_up"]
Metric = Literal["failures", "seconds", "tokens"]
METRICS: tuple[Metric, ...] = ("failures", "seconds", "tokens")


class Remedy(NamedTuple):
    """One way to mend a kind of finding.

    Attributes:
        change: what is to change.
        what: the change in words; `{where}` stands for the finding's place.
        metric: what should move; where the finding measured no seconds or tokens, the first that it measured.
        share: part of the impact in that metric that should go away, 0 to 1.
    """

    change: Change
    what: str
    metric: Metric
    share: float = 1.0


REMEDIES: Mapping[FindingKind, tuple[Remedy, ...]] = {
    "tool_error": (
        Remedy("follow_up", "Mend {where}, or take it away from the agent", "failures"),
        Remedy("policy", "Ask another tool when {where} fails, instead of going on without an answer", "failures", 0.5),
    ),
    "timeout": (
        Remedy("policy", "Give {where} less work a call, or up to the time it needs", "failures"),
        Remedy("policy", "Give {where} up earlier and go on another way", "seconds", 0.5),
    ),
    "rate_limited": (
        Remedy("policy", "Wait as long as {where} asks (Retry-After) and make fewer calls at once", "failures"),
    ),
    "retry_storm": (
        Remedy("policy", "Back off exponentially and stop trying {where} after 3 failures", "failures", 0.75),
        Remedy(
            "plan_revision", "Leave {where} out for the rest of the run once it has failed 3 times", "seconds", 0.75
        ),
    ),
    "output_truncated": (
        Remedy("policy", "Raise the output limit of {where}, or ask for less in one answer", "tokens"),
    ),
    "invalid_output": (
        Remedy("policy", "Show {where} the schema with a worked example, and constrain its output to it", "failures"),
        Remedy("plan_revision", "Repeat the refusal's own words to the model once", "failures", 0.5),
    ),
    "empty_output": (
        Remedy("policy", "Ask {where} again once, with more room for output, when it says nothing", "failures"),
    ),
    "connection_lost": (
        Remedy("policy", "Connect to {where} again once before giving up", "failures", 0.5),
        Remedy("follow_up", "Find out why {where} drops its connections", "failures"),
    ),
    "swallowed_error": (
        Remedy(
            "policy",
            "Make the failure of {where} part of the answer: check tool results before claiming success",
            "failures",
        ),
    ),
    "validation_failed": (
        Remedy("plan_revision", "Give the validator's words to the next draft", "failures"),
        Remedy("document", "Mend what the validator names", "failures"),
    ),
    "call_loop": (
        Remedy("policy", "Stop after the second call of {where} with the same arguments and result", "seconds"),
    ),
    "ping_pong": (
        Remedy("policy", "Allow one exchange a question between {where}; then decide or ask a person", "seconds"),
    ),
    "no_progress": (
        Remedy("plan_revision", "Ask a person, or take another way, after 3 attempts with the same outcome", "seconds"),
    ),
    "delegation_cycle": (Remedy("policy", "Hand nothing back to an agent that handed it over: {where}", "seconds"),),
    "misrouted": (
        Remedy(
            "policy",
            "Say in the description of {where} what it is not for, or rank it lower for such questions",
            "seconds",
        ),
    ),
    "premature_end": (
        Remedy("policy", "Compare the plan with what was done before the run may end", "failures"),
        Remedy("follow_up", "Do the steps that were announced and left out", "failures"),
    ),
    "unused_answer": (
        Remedy("policy", "Do not ask {where} what nothing depends on", "seconds"),
        Remedy("document", "Use what {where} found out, or say why it does not matter", "seconds"),
    ),
    "reasoning_loop": (Remedy("policy", "Stop {where} when a thought comes for the third time", "tokens"),),
    "overlong_plan": (Remedy("policy", "Limit plans of {where} to the steps the task needs", "tokens", 0.5),),
    "ungrounded_output": (
        Remedy("policy", "Require a source for every fact {where} states", "failures"),
        Remedy("document", "Check the statements that no source has", "failures"),
    ),
    "guardrail_bypassed": (Remedy("follow_up", "Make {where} refuse instead of letting pass", "failures"),),
    "stale_data": (Remedy("policy", "Read {where} again when its data is older than the question allows", "failures"),),
    "memory_corrupted": (
        Remedy("follow_up", "Check what is written to {where}, and verify it when it is read", "failures"),
    ),
    "context_growth": (
        Remedy(
            "policy", "Summarise or drop old messages and results before they are sent to {where} again", "tokens", 0.5
        ),
    ),
    "oversized_content": (
        Remedy(
            "policy",
            "Ask {where} for less: filters, fields, pages; or cut its result before the model reads it",
            "tokens",
            0.9,
        ),
    ),
    "slow_outlier": (
        Remedy("policy", "Give {where} up when it takes several times as long as usual, and try once more", "seconds"),
    ),
    "bottleneck": (Remedy("follow_up", "Make {where} faster, or call it less", "seconds", 0.5),),
    "serial_calls": (Remedy("policy", "Make the independent calls of {where} side by side", "seconds"),),
    "redundant_call": (Remedy("policy", "Keep the answer of {where} for the whole run", "seconds"),),
    "cold_start": (Remedy("policy", "Start {where} before it is needed, and keep it open", "seconds"),),
    "cost_spike": (Remedy("policy", "Cap the tokens of one call of {where}", "tokens", 0.8),),
    "latency_regression": (Remedy("follow_up", "Find out what has made {where} slower", "seconds"),),
    "prompt_injection": (
        Remedy("policy", "Fence results of {where} as data, and let no instruction in them call a tool", "failures"),
        Remedy("follow_up", "Find out who put instructions into what {where} reads", "failures"),
    ),
    "secret_exposed": (
        Remedy(
            "follow_up",
            "Replace the secret that {where} showed, and take it out of what the agent can read",
            "failures",
        ),
        Remedy("policy", "Redact secrets before they reach the model or the trace", "failures"),
    ),
}
"""Every kind has at least one, the most promising first."""


def remedies(finding: Finding) -> Iterator[Improvement]:
    """What can be done about a finding, the most promising first."""
    for remedy in REMEDIES[finding.kind]:
        yield improvement(
            finding, remedy.change, remedy.what.format(where=finding.where), metric=remedy.metric, share=remedy.share
        )


def improvement(
    finding: Finding, change: Change, what: str, *, metric: Metric | None = None, share: float = 1.0
) -> Improvement:
    """An answer to a finding that takes away a share of its measured impact, by itself in its first remedy's metric."""
    metric = metric or REMEDIES[finding.kind][0].metric
    lost = dict(finding.impact)
    if metric == "failures" and not lost.get(metric):
        lost[metric] = float(len(finding.span_ids))
    moved = next((one for one in (metric, *METRICS) if lost.get(one)), metric)
    return Improvement(
        finding=finding.hash,
        change=change,
        what=what,
        metric=moved,
        predicted=0.0 - round(share * lost.get(moved, 0.0), 6),
    )


def told(improvement: Improvement) -> str:
    """An improvement in one line, with what it should save."""
    saved = -improvement.predicted
    failures = f"{saved:g} failure{'s' if saved != 1 else ''}"
    amount = {"failures": failures, "seconds": seconds(saved), "tokens": f"{saved:,.0f} tokens"}
    return f"{improvement.what} (should save {amount[improvement.metric]})" if saved else improvement.what

"""Histories to put into a ledger: findings, proposals, trials and verdicts that hang together."""

from __future__ import annotations

from typing import Any, NamedTuple

from systems.hashed import Hash, content_hash
from systems.ledger import Ledger
from systems.policy import DEFAULT, Policy
from systems.records import Finding
from systems.trials import Pair, Played, Proposal, RolledBack, Side, Trial, Verdict

MODEL = "tiny"
CAPS = {"draft": {"characters": 120}}


class Step(NamedTuple):
    """One proposal and everything that came of it, by id."""

    policy: Policy
    proposal: Hash
    trial: Hash
    verdict: Hash


def finding(where: str = "execution", explanation: str = "The draft was cut off at 900 tokens.") -> Finding:
    return Finding(
        kind="output_truncated",
        severity="error",
        confidence=0.95,
        where=where,
        span_ids=("00f067aa0ba902b7",),
        evidence="finish_reason=length",
        impact={"failures": 3, "seconds": 12.5},
        explanation=explanation,
    )


def proposal(policy: Policy, edit: dict[str, dict[str, Any]] = CAPS, **more: Any) -> Proposal:
    given: dict[str, Any] = {
        "what": "Shorter texts in drafts",
        "metric": "success",
        "predicted": 0.3,
        "origin": "finding",
        "finding": finding(),
        "trace_ids": ("4bf92f3577b34da6a3ce929d0e0e4736",),
    }
    return Proposal(policy=policy.hash, edit=edit, **(given | more))


def pair(number: int, *, old: bool, new: bool, side: Side = "working") -> Pair:
    return Pair(
        case=content_hash(f"case {number}"),
        kind="draft",
        side=side,
        old=(Played(success=old, seconds=2 + number % 3, tokens=900),),
        new=(Played(success=new, seconds=1 + number % 3, tokens=700),),
    )


def trial(tried: Proposal, policy: Policy, *, model: str = MODEL, gained: int = 12) -> Trial:
    working = [pair(number, old=number >= gained, new=True) for number in range(30)]
    guards = [pair(number, old=True, new=True, side="guard") for number in range(30, 40)]
    pairs = tuple(working + guards)
    return Trial(proposal=tried.hash, old=tried.policy, new=policy.hash, model=model, seed=7, pairs=pairs, looks=2)


def verdict(judged: Trial, *, accepted: bool = True, **more: Any) -> Verdict:
    given: dict[str, Any] = {
        "reason": "12 cases repaired, none broken." if accepted else "The gain does not exceed the noise.",
        "metric": "success",
        "effect": 0.4 if accepted else 0.03,
        "low": 0.22 if accepted else -0.1,
        "high": 0.58 if accepted else 0.16,
        "noise": 0.08,
        "p_value": 0.0005 if accepted else 0.6,
        "alpha": 0.025,
        "repairs": 12,
        "regressions": 0,
        "guard_effect": 0.0,
        "guard_low": -0.04,
        "margin": 0.1,
        "cases": 30,
        "guards": 10,
        "looks": 2,
        "number": 1,
    }
    return Verdict(proposal=judged.proposal, trial=judged.hash, accepted=accepted, **(given | more))


def step(
    ledger: Ledger,
    current: Policy = DEFAULT,
    edit: dict[str, dict[str, Any]] = CAPS,
    *,
    accepted: bool = True,
    **more: Any,
) -> Step:
    """One proposal, tried, judged, and adopted where it was accepted."""
    model = more.pop("model", MODEL)
    policy = current.edited(edit)
    made = proposal(current, edit, **more)
    tried = trial(made, policy, model=model)
    judged = verdict(tried, accepted=accepted)
    ledger.append("policy", policy)
    for kind, record in (("proposal", made), ("trial", tried), ("verdict", judged)):
        ledger.append(kind, record, model=model)  # type: ignore[arg-type]
    if accepted:
        ledger.adopt(policy, verdict=judged.hash, model=model)
    return Step(policy, made.hash, tried.hash, judged.hash)


def back(policy: Policy, to: Policy, **more: Any) -> RolledBack:
    given: dict[str, Any] = {"reason": "Worse than its parent.", "by": "watch", "evidence": 24.0, "runs": 31}
    return RolledBack(policy=policy.hash, to=to.hash, **(given | more))

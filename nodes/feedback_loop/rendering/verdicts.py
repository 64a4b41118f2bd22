"""Verdicts and final reports in words, for the terminal and the page."""

from __future__ import annotations

from nodes.feedback_loop.rendering.worth import amount, effect
from systems.trials import Improved, Verdict


def measured(verdict: Verdict) -> dict[str, str]:
    """The numbers that decided, a phrase each."""
    noise = amount(verdict.noise, verdict.metric, sign=True).lstrip("+")
    guard, worst, margin = (
        amount(one, "success", sign=True) for one in (verdict.guard_effect, verdict.guard_low, -verdict.margin)
    )
    return {
        "measured": effect(verdict) + ("" if verdict.metric == "success" else ", where a case works under both"),
        "noise": f"the old policy differs from itself by up to {noise}",
        "p value": f"{verdict.p_value:.2g} (may be at most {verdict.alpha:.2g} at this look)",
        "cases": f"{verdict.cases}: {verdict.repairs} repaired, {verdict.regressions} broken",
        "guard cases": f"{verdict.guards}: success {guard}, at worst {worst} (may be {margin})",
        "paid for": f"look {verdict.looks} of this trial, proposal {verdict.number} of its improve",
    }


def sealed_cases(improved: Improved) -> str:
    """What an `improve` came to on the sealed cases, in a line."""
    counts = f"{improved.accepted} accepted, {improved.rejected} rejected in {improved.rounds} rounds"
    if len(improved.sealed) < 2:
        return counts
    before, after = improved.sealed[0], improved.sealed[-1]
    ends = f"{amount(after.success_low, 'success')} to {amount(after.success_high, 'success')}"
    return (
        f"{counts}; {after.cases} sealed cases: success {amount(before.success, 'success')} → "
        f"{amount(after.success, 'success')} ({ends}), {improved.repairs} repaired, {improved.regressions} broken"
    )

"""What changed between two sets of runs, and how sure that is, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nodes.feedback_loop.estimates import Estimate

Metric = Literal["seconds", "failed_runs", "failures", "retries", "tokens", "cost_usd"]
Verdict = Literal["better", "worse", "unclear", "same", "too_few"]
_NAMES: dict[Metric, str] = {
    "seconds": "seconds a run",
    "failed_runs": "runs with a failed call",
    "failures": "failed calls a run",
    "retries": "retries a run",
    "tokens": "tokens a run",
    "cost_usd": "US dollars a run",
}


def subject(metric: Metric, where: str) -> str:
    """What a metric measures, of a tool or model where one is named: its seconds are those of one call."""
    name = "seconds a call" if where and metric == "seconds" else _NAMES[metric]
    return f"{where}: {name}" if where else name


def number(value: float, metric: Metric, *, signed: bool = False) -> str:
    """A value of a metric, to three digits."""
    sign = "+" if signed else ""
    if metric == "failed_runs":
        return f"{value * 100:{sign}.0f} %"
    if metric == "tokens" or value == int(value):
        return f"{value:{sign},.0f}"
    return f"{value:{sign},.1f}" if abs(value) >= 100 else f"{value:{sign}.3g}"


def too_few(metric: Metric, where: str, counts: tuple[int, int], enough: int) -> str:
    """That it cannot be told, and what it would take."""
    lacking = [(enough - count, side) for count, side in zip(counts, ("before", "after"), strict=True)]
    needed = " and ".join(f"{count} more {side}" for count, side in lacking if count > 0)
    return f"{subject(metric, where)}: too few runs to tell; needed: {needed}"


def same(metric: Metric, where: str, value: float) -> str:
    """That nothing changed in any run."""
    return f"{subject(metric, where)}: {number(value, metric)} in every run, before and after"


def changed(
    metric: Metric,
    where: str,
    values: tuple[float, float],
    estimate: Estimate,
    verdict: Verdict,
    confidence: float,
    runs_needed: int | None,
) -> str:
    """The values before and after, the change with its interval, and the verdict.

    Args:
        metric: what was compared.
        where: tool or model, if it is not the whole run.
        values: before and after.
        estimate: the change; its p value is the corrected one.
        verdict: better, worse or unclear.
        confidence: of the interval.
        runs_needed: runs on each side that would show such a change.
    """
    low, high = (number(bound, metric, signed=True) for bound in (estimate.low, estimate.high))
    change = number(estimate.difference, metric, signed=True)
    told = {"better": "better", "worse": "worse"}.get(verdict, "this may be chance")
    if runs_needed:
        told += f"; about {runs_needed:,} runs on each side would tell"
    return (
        f"{subject(metric, where)}: {number(values[0], metric)} before, {number(values[1], metric)} after; "
        f"change {change} ({confidence * 100:g} % interval {low} to {high}), {_p(estimate.p)}: {told}"
    )


def summary(verdicts: Sequence[Verdict], told: Sequence[str], counts: tuple[int, int], confidence: float) -> str:
    """All of it: what is better or worse first, then how much of the rest may be chance or cannot be told.

    Args:
        verdicts: of every difference.
        told: words of every difference.
        counts: runs before and after.
        confidence: of the intervals.
    """
    found = [words for verdict, words in zip(verdicts, told, strict=True) if verdict in ("better", "worse")]
    tested = sum(verdict in ("better", "worse", "unclear") for verdict in verdicts)
    few = verdicts.count("too_few")
    lines = [f"{counts[0]} runs before, {counts[1]} after."]
    lines += [f"{words}." for words in found]
    if tested and not found:
        lines.append("No difference stands: what differs may be chance. That is no proof that nothing changed.")
    if found:
        chance = f"{(1 - confidence) * 100:.3g} %"
        lines.append(
            f"Had nothing changed, any of the {tested} metrics would be told as changed with {chance} at most."
        )
    if few:
        lines += [words + "." for verdict, words in zip(verdicts, told, strict=True) if verdict == "too_few"][:1]
    return "\n".join(lines)


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"

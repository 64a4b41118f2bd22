"""A verdict in one sentence."""

from __future__ import annotations

from nodes.feedback_loop.trial.evidence import Evidence
from nodes.feedback_loop.trial.guard import MARGIN
from systems.trials import Metric


def reason(seen: Evidence, *, accepted: bool, more: int) -> str:
    """Why the evidence leads to this verdict."""
    if accepted:
        return (
            f"Accepted: {_effect(seen)}, beyond chance (p {_p(seen.p_value)}, at most {_p(seen.alpha)}) and beyond "
            f"the noise of {_amount(seen.noise, seen.metric)}; guard cases lose less than {_points(MARGIN)}."
        )
    missing = _missing(seen)
    if more:
        return f"Not decided: {missing}; {_count(more, 'more repetition')} of every case may decide it."
    return f"Rejected: {missing}."


def _missing(seen: Evidence) -> str:
    """What keeps the change from being accepted."""
    guard = seen.guard
    if not seen.cases or not seen.repetitions:
        return "no working case was played under both policies" if seen.cases else "there are no working cases"
    if guard.worse:
        return f"guard cases of kind {' and '.join(guard.worse)} got worse beyond chance"
    if seen.lost:
        return f"{seen.lost} got worse beyond chance, and {seen.metric} may not be bought with it"
    if not seen.significant:
        most, predicted = _amount(seen.high, seen.metric), _amount(seen.predicted, seen.metric)
        short = f", at most {most} of the {predicted} predicted" if seen.short else ""
        p, alpha = _p(seen.p_value), _p(seen.alpha)
        return f"{_effect(seen)}{short}, which chance alone does too often (p {p}, at most {alpha})"
    if seen.effect <= seen.noise:
        return f"{_effect(seen)}, no more than the old policy differs from itself ({_amount(seen.noise, seen.metric)})"
    if not seen.kept:
        return f"{seen.metric} improve, but it is not shown that successes stay within {_points(MARGIN)}"
    return (
        f"{_effect(seen)}, but with {_count(guard.cases, 'guard case')} a loss of "
        f"{_points(-guard.low)} there cannot be ruled out (at most {_points(MARGIN)})"
    )


def _effect(seen: Evidence) -> str:
    turned = f"{_count(seen.repairs, 'case')} repaired, {seen.regressions} broken"
    if seen.metric == "success":
        return f"{seen.effect * 100:+.0f} points of success over {_count(seen.cases, 'case')} ({turned})"
    word = "saved" if seen.effect >= 0 else "lost"
    return f"{_amount(abs(seen.effect), seen.metric)} {word} a case ({turned})"


def _amount(size: float, metric: Metric) -> str:
    if metric == "success":
        return _points(size)
    return f"{size:.3g} s" if metric == "seconds" else _count(round(size), "token")


def _points(share: float) -> str:
    return _count(round(share * 100), "point")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _p(value: float) -> str:
    return f"{value:.2g}" if value >= 0.0001 else "below 0.0001"

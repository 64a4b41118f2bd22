"""Noise: how much the old policy differs from itself, so that less is not taken for an effect."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean
from typing import NamedTuple

from systems.trials import Metric, Played

_WIDTH = 1.96
"""Normal quantile of a 95% band."""


class Noise(NamedTuple):
    """What the same policy gives on the same cases from one play to the next.

    Attributes:
        cases: how many were measured.
        mean: of the metric, a play.
        variance: of the plays of one case, mean over the cases, in the metric's unit squared.
        relative: likewise of the logarithm of seconds or tokens; for successes the variance itself.
        known: whether any case was played twice; otherwise both variances are 0.
    """

    cases: int
    mean: float
    variance: float
    relative: float
    known: bool

    def band(self, repetitions: int) -> float:
        """Half width of the 95% band of the mean difference between the policy and itself.

        Both sides are played so often as an effect is measured with: the mean over n cases of differences between two
        means of R plays has the variance 2 s^2 / (n R) (Miller: "Adding error bars to evals", 2024, section 3).
        """
        return _WIDTH * sqrt(2 * self.variance / (max(self.cases, 1) * max(repetitions, 1)))


def measured(plays: Sequence[Sequence[Played]], metric: Metric) -> Noise:
    """Noise of a policy, from repeated plays of each case.

    Args:
        plays: per case what came of it, play by play. Of seconds and tokens only plays that succeed count.
        metric: what is measured.
    """
    values = [[value(one, metric) for one in case if metric == "success" or one.success] for case in plays]
    values = [case for case in values if case]
    repeated = [case for case in values if len(case) > 1]
    spread = fmean(map(_variance, repeated)) if repeated else 0.0
    logs = [[logarithm(one, metric) for one in case if one.success] for case in plays if metric != "success"]
    relative = [_variance(case) for case in logs if len(case) > 1]
    return Noise(
        cases=len(values),
        mean=fmean(map(fmean, values)) if values else 0.0,
        variance=spread,
        relative=spread if metric == "success" else fmean(relative) if relative else 0.0,
        known=bool(repeated),
    )


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((one - mean) ** 2 for one in values) / (len(values) - 1)


def value(play: Played, metric: Metric) -> float:
    """The metric of one play: 1 or 0, seconds, or tokens."""
    return float(getattr(play, metric))


def logarithm(play: Played, metric: Metric) -> float:
    """Logarithm of seconds or tokens; a millisecond or a token more, so that 0 has one."""
    from math import log

    return log(value(play, metric) + (0.001 if metric == "seconds" else 1.0))

"""How far apart two samples are, and how sure that is: estimates that outliers and skewed durations do not upset.

Nothing here assumes a distribution. Both samples are independent runs; intervals are two-sided.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, ceil, comb, floor, hypot, sqrt
from typing import NamedTuple

CONFIDENCE = 0.95
POWER = 0.8
MOST_EXACT = 50
"""Up to this many runs on either side the distribution of U is computed exactly."""
MOST_RUNS = 2_000
"""Of more runs on one side only so many evenly spaced quantiles are compared pair by pair."""


class Estimate(NamedTuple):
    """A difference, second sample less first.

    Attributes:
        difference: the estimate itself.
        low: lower bound of its interval.
        high: upper bound.
        p: probability of samples at least as far apart, were there no difference.
        larger: how often a value after is larger than one before; equal ones count half.
    """

    difference: float
    low: float
    high: float
    p: float
    larger: float


def least_runs(confidence: float = CONFIDENCE) -> int:
    """Runs on each side without which no interval of this confidence exists.

    With fewer, even samples that do not overlap at all are that far apart by chance: 2 / C(2n, n) > 1 - confidence.
    """
    runs = 1
    while 2 / comb(2 * runs, runs) > 1 - confidence:
        runs += 1
    return runs


def shift(before: Sequence[float], after: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """How much larger values are after than before.

    The estimate is that of Hodges and Lehmann ("Estimates of location based on rank tests", Annals of Mathematical
    Statistics 34, 1963): the median of all differences between a value after and one before. Its interval inverts the
    rank test (Hollander, Wolfe, Chicken: "Nonparametric Statistical Methods", 3rd edition, 2014, section 4.3); p is
    that of the test itself (Mann, Whitney 1947; `scipy.stats.mannwhitneyu`).
    """
    import numpy
    from scipy import stats

    x, y = (numpy.asarray(_thinned(values), dtype=float) for values in (before, after))
    differences = numpy.sort(numpy.subtract.outer(y, x), axis=None)
    cut = _critical(len(x), len(y), 1 - confidence)
    low, high = float(differences[cut]), float(differences[-1 - cut])
    if differences[0] == differences[-1] == 0:
        return Estimate(0.0, 0.0, 0.0, 1.0, 0.5)
    test = stats.mannwhitneyu(y, x, alternative="two-sided")
    larger = float(test.statistic) / (len(x) * len(y))
    return Estimate(float(numpy.median(differences)), low, high, float(test.pvalue), larger)


def proportion_shift(before: tuple[int, int], after: tuple[int, int], confidence: float = CONFIDENCE) -> Estimate:
    """How much larger a proportion is after than before.

    The interval is Newcombe's ("Interval estimation for the difference between independent proportions", Statistics in
    Medicine 17, 1998, method 10), made of the Wilson intervals of both proportions; p is that of Fisher's exact test.

    Args:
        before: how many, of how many.
        after: likewise.
        confidence: of the interval.
    """
    from scipy import stats

    (first, of_first), (second, of_second) = before, after
    p, q = first / of_first, second / of_second
    wilson = [stats.binomtest(count, of).proportion_ci(confidence, method="wilson") for count, of in (before, after)]
    difference = q - p
    low = difference - hypot(q - wilson[1].low, wilson[0].high - p)
    high = difference + hypot(wilson[1].high - q, p - wilson[0].low)
    test = stats.fisher_exact([[first, of_first - first], [second, of_second - second]])
    return Estimate(difference, float(low), float(high), float(test.pvalue), 0.5 + difference / 2)


def holm(values: Sequence[float]) -> tuple[float, ...]:
    """The p values of several tests, each made so large that all of them together keep their level.

    Holm: "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.
    """
    adjusted = [0.0] * len(values)
    reached = 0.0
    for place, number in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        reached = max(reached, min(1.0, values[number] * (len(values) - place)))
        adjusted[number] = reached
    return tuple(adjusted)


def runs_for_shift(larger: float, level: float) -> int | None:
    """Runs on each side by which a rank test would show such a difference with probability `POWER`; None: no number.

    Noether: "Sample size determination for some common nonparametric tests", Journal of the American Statistical
    Association 82, 1987.

    Args:
        larger: how often a value after is larger than one before.
        level: of the test.
    """
    return None if larger == 0.5 else ceil(_z(level) ** 2 / (6 * (larger - 0.5) ** 2))


def runs_for_proportions(before: float, after: float, level: float) -> int | None:
    """Runs on each side by which such proportions would show as different with probability `POWER`; None: no number.

    By Cohen's h ("Statistical Power Analysis for the Behavioral Sciences", 2nd edition, 1988, section 6.2).
    """
    h = 2 * asin(sqrt(after)) - 2 * asin(sqrt(before))
    return None if h == 0 else ceil(2 * (_z(level) / h) ** 2)


def _thinned(values: Sequence[float]) -> Sequence[float]:
    if len(values) <= MOST_RUNS:
        return values
    ordered = sorted(values)
    return [ordered[int((number + 0.5) * len(values) / MOST_RUNS)] for number in range(MOST_RUNS)]


def _critical(first: int, second: int, level: float) -> int:
    """How many of the ordered differences are outside of the interval at either end."""
    from scipy import stats

    if max(first, second) > MOST_EXACT:
        spread = sqrt(first * second * (first + second + 1) / 12)
        return max(0, floor(first * second / 2 - float(stats.norm.ppf(1 - level / 2)) * spread))
    below, total = 0, comb(first + second, first)
    for outside, count in enumerate(_arrangements(first, second)):
        below += count
        if below / total >= level / 2:
            return max(0, outside - 1)
    return 0


def _arrangements(first: int, second: int) -> list[int]:
    """In how many of all orders of two samples U is 0, 1, 2, ... (Mann, Whitney 1947: a Gaussian binomial)."""
    counts = [1] + [0] * (first * second)
    for size in range(1, second + 1):
        for place in range(first * second, first + size - 1, -1):
            counts[place] -= counts[place - first - size]
        for place in range(size, first * second + 1):
            counts[place] += counts[place - size]
    return counts


def _z(level: float) -> float:
    from scipy import stats

    return float(stats.norm.ppf(1 - level / 2) + stats.norm.ppf(POWER))

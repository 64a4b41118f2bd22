"""Sign flips: how likely paired differences at least as good are, were the two policies the same.

If the old policy and the new are equally good at a case, then what came of it might as well have come with the two
exchanged: the sign of the case's difference is a coin's. So the coins are thrown again, one a case, over all its
repetitions together, because repetitions of one case are not independent of each other. Nothing is assumed about how
differences are distributed (Fisher: "The design of experiments", 1935, section 21). With one repetition and successes
this is McNemar's exact test; with signed ranks it is Wilcoxon's signed-rank test.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import bool_, float32, float64, int64
    from numpy.typing import NDArray

EXACT = 14
"""Up to so many cases that differ, all flips are made; of more cases a sample."""
DRAWS = 20_000
_SEED = 7


def sequential_p(scores: Sequence[NDArray[float64]], allowed: Sequence[float]) -> list[float]:
    """One-sided p value at each look, to be held against what may have been used up by then.

    The p value of a look is the share of flips that either would have been accepted at a look before, or are at least
    as good at this one. So the looks of one trial are paid for together, and looking again at what has not changed
    costs nothing: Lan's and DeMets' boundary, in the permutation distribution itself. A sample of flips keeps the
    error rate, because what was observed is one of it (Phipson, Smyth: "Permutation p-values should never be zero",
    2010).

    Args:
        scores: per look a whole number a case; positive is better. All looks have the same cases in the same order.
        allowed: per look, the error rate that may have been used up by then.
    """
    import numpy

    if not scores or not len(scores[0]):
        return [1.0] * len(scores)
    by_look = numpy.asarray(scores, dtype=numpy.float32)
    by_look = by_look[:, numpy.any(by_look != 0, axis=0)]
    totals = (_signs(by_look.shape[1]) @ by_look.T).astype(numpy.int64)
    crossed = numpy.zeros(len(totals), dtype=bool)
    found = []
    for total, level in zip(totals.T, allowed, strict=False):
        at_least = _as_good(total, crossed)
        found.append(float(at_least[0]))
        crossed |= at_least <= level
    return found


def p_value(score: NDArray[float64]) -> float:
    """One-sided p value of one look."""
    return sequential_p([score], [0.0])[0]


def signed_ranks(differences: NDArray[float64]) -> NDArray[float64]:
    """Twice the ranks of the absolute differences, with their signs; no difference has none (Wilcoxon 1945)."""
    import numpy
    from scipy.stats import rankdata

    moving = differences != 0
    ranks = numpy.zeros(len(differences))
    ranks[moving] = 2 * rankdata(numpy.round(numpy.abs(differences[moving]), 9)) * numpy.sign(differences[moving])
    return ranks


def _as_good(totals: NDArray[int64], crossed: NDArray[bool_]) -> NDArray[float64]:
    """Per flip, the share of flips that are as good as it or had crossed the boundary before."""
    import numpy

    places = totals - totals.min()
    size = int(places.max()) + 1
    open_still = numpy.bincount(places[~crossed], minlength=size)
    as_good = numpy.cumsum(open_still[::-1])[::-1] + crossed.sum()
    return numpy.asarray(as_good[places] / len(totals), dtype=numpy.float64)


@lru_cache(maxsize=16)
def _signs(cases: int) -> NDArray[float32]:
    """Flips by cases; the first row leaves all signs as they are. Sums of whole numbers are exact in 32 bits."""
    import numpy

    if cases <= EXACT:
        bits = numpy.arange(2**cases)[:, None] >> numpy.arange(cases) & 1
    else:
        bits = numpy.random.default_rng(_SEED).integers(0, 2, (DRAWS, cases))
        bits[0] = 0
    return numpy.asarray(1 - 2 * bits, dtype=numpy.float32)

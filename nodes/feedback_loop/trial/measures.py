"""Measures: played pairs -> one number a case and look, whatever the metric."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

from nodes.feedback_loop.trial.flips import signed_ranks
from nodes.feedback_loop.trial.guard import net, played
from nodes.feedback_loop.trial.noise import logarithm, value
from systems.trials import Metric, Pair, Played

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray


class Gains(NamedTuple):
    """What cases gained; positive is better.

    Attributes:
        effects: in the metric's own unit: share of successes gained, seconds or tokens saved a play; of seconds and
            tokens only cases that succeed under both policies.
        tested: what is tested, one a case: share of successes gained, or the logarithm of the ratio of seconds or
            tokens; 0 for a case that does not count.
        scores: the same as scores of the test, whole numbers.
    """

    effects: list[float]
    tested: NDArray[float64]
    scores: NDArray[float64]


def gains(pairs: Sequence[Pair], metric: Metric, repetitions: int) -> Gains:
    """What each case gained in so many repetitions.

    Successes are scored by the square of what a case gained, with its sign: a case that turns round counts as much as
    four that turn halfway, so that a few repaired cases stand out from many that come out differently each time. Any
    odd score keeps the sign-flip test exact; with one repetition this one is McNemar's.

    Seconds and tokens are compared by Wilcoxon's signed-rank test on logarithms of ratios, so that the cases count
    alike, whether they take a second or a minute, and one slow play decides nothing.
    """
    import numpy

    if metric == "success":
        won = numpy.array([float(net(pair, repetitions)) for pair in pairs])
        shares = won / max(repetitions, 1)
        return Gains([float(one) for one in shares], shares, won * abs(won))
    both = [(_succeeded(pair.old, pair, repetitions), _succeeded(pair.new, pair, repetitions)) for pair in pairs]
    saved = [_mean(old, metric) - _mean(new, metric) for old, new in both if old and new]
    ratios = numpy.array([_log(old, metric) - _log(new, metric) if old and new else 0.0 for old, new in both])
    return Gains(saved, ratios, signed_ranks(ratios))


def repaired(pairs: Sequence[Pair], repetitions: int | None = None) -> tuple[int, int]:
    """Repairs and regressions: cases that turned from failing to working, and back, in most of their plays."""
    turned = [(_works(pair.old, pair, repetitions), _works(pair.new, pair, repetitions)) for pair in pairs]
    return turned.count((-1, 1)), turned.count((1, -1))


def settled(pairs: Sequence[Pair], metric: Metric, repetitions: int) -> bool:
    """Whether every case always came out the same under the same policy, so that repeating it shows nothing new."""
    sides = [side[:repetitions] for pair in pairs for side in (pair.old, pair.new)]
    return repetitions > 1 and all(len({(one.success, value(one, metric)) for one in side}) == 1 for side in sides)


def _works(plays: Sequence[Played], pair: Pair, repetitions: int | None) -> int:
    count = played(pair, repetitions)
    twice = 2 * sum(one.success for one in plays[:count])
    return (twice > count) - (twice < count)


def _succeeded(plays: Sequence[Played], pair: Pair, repetitions: int) -> list[Played]:
    return [one for one in plays[: played(pair, repetitions)] if one.success]


def _mean(plays: Sequence[Played], metric: Metric) -> float:
    return fmean(value(one, metric) for one in plays)


def _log(plays: Sequence[Played], metric: Metric) -> float:
    return fmean(logarithm(one, metric) for one in plays)

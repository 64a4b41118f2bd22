"""Evidence: every number that a verdict is made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING, NamedTuple

from nodes.feedback_loop.trial.flips import p_value, sequential_p
from nodes.feedback_loop.trial.futility import chance, decidable
from nodes.feedback_loop.trial.guard import MARGIN, Guard, guarded, lower_bound, played
from nodes.feedback_loop.trial.measures import gains, repaired, settled
from nodes.feedback_loop.trial.noise import measured
from nodes.feedback_loop.trial.spending import REPETITIONS, allowed, look
from systems.hashed import Hash
from systems.trials import METRICS, Metric, Pair, Proposal

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

_CHANCE = 0.05
"""A metric of higher rank is lost when chance alone does that so seldom."""


class Evidence(NamedTuple):
    """What the plays so far show.

    Attributes:
        metric: what was to move.
        effect: mean gain, in the metric's unit.
        low: lower end of its 95% interval.
        high: upper end.
        noise: half width of the band in which the old policy differs from itself.
        p_value: at the look that counts: the first at which it was low enough, else this one.
        alpha: what may have been used up by that look.
        significant: whether the p value was low enough; what was shown once stays shown.
        repairs: working cases that turned from failing to working.
        regressions: working cases that turned from working to failing.
        cases: working cases.
        repetitions: of every working case, under both policies, at this look.
        played: likewise, of those that were played.
        guard: how the guard cases came out.
        lost: metric of higher rank that got worse beyond chance.
        kept: whether successes are shown to be no worse.
        hope: chance to be accepted at a look to come.
        predicted: what was predicted, in the metric's unit.
    """

    metric: Metric
    effect: float
    low: float
    high: float
    noise: float
    p_value: float
    alpha: float
    significant: bool
    repairs: int
    regressions: int
    cases: int
    repetitions: int
    played: int
    guard: Guard
    lost: Metric | None
    kept: bool
    hope: float
    predicted: float

    @property
    def short(self) -> bool:
        """Whether seconds or tokens are saved, but certainly not what was predicted."""
        return self.metric != "success" and self.repetitions > 0 and self.high < self.predicted

    @property
    def looks(self) -> int:
        """Looks so far."""
        return look(self.repetitions)


def gathered(pairs: Sequence[Pair], proposal: Proposal, number: int, unchanged: Collection[Hash] = ()) -> Evidence:
    """The evidence of a trial's plays, for proposal `number` of an `improve`."""
    metric = proposal.metric
    repetitions = min((played(pair) for pair in pairs if pair.side == "working"), default=0)
    looks = [one for one in REPETITIONS if one <= repetitions]
    seen = looks[-1] if looks else 0
    pairs = [_until(pair, seen) for pair in pairs]
    working = [pair for pair in pairs if pair.side == "working"]
    changed = [pair for pair in working if pair.case not in unchanged]
    still = [one for one in looks if settled(changed, metric, one)]
    levels = allowed(number, settled=still)
    found = gains(working, metric, seen)
    p_values = sequential_p([gains(working, metric, one).scores for one in looks], levels)
    shown = [p <= level for p, level in zip(p_values, levels, strict=False)]
    decisive = shown.index(True) if any(shown) else len(looks) - 1
    variance, band = _noise(changed, metric, seen, found.effects)
    part = len(changed) / max(len(working), 1)
    effect, low, high = _interval(found.effects)
    repairs, regressions = repaired(working, seen)
    return Evidence(
        metric=metric,
        effect=effect,
        low=low,
        high=high,
        noise=band * part,
        p_value=p_values[decisive] if looks else 1.0,
        alpha=levels[decisive] if looks else 0.0,
        significant=any(shown),
        repairs=repairs,
        regressions=regressions,
        cases=len(working),
        repetitions=seen,
        played=repetitions,
        guard=guarded([pair for pair in pairs if pair.side == "guard"], unchanged),
        lost=next((one for one in METRICS[: METRICS.index(metric)] if _lost(working, one, seen)), None),
        kept=metric == "success" or _kept(working, seen),
        hope=_hope(found.tested, variance * part, seen, levels, len(changed)) if seen not in still else 0.0,
        predicted=proposal.predicted,
    )


def _hope(tested: NDArray[float64], noise: float, repetitions: int, levels: Sequence[float], changed: int) -> float:
    if not repetitions:
        return 1.0
    return chance(tested, noise, repetitions, levels) if decidable(changed, levels[-1]) else 0.0


def _until(pair: Pair, repetitions: int) -> Pair:
    """A case as it was at the look; the old policy has been played twice by the first, for its noise."""
    old = max(repetitions, 2)
    if len(pair.old) <= old and len(pair.new) <= repetitions:
        return pair
    return pair.model_copy(update={"old": pair.old[:old], "new": pair.new[:repetitions]})


def _noise(pairs: Sequence[Pair], metric: Metric, repetitions: int, effects: Sequence[float]) -> tuple[float, float]:
    """Variance of a case's tested gain from one repetition to the next, and the band for the effect.

    Where nothing was played twice under the old policy all there is between cases is taken for noise.
    """
    old = measured([pair.old for pair in pairs], metric)
    if not old.known:
        return 1.0, 1.96 * sqrt(sum(one * one for one in effects)) / max(len(effects), 1)
    new = measured([pair.new for pair in pairs], metric)
    return old.relative + (new if new.known else old).relative, old.band(repetitions)


def _interval(effects: Sequence[float]) -> tuple[float, float, float]:
    """Mean and Student's 95% interval over cases: it describes the effect, the test decides."""
    from scipy.stats import t

    if not effects:
        return 0.0, 0.0, 0.0
    mean = fmean(effects)
    if len(effects) < 2:
        return mean, mean, mean
    half = float(t.ppf(0.975, len(effects) - 1)) * stdev(effects) / sqrt(len(effects))
    return mean, mean - half, mean + half


def _lost(pairs: Sequence[Pair], metric: Metric, repetitions: int) -> bool:
    scores = gains(pairs, metric, repetitions).scores
    return float(scores.sum()) < 0 and p_value(-scores) < _CHANCE


def _kept(pairs: Sequence[Pair], repetitions: int) -> bool:
    return lower_bound(gains(pairs, "success", repetitions).effects)[1] > -MARGIN

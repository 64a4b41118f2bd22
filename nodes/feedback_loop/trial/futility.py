"""Futility: whether more repetitions could still change the verdict.

A trial is curtailed where not even the best outcome of what remains could decide it, and, stochastically, where that
has become improbable (Lan, Simon, Halperin: "Stochastically curtailed tests in long-term clinical trials",
Communications in Statistics C 1, 1982). A trial about seconds or tokens ends, too, when the interval of what is saved
excludes what was predicted and the lesser saving will rather not be proven (Jennison, Turnbull: "Interim analyses: the
repeated confidence interval approach", Journal of the Royal Statistical Society B 51, 1989). None of it can make the
error rate larger, whatever the rule: it only turns acceptances into refusals, and no look is allowed more because of it
(Snapinn, Chen, Jiang, Koutsoukos: "Assessment of futility in clinical trials", Pharmaceutical Statistics 5, 2006).
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from nodes.feedback_loop.trial.spending import REPETITIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import float64
    from numpy.typing import NDArray

LEAST_CHANCE = 0.05
"""A trial ends when its chance to be accepted has fallen below this."""
LIKELY = 0.5
"""Likewise where less is saved than was predicted."""


def decidable(cases: int, level: float) -> bool:
    """Whether the best that can come of so many cases would be accepted: each of them better under the new policy.

    Of all sign flips one is what was observed then, so that nothing smaller than 2^-cases can be shown.
    """
    return bool(2.0**-cases <= level)


def chance(tested: NDArray[float64], noise: float, repetitions: int, allowed: Sequence[float]) -> float:
    """Chance that the change would be accepted at one of the looks to come.

    The predictive power of Spiegelhalter, Freedman, Blackburn ("Monitoring clinical trials: conditional or predictive
    power?", Controlled Clinical Trials 7, 1986) at the best look to come, in normal approximation: more repetitions
    take noise from what is known of these cases, they do not bring new cases. Where plays always come out the same
    there is nothing to wait for.

    Args:
        tested: what each case gained so far.
        noise: variance of a case's gain from one repetition to the next.
        repetitions: so far.
        allowed: per look, the error rate that may be used up by then.
    """
    from scipy.stats import norm

    count = max(len(tested), 1)
    effect, square = float(tested.sum()) / count, float((tested**2).sum()) / count
    best = 0.0
    for planned, level in zip(REPETITIONS, allowed, strict=True):
        if planned <= repetitions:
            continue
        fewer = noise * (1 / repetitions - 1 / planned)
        least = float(norm.isf(level)) * sqrt(max(square - fewer, effect**2) / count)
        best = max(best, float(norm.sf(least, effect, sqrt(fewer / count) or 1e-9)))
    return best

"""Guard: cases that a change was not made for must come out no worse.

That nothing worse was seen is not enough: with few cases little is ever seen. It must be shown that the guard cases
lose less than a margin (non-inferiority), with as many cases as there are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import sqrt
from typing import NamedTuple

from nodes.feedback_loop.trial.flips import p_value
from systems.hashed import Hash
from systems.trials import CaseKind, Pair

MARGIN = 0.2
"""How many successes a case the guard may be worse: 20 points, as much as a trial of 40 cases can be relied upon to see
gained, so that what is accepted has not lost more on the guard than it must have gained. Where plays always come out
the same, 20 guard cases allow one net loss and 15 none; a margin of 10 points would allow one among 40."""
_ONE_SIDED_95 = 1.645
_CHANCE = 0.05
"""A case kind whose losses are less likely than this has regressed."""


class Guard(NamedTuple):
    """How the guard cases came out.

    Attributes:
        effect: mean gain in success, a case.
        low: one-sided 95% lower bound of it.
        cases: guard cases.
        worse: case kinds that regressed beyond chance.
    """

    effect: float
    low: float
    cases: int
    worse: tuple[CaseKind, ...]

    @property
    def holds(self) -> bool:
        """Whether the guard is shown to be no worse."""
        return self.low > -MARGIN and not self.worse


def guarded(pairs: Sequence[Pair], unchanged: Collection[Hash] = ()) -> Guard:
    """How guard cases came out.

    Args:
        pairs: the guard cases, played under both policies.
        unchanged: keys of cases for which the two policies are the same by construction: their difference is 0 for
            certain, whatever was played.
    """
    changed = [pair for pair in pairs if pair.case not in unchanged]
    gains = [net(pair) / max(played(pair), 1) for pair in changed]
    effect, low = lower_bound(gains, certain=len(pairs) - len(changed))
    kinds = dict.fromkeys(pair.kind for pair in changed)
    return Guard(effect, low, len(pairs), tuple(kind for kind in kinds if _regressed(changed, kind)))


def net(pair: Pair, repetitions: int | None = None) -> int:
    """Plays that succeed under the new policy, less those under the old; as many plays of either."""
    count = played(pair, repetitions)
    return sum(one.success for one in pair.new[:count]) - sum(one.success for one in pair.old[:count])


def played(pair: Pair, repetitions: int | None = None) -> int:
    """Repetitions that a case has under both policies."""
    both = min(len(pair.old), len(pair.new))
    return both if repetitions is None else min(both, repetitions)


def lower_bound(gains: Sequence[float], *, certain: int = 0) -> tuple[float, float]:
    """Mean gain of all cases and its one-sided 95% lower bound.

    Bonett's and Price's interval for a paired difference of proportions ("Adjusted Wald confidence interval for a
    difference of binomial proportions based on paired data", Journal of Educational and Behavioral Statistics 37,
    2012): one repaired and one regressed case are added to those seen. So no difference among n cases does not prove
    that there is none: the bound is -14 points for 15 cases, -7 for 30. Repeated plays enter by the mean of a case.

    Args:
        gains: a number from -1 to 1 a case.
        certain: cases besides, whose gain is 0 for certain.
    """
    count = len(gains)
    if not count:
        return 0.0, (0.0 if certain else -1.0)
    adjusted = sum(gains) / (count + 2)
    spread = (sum(one * one for one in gains) + 2) / (count + 2) - adjusted**2
    low = max(-1.0, adjusted - _ONE_SIDED_95 * sqrt(spread / (count + 2)))
    part = count / (count + certain)
    return sum(gains) / count * part, low * part


def _regressed(pairs: Sequence[Pair], kind: CaseKind) -> bool:
    import numpy

    losses = numpy.array([-float(net(pair)) for pair in pairs if pair.kind == kind])
    return float(losses.sum()) > 0 and p_value(losses) < _CHANCE

"""Standing: how a policy does on a set of cases, with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from statistics import fmean

from systems.hashed import Hash
from systems.trials import Case, CaseKind, Played, Standing

Plays = Sequence[tuple[Case, Sequence[Played]]]


def standing(policy: Hash, plays: Plays) -> Standing:
    """Success, seconds and tokens of a policy.

    The interval is Wilson's 95% score interval ("Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22, 1927; `scipy.stats.binomtest`) over cases: repetitions of one
    case are no further evidence. A case that succeeds in some of its plays counts as a failure for the lower end and as
    a success for the upper.

    Args:
        policy: its hash.
        plays: cases, each with its plays; at least one.
    """
    shares = [fmean(play.success for play in of_case) for _, of_case in plays]
    low, _ = _wilson(sum(map(floor, shares)), len(shares))
    _, high = _wilson(sum(map(ceil, shares)), len(shares))
    every = [play for _, of_case in plays for play in of_case]
    return Standing(
        policy=policy,
        cases=len(plays),
        success=fmean(shares) if shares else 0.0,
        success_low=low,
        success_high=high,
        seconds=fmean(play.seconds for play in every) if every else 0.0,
        tokens=fmean(play.tokens for play in every) if every else 0.0,
        by_kind=_by_kind(plays),
    )


def turned(before: Plays, after: Plays) -> tuple[int, int]:
    """(repairs, regressions): cases that succeed more, or less, often under the second policy; the same cases."""
    gains = [
        sum(play.success for play in new) / len(new) - sum(play.success for play in old) / len(old)
        for (_, old), (_, new) in zip(before, after, strict=True)
    ]
    return sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)


def _wilson(successes: int, cases: int) -> tuple[float, float]:
    from scipy.stats import binomtest

    if not cases:
        return 0.0, 1.0
    interval = binomtest(successes, cases).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def _by_kind(plays: Plays) -> dict[CaseKind, float]:
    kinds = dict.fromkeys(case.kind for case, _ in plays)
    return {
        kind: fmean(fmean(play.success for play in of_case) for case, of_case in plays if case.kind == kind)
        for kind in kinds
    }

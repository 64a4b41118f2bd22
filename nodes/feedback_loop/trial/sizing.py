"""Sizing: are there enough cases to see the predicted effect? With too few a trial is a waste, and nothing is tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, inf, log, log2, sqrt
from typing import NamedTuple

from nodes.feedback_loop.trial.guard import MARGIN
from nodes.feedback_loop.trial.noise import Noise, measured
from nodes.feedback_loop.trial.spending import REPETITIONS, share
from systems.trials import CaseKind, Metric, Played, Proposal

_POWER = 0.8416
"""Normal quantile of 80%."""
_ONE_SIDED_95 = 1.645
_UNKNOWN = 0.125
"""Variance of success between plays of a case where it was not measured: half of the most there can be."""
_MOST = 10_000


class Size(NamedTuple):
    """How many cases a trial needs and has.

    Attributes:
        needed: working cases for 80% power; of seconds and tokens those that can notice the edit.
        working: working cases there are, of those that count for this.
        guards_needed: guard cases without which a change that harms none of them is not accepted in 80%.
        guards: guard cases there are.
        reason: what is missing, in one sentence; empty when there are enough.
    """

    needed: int
    working: int
    guards_needed: int
    guards: int
    reason: str

    @property
    def enough(self) -> bool:
        """Whether the trial is worth playing."""
        return not self.reason


def sized(
    proposal: Proposal,
    working: Sequence[Sequence[Played]],
    guard: Sequence[Sequence[Played]],
    *,
    number: int,
    certain: int = 0,
    noticing: Sequence[Sequence[Played]] | None = None,
    kinds: Sequence[CaseKind] = (),
) -> Size:
    """Whether a proposal can be tried with the cases there are.

    Args:
        proposal: what it predicts decides how many cases are needed.
        working: per working case what came of it under the old policy, play by play.
        guard: likewise, per guard case for which the new policy is not the same by construction. Where none was played
            twice, the noise of the working cases is taken for theirs.
        number: of the proposal in this `improve`, from 1; later ones need more cases.
        certain: guard cases for which it is the same. Where all are, no more are needed.
        noticing: plays of those working cases that can notice the edit; None: all can.
        kinds: their kinds, for the words.
    """
    seen = working if noticing is None else noticing
    least, counted, predicted = ceil(-log2(share(number))), working, proposal.predicted
    if proposal.metric != "success":
        counted, predicted = seen, predicted * len(working) / max(len(seen), 1)
    needed = cases_needed(proposal.metric, predicted, measured(counted, proposal.metric), number) if counted else least
    noise = measured(guard, "success")
    guards = guards_needed(noise if noise.known else measured(working, "success"), len(guard), certain)
    telling = " or ".join(kinds)
    missing = {
        "working": max(0, needed - len(counted)) if counted is working else 0,
        f"working {telling}".strip(): max(0, least - len(seen), needed - len(seen) if counted is seen else 0),
        "guard": max(0, guards - len(guard)),
    }
    return Size(needed, len(counted), guards, len(guard), _reason(proposal, needed, missing))


def cases_needed(metric: Metric, predicted: float, noise: Noise, number: int) -> int:
    """Working cases for which the predicted effect is accepted in 80%; 10,000 where it never is.

    Success: the test's variance without an effect and with it (Lachin: "Introduction to sample size determination and
    power analysis for clinical trials", 1981), for the gain that is hardest to see: cases that turn round from failing
    to working, while the others only come out differently each time. So few must not turn that chance alone could do
    it. Seconds and tokens: Noether ("Sample size determination for some common nonparametric tests", 1987), for savings
    that vary from case to case by half their mean; only cases that succeed count.
    """
    from scipy.stats import norm

    if predicted <= 0 or not noise.cases:
        return _MOST
    level = share(number)
    quantile = float(norm.isf(level))
    if metric == "success":
        spread = _spread(noise)
        least = (quantile * sqrt(predicted + spread) + _POWER * sqrt(spread)) / predicted
        return min(ceil(max(least**2, -log2(level) / predicted)), _MOST)
    saving = -log(max(1 - predicted / noise.mean, 0.01)) if noise.mean else inf
    spread = sqrt(2 * noise.relative / REPETITIONS[-1] + (saving / 2) ** 2)
    lead = float(norm.cdf(sqrt(2) * saving / spread)) - 0.5
    return min(ceil(max((quantile + _POWER) ** 2 / (3 * lead**2), -log2(level))), _MOST)


def guards_needed(noise: Noise, guards: int = 1, certain: int = 0) -> int:
    """Guard cases, no fewer than there are, with which a change that harms none passes the guard in 80%.

    Args:
        noise: of successes.
        guards: guard cases there are, without the certain ones.
        certain: guard cases that cannot change.
    """
    spread = _spread(noise)
    if not guards and certain:
        return 0
    for count in range(max(guards, 1), _MOST):
        bound = _ONE_SIDED_95 * sqrt(count * spread + 2) + _POWER * sqrt(count * spread)
        if bound / (count + 2) * count / (count + certain) < MARGIN:
            return count
    return _MOST


def _spread(noise: Noise) -> float:
    """Variance of a case's gain when it has been repeated as often as it can be."""
    return 2 * (noise.variance if noise.known else _UNKNOWN) / REPETITIONS[-1]


def _reason(proposal: Proposal, needed: int, lacking: Mapping[str, int]) -> str:
    if proposal.predicted <= 0:
        return "The proposal predicts no gain: there is nothing to see."
    missing = [f"{count} more {kind} {'case' if count == 1 else 'cases'}" for kind, count in lacking.items() if count]
    if needed >= _MOST:
        return f"An effect of {_effect(proposal)} is too small to be seen with any number of cases."
    verb = "is" if len(missing) == 1 and missing[0].startswith("1 ") else "are"
    return f"{' and '.join(missing)} {verb} needed to see an effect of {_effect(proposal)}." if missing else ""


def _effect(proposal: Proposal) -> str:
    if proposal.metric == "success":
        return f"{proposal.predicted * 100:.0f} points"
    return f"{proposal.predicted:.3g} {'s' if proposal.metric == 'seconds' else 'tokens'} a case"

"""Verdict: is the new policy better? A round of plays, `judged`, and stop or play on.

    pairs -> sequential sign-flip test, noise band, guard, hope -> Evidence -> accepted | rejected | `more` to play

Accepted is what improves the predicted metric (5% over all proposals and looks of one `improve`), by more than the old
policy differs from itself, without loss on the guard cases or in a metric of higher rank.
"""

from __future__ import annotations

from collections.abc import Collection

from nodes.feedback_loop.trial.evidence import Evidence, gathered
from nodes.feedback_loop.trial.futility import LEAST_CHANCE, LIKELY
from nodes.feedback_loop.trial.guard import MARGIN
from nodes.feedback_loop.trial.spending import REPETITIONS, paid
from nodes.feedback_loop.trial.verdict_words import reason
from systems.hashed import Hash
from systems.trials import Proposal, Trial, Verdict


def judged(trial: Trial, *, proposal: Proposal, number: int, unchanged: Collection[Hash] = ()) -> Verdict:
    """What the plays so far say about a proposal.

    The same plays give the same verdict; called between two looks it says how many repetitions to play on, and nothing
    is spent. Play the old policy twice before the first look, so that its noise is known.

    Args:
        trial: working and guard cases under both policies. Judged are as many repetitions as every working case has
            under both.
        proposal: what was tried, and which metric it was to move.
        number: of the proposal in this `improve`, from 1; each pays its own share of the 5%.
        unchanged: keys of cases for which both policies are the same by construction: they gain and lose nothing for
            certain, and add no noise.
    """
    seen = gathered(trial.pairs, proposal, number, unchanged)
    accepted = seen.significant and seen.effect > seen.noise and seen.guard.holds and not seen.lost and seen.kept
    more = 0 if accepted else _more(seen)
    return Verdict(
        proposal=trial.proposal,
        trial=trial.hash,
        accepted=accepted,
        more=more,
        reason=reason(seen, accepted=accepted, more=more),
        metric=seen.metric,
        effect=seen.effect,
        low=seen.low,
        high=seen.high,
        noise=seen.noise,
        p_value=seen.p_value,
        alpha=seen.alpha,
        paid=paid(number, seen.alpha),
        repairs=seen.repairs,
        regressions=seen.regressions,
        guard_effect=seen.guard.effect,
        guard_low=seen.guard.low,
        margin=MARGIN,
        cases=seen.cases,
        guards=seen.guard.cases,
        looks=seen.looks,
        number=number,
    )


def _more(seen: Evidence) -> int:
    """Repetitions to play before the next look; 0: more of them would not change the verdict."""
    planned = next((one for one in REPETITIONS if one > seen.repetitions), None)
    if planned is None or not seen.cases or seen.guard.worse or seen.lost:
        return 0
    if seen.hope == 0 or (seen.hope < (LIKELY if seen.short else LEAST_CHANCE) and not seen.significant):
        return 0
    return planned - seen.played

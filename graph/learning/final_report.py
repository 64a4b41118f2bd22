"""The final report of `improve`: the only reader of sealed cases.

It is made when the rounds are over, and only where they changed the policy; what it says goes to the person and into
the ledger, and into no proposal.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from graph.learning.trial import Ground, Wanted
from nodes.feedback_loop.trial.standing import Plays, standing, turned
from systems.policy import Policy
from systems.sealed import unsealed, uses
from systems.stores import place_of
from systems.trials import Case, Standing

PURPOSE = "final report of improve"
REPETITIONS = 2
"""Plays of every sealed case under either policy."""


class Sealed(NamedTuple):
    """What the sealed cases say.

    Attributes:
        standings: before and after; nothing where there are no sealed cases.
        repairs: sealed cases that succeed more often after.
        regressions: sealed cases that succeed less often after.
        opened: how often sealed cases were read so far.
    """

    standings: tuple[Standing, ...]
    repairs: int
    regressions: int
    opened: int


def sealed_cases(project: Path, *, purpose: str = PURPOSE) -> tuple[Case, ...]:
    """The sealed cases of a project; that they were read is recorded.

    Raises:
        Missing: the store is damaged.
    """
    with unsealed(place_of(project), purpose=purpose) as cases:
        return cases


async def final_report(ground: Ground, *, project: Path, before: Policy, after: Policy) -> Sealed:
    """How the policy did before and does after, on cases that nothing was tuned to.

    Raises:
        Missing: the store is damaged, or an outside system is gone.
    """
    sealed = tuple(filter(ground.fits, sealed_cases(project)))
    opened = len(uses(place_of(project)))
    if not sealed:
        return Sealed((), 0, 0, opened)
    old, new = await _played(ground, sealed, before), await _played(ground, sealed, after)
    repairs, regressions = turned(old, new)
    return Sealed((standing(before.hash, old), standing(after.hash, new)), repairs, regressions, opened)


async def _played(ground: Ground, cases: tuple[Case, ...], policy: Policy) -> Plays:
    wanted = [Wanted(case, policy, repetition) for case in cases for repetition in range(REPETITIONS)]
    plays = await ground.all(wanted)
    return [(case, plays[number * REPETITIONS : (number + 1) * REPETITIONS]) for number, case in enumerate(cases)]

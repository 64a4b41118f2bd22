"""Heats: of several remedies for the same failed cases, which is tried first.

Each is played once on the same few of these cases, and the more of them it mends, the earlier is its trial: what comes
later pays more of the error rate, and a trial that stays undecided is the longest. These plays have a repetition of
their own, so no verdict rests on the plays that chose its proposal.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from graph.learning.trial import Ground, Wanted
from systems.policy import Policy
from systems.trials import Proposal

FEW = 3
"""Cases of a heat."""
REPETITION = 900
"""Of the plays of a heat; trials begin at 0, those about seconds at 1,000."""


async def in_heats(ground: Ground, proposals: Sequence[Proposal], policy: Policy) -> tuple[Proposal, ...]:
    """The proposals, where several answer the same cases the most promising of them first.

    Args:
        ground: where they are played.
        proposals: best first.
        policy: what they edit.

    Raises:
        OutOfTime: the budget is used up.
        Missing: an outside system is gone.
    """
    ordered = list(proposals)
    for rivals in _rivals(proposals):
        mended = {one.hash: await _mended(ground, one, policy) for one in rivals}
        places = [proposals.index(one) for one in rivals]
        for place, one in zip(places, sorted(rivals, key=lambda one: -mended[one.hash]), strict=True):
            ordered[place] = one
    return tuple(ordered)


def _rivals(proposals: Sequence[Proposal]) -> list[list[Proposal]]:
    """Groups of proposals that are to make the same cases succeed."""
    groups: dict[tuple[str, ...], list[Proposal]] = {}
    for one in proposals:
        if one.metric == "success" and one.cases:
            groups.setdefault(one.cases, []).append(one)
    return [group for group in groups.values() if len(group) > 1]


async def _mended(ground: Ground, proposal: Proposal, policy: Policy) -> int:
    """How many of a few cases succeed under the proposal."""
    failed = [case for case in ground.cases["working"] if case.key in proposal.cases]
    few = random.Random(f"{ground.seed} {proposal.cases}").sample(failed, min(FEW, len(failed)))
    plays = await ground.all([Wanted(case, policy.edited(proposal.edit), REPETITION) for case in few])
    mended = sum(play.success for play in plays)
    ground.watch(f"  In a heat, {mended} of {len(few)} succeed: {proposal.what}")
    return mended

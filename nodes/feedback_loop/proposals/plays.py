"""Plays of the working cases in, proposals out: every thought about failures, and about what could cost less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from nodes.feedback_loop.proposals import asking, calling, drafting, routing
from nodes.feedback_loop.proposals.observed import Observed
from nodes.feedback_loop.proposals.proposing import Idea, proposed
from systems.policy import Policy
from systems.trials import Case, Played, Proposal

Thought = Callable[[Observed, Policy], Iterator[Idea]]

THOUGHTS: tuple[Thought, ...] = (
    drafting.truncated,
    drafting.malformed,
    drafting.bundled,
    drafting.exemplified,
    drafting.refused,
    drafting.incomplete,
    drafting.late,
    routing.misrouted,
    routing.lines,
    routing.over_the_person,
    routing.unanswered,
    calling.late,
    calling.lost,
    routing.learned,
    routing.costly,
    drafting.costly,
    asking.never_answered,
    asking.at_once,
    asking.longest_first,
    asking.never_used,
)


def from_plays(
    plays: Sequence[tuple[Case, Played]], *, policy: Policy, models: Sequence[str] = ()
) -> tuple[Proposal, ...]:
    """What plays of the working cases say about the policy they were played under.

    A prediction for success is the share of cases whose stated reason to fail the edit answers, one for seconds or
    tokens what was measured of it; nothing is guessed.

    Args:
        plays: every play of the working cases under `policy`, failed or not; several of a case count as one.
        policy: what is to be edited.
        models: names of other models that could draft, the most promising first.
    """
    seen = Observed(plays)
    ideas = [idea for thought in THOUGHTS for idea in thought(seen, policy)]
    ideas += drafting.other_models(seen, policy, models)
    return tuple(proposed(ideas, policy=policy, origin="case"))

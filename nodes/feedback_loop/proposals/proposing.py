"""From an idea to a proposal: inside the bounds, with an effect that was measured, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import Literal, NamedTuple

from nodes.feedback_loop.proposals.edits import Edit, effective, worded
from systems.hashed import Hash, canonical
from systems.policy import Policy
from systems.records import Finding
from systems.trials import Metric, Proposal

MOST_TRACES = 20
LEAST_EFFECT = 1e-6


class Basis(NamedTuple):
    """What an idea rests on.

    Attributes:
        predicted: by how much a case: share of successes, seconds or tokens.
        cases: what each of the cases that it answers, by key, adds to that; none for a finding.
        trace_ids: traces that show it.
        finding: the finding that it answers.
    """

    predicted: float
    cases: Mapping[Hash, float] = {}
    trace_ids: tuple[str, ...] = ()
    finding: Finding | None = None

    def joined(self, other: Basis) -> Basis:
        """Both; a case that is in both counts once."""
        if not (self.cases and other.cases):
            return max(self, other, key=lambda one: one.predicted)
        keys = dict.fromkeys((*self.cases, *other.cases))
        cases = {key: max(self.cases.get(key, 0.0), other.cases.get(key, 0.0)) for key in keys}
        predicted = max(self.predicted, other.predicted, sum(cases.values()))
        return Basis(predicted, cases, (*self.trace_ids, *other.trace_ids), self.finding or other.finding)


class Idea(NamedTuple):
    """An edit that may help.

    Attributes:
        edit: what to change.
        why: what was seen, in words that go on after a colon.
        basis: how much that cost, and where it was seen.
        metric: what should move.
    """

    edit: Edit
    why: str
    basis: Basis
    metric: Metric = "success"


def proposed(
    ideas: Iterable[Idea], *, policy: Policy, origin: Literal["finding", "case", "model"]
) -> Iterator[Proposal]:
    """The ideas that change something and should bring something; equal edits for one metric are one proposal."""
    known: dict[tuple[Metric, str], tuple[Idea, Basis]] = {}
    for idea in ideas:
        edit = effective(idea.edit, policy)
        if edit and idea.basis.predicted >= LEAST_EFFECT:
            key = idea.metric, canonical(edit)
            before = known.get(key)
            known[key] = (before[0], before[1].joined(idea.basis)) if before else (idea._replace(edit=edit), idea.basis)
    for idea, basis in known.values():
        most = 1.0 if idea.metric == "success" else inf
        yield Proposal(
            policy=policy.hash,
            edit=idea.edit,
            what=f"{worded(idea.edit)}: {idea.why}",
            metric=idea.metric,
            predicted=round(min(basis.predicted, most), 6),
            origin=origin,
            finding=basis.finding,
            cases=tuple(sorted(basis.cases)),
            trace_ids=first(basis.trace_ids, MOST_TRACES),
        )


def first(items: Sequence[str], most: int) -> tuple[str, ...]:
    """The first different items that say something."""
    return tuple(dict.fromkeys(item for item in items if item))[:most]

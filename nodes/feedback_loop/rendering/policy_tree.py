"""The tree of policies as rows: every policy under its parent, what was adopted going straight on, the rest aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from nodes.feedback_loop.rendering.decisions import Decision, Told
from systems.hashed import Hash
from systems.ledger import SHIPPED, renewed
from systems.policy import Policy


class Branch(NamedTuple):
    """One policy in the tree of a model.

    Attributes:
        key: its id.
        policy: the policy.
        decision: the newest one that tried it; None for a policy that was never tried.
        lane: how far aside it stands.
        start: lane of its parent; None for a root.
        through: lanes that pass by on the way to rows below.
        goes_on: whether rows below come from it.
    """

    key: Hash
    policy: Policy
    decision: Decision | None
    lane: int
    start: int | None
    through: tuple[int, ...]
    goes_on: bool


def branches(told: Told, model: str) -> list[Branch]:
    """The policies that were tried for a model and all they were made from, parents first."""
    known = {policy.hash: policy for policy in SHIPPED.values()} | told.policies
    tried = {
        one.policy: one
        for one in told.decisions
        if one.model == model and one.policy and one.proposal and one.policy in known
    }
    wanted = [*tried, *(key for key in (told.active.get(model),) if key in known)]
    above = {key: policy.parent for key, policy in known.items()} | renewed(told.policies)
    parents = {key: parent for start in wanted if start for key, parent in _upwards(start, above)}
    order = {key: number for number, key in enumerate(dict.fromkeys((*told.policies, *known)))}
    children: dict[Hash | None, list[Hash]] = {}
    for key in sorted(parents, key=lambda one: order[one]):
        children.setdefault(parents[key], []).append(key)
    tree = _Tree(known, tried, children, set(_held(told, model, parents)))
    return [branch for root in children.get(None, ()) for branch in tree.rows(root)]


class _Tree(NamedTuple):
    known: Mapping[Hash, Policy]
    tried: Mapping[Hash, Decision]
    children: Mapping[Hash | None, list[Hash]]
    held: set[Hash]

    def rows(self, root: Hash) -> Iterator[Branch]:
        """A policy and all below it; those that were not kept stand right under their parent, one lane aside."""
        waiting: list[tuple[Hash, int, int | None, tuple[int, ...]]] = [(root, 0, None, ())]
        while waiting:
            key, lane, start, through = waiting.pop()
            below = self.children.get(key, [])
            main = next((one for one in reversed(below) if one in self.held), None)
            aside = [one for one in below if one != main]
            yield Branch(key, self.known[key], self.tried.get(key), lane, start, through, bool(below))
            if main:
                waiting.append((main, lane, lane, through))
            for number, one in reversed(list(enumerate(aside))):
                passing = (*through, lane) if main or number < len(aside) - 1 else through
                waiting.append((one, lane + 1, lane, passing))


def _upwards(key: Hash, above: Mapping[Hash, Hash | None]) -> Iterator[tuple[Hash, Hash | None]]:
    """(policy, its parent) up to a policy whose parent is not known."""
    current: Hash | None = key
    seen: set[Hash] = set()
    while current and current not in seen:
        seen.add(current)
        parent = above[current]
        yield current, parent if parent in above else None
        current = parent if parent in above else None


def _held(told: Told, model: str, parents: Mapping[Hash, Hash | None]) -> Iterator[Hash]:
    """The active policy and what it was made from; where nothing is active, the shipped ones."""
    current = told.active.get(model)
    if current is None:
        yield from (policy.hash for policy in SHIPPED.values())
    while current and current in parents:
        yield current
        current = parents[current]

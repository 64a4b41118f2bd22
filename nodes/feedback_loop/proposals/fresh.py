"""Which proposals are worth a trial: those that are new, allowed and of most use; every trial spends error rate.

A proposal was refused when its trial was rejected, or its policy rolled back. The same edit is let through again only
with new evidence: a case, or for a finding a trace, that it did not rest on then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from nodes.feedback_loop.proposals.edits import effective, places, worded
from systems.hashed import Hash, canonical, content_hash
from systems.policy import Policy
from systems.trials import METRICS, Proposal

MOST_PROPOSALS = 6
"""In a round. Of an error rate of 5% each has 0.83%, which a sign test still meets with 7 repairs and no regression
(2^-7 = 0.78%): with 35 cases, a gain of 20 points. With more proposals it would be out of sight."""
MOST_ALIKE = 3
"""That answer the very same cases: once one is accepted, the others have nothing left to answer."""


class Pins(Protocol):
    """What the person has pinned."""

    def holds(self, section: str, knob: str) -> bool:
        """Whether a knob must not be touched."""
        ...


class Refused(NamedTuple):
    """A proposal that was rejected, or rolled back.

    Attributes:
        edit: hash of its edit.
        evidence: keys of the cases or ids of the traces it rested on.
    """

    edit: Hash
    evidence: frozenset[str]

    @classmethod
    def of(cls, proposal: Proposal) -> Refused:
        """What is to be remembered of a proposal."""
        return cls(edit_hash(proposal.edit), evidence(proposal))


def edit_hash(edit: Mapping[str, Mapping[str, Any]]) -> Hash:
    """Id of an edit, whatever the policy that it changes."""
    return content_hash(canonical({section: dict(values) for section, values in edit.items()}))


def evidence(proposal: Proposal) -> frozenset[str]:
    """What a proposal rests on: its cases, else its traces. Traces of plays are always new and prove nothing."""
    return frozenset(proposal.cases or proposal.trace_ids)


def fresh(
    proposals: Iterable[Proposal],
    *,
    policy: Policy,
    pins: Pins,
    refused: Sequence[Refused],
    most: int = MOST_PROPOSALS,
) -> tuple[Proposal, ...]:
    """Proposals that are worth a trial, best first.

    Best is success before seconds before tokens, then the greater predicted effect, then what was seen
    before what a model thinks, then the order in which they come. Of several values for the same knobs that answer the
    same cases, one is tried in a round; and no group of cases keeps the others from having their turn.

    Args:
        proposals: all there are, of equals the more promising first.
        policy: what is to be edited.
        pins: knobs that must not be touched; a bundle that needs one is no longer what was thought of, and is left out.
        refused: what was rejected or rolled back before.
        most: how many to return.
    """
    seen: dict[Hash, set[str]] = {}
    for one in refused:
        seen.setdefault(one.edit, set()).update(one.evidence)
    allowed = [kept for one in proposals if (kept := _allowed(one, policy, pins))]
    new = [one for one in allowed if not _spent(one, seen)]
    return tuple(_different(sorted(new, key=rank), most))


def rank(proposal: Proposal) -> tuple[int, float, bool]:
    """The better, the smaller."""
    return METRICS.index(proposal.metric), -proposal.predicted, proposal.origin == "model"


def _allowed(proposal: Proposal, policy: Policy, pins: Pins) -> Proposal | None:
    """The proposal without what the policy has already; None where nothing is left or a pinned knob is among it."""
    edit = effective(proposal.edit, policy)
    pinned = any(pins.holds(section, knob) for section, values in edit.items() for knob in values)
    if not edit or pinned or proposal.predicted <= 0:
        return None
    what = proposal.what.replace(worded(proposal.edit), worded(edit), 1)
    return proposal.model_copy(update={"policy": policy.hash, "edit": edit, "what": what})


def _spent(proposal: Proposal, seen: Mapping[Hash, Collection[str]]) -> bool:
    key = edit_hash(proposal.edit)
    return key in seen and evidence(proposal) <= set(seen[key])


def _different(proposals: Iterable[Proposal], most: int) -> Iterator[Proposal]:
    """The best of every group that answers the same cases, then the second of each, and so on; by rank again."""
    edits: set[Hash] = set()
    turned: set[tuple[str, frozenset[str], tuple[str, ...]]] = set()
    alike: Counter[tuple[str, frozenset[str]]] = Counter()
    chosen: list[tuple[int, int, Proposal]] = []
    for proposal in proposals:
        key, group = edit_hash(proposal.edit), (proposal.metric, evidence(proposal))
        knobs = (*group, places(proposal.edit))
        if key not in edits and knobs not in turned and alike[group] < MOST_ALIKE:
            edits.add(key)
            turned.add(knobs)
            chosen.append((METRICS.index(proposal.metric), alike[group], proposal))
            alike[group] += 1
    chosen.sort(key=lambda one: one[:2])
    return iter(sorted((proposal for _, _, proposal in chosen[:most]), key=rank))

"""Where a policy comes from, and what came of a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pydantic import Field, ValidationError

from systems.hashed import Hash, Record
from systems.policy import Policy
from systems.trials import Adopted, Proposal, RolledBack, Trial, Verdict

if TYPE_CHECKING:
    from systems.ledger.entries import Kind
    from systems.ledger.store import Ledger

R = TypeVar("R", bound=Record)


class Ancestor(Record):
    """One policy of a lineage, with what made it out of its parent."""

    policy: Hash
    parent: Hash | None
    proposal: Hash | None = Field(None, description="Proposal whose edit made it; None for a shipped policy")
    trial: Hash | None = None
    verdict: Hash | None = Field(None, description="Newest verdict on it")
    accepted: bool | None = Field(None, description="What the verdict says; None where there is none")
    what: str = Field("", description="The edit, in words")
    finding: Hash | None = Field(None, description="Finding that started it")
    explanation: str = Field("", description="What the finding says")
    trace_ids: tuple[str, ...] = Field((), description="Traces that the finding comes from")
    span_ids: tuple[str, ...] = Field((), description="Spans that show the finding")


class Consequence(Record):
    """What came of a finding, by one proposal."""

    proposal: Hash
    what: str = Field(description="The edit, in words")
    trial: Hash | None = None
    policy: Hash | None = Field(None, description="Policy that was tried")
    verdict: Hash | None = None
    accepted: bool | None = None
    reason: str = Field("", description="The verdict's reason")
    adopted: bool = Field(False, description="Whether it was adopted")
    rolled_back: str = Field("", description="Why it was rolled back; empty where it was not")


class Tried(NamedTuple):
    """A proposal with what came of it; the hashes are the ids in the ledger."""

    proposal: Proposal
    proposal_id: Hash
    trial: Trial | None = None
    trial_id: Hash | None = None
    verdict: Verdict | None = None
    verdict_id: Hash | None = None


class History:
    """The records of a ledger, by what they refer to.

    Attributes:
        policies: by id, in their order.
        renewed: see `renewed`.
        tried: every proposal, once for each of its trials and verdicts, in their order.
        adopted: adoptions in their order.
        rolled_back: rollbacks in their order.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.policies = dict(_keyed(ledger, "policy", Policy))
        self.renewed = renewed(self.policies)
        self.adopted = [one for _, one in _keyed(ledger, "adopted", Adopted)]
        self.rolled_back = [one for _, one in _keyed(ledger, "rolled_back", RolledBack)]
        self.tried = list(_tried(ledger))

    def of_policy(self, key: Hash) -> Tried | None:
        """The newest proposal that was tried as this policy, one with a verdict first."""
        found = [one for one in self.tried if one.trial and one.trial.new == key]
        return next((one for one in reversed(found) if one.verdict), found[-1] if found else None)


def renewed(policies: Mapping[Hash, Policy]) -> dict[Hash, Hash]:
    """Policies that are an older one as this version of specloop reads it, with the id of the older one.

    A version with more knobs gives an older policy their defaults, and so another hash.
    """
    return {policy.hash: key for key, policy in policies.items() if policy.hash != key}


def lineage(ledger: Ledger, policy: Hash) -> tuple[Ancestor, ...]:
    """A policy and all it was made from, itself first, each with the verdict, the finding and the traces behind it."""
    history = History(ledger)
    found: list[Ancestor] = []
    seen: set[Hash] = set()
    key: Hash | None = policy
    while key and key not in seen:
        seen.add(key)
        parent = history.renewed.get(key) or ledger.policy(key).parent
        found.append(_ancestor(key, parent, history.of_policy(key)))
        key = parent
    return tuple(found)


def outcomes(ledger: Ledger, finding: Hash) -> tuple[Consequence, ...]:
    """What came of a finding: every proposal that answers it, with its verdict and what happened since."""
    history = History(ledger)
    return tuple(
        _consequence(one, history)
        for one in history.tried
        if one.proposal.finding and one.proposal.finding.hash == finding
    )


def _keyed(ledger: Ledger, kind: Kind, record: type[R]) -> list[tuple[Hash, R]]:
    """The records of a kind by id; what this version of specloop cannot read is left out, `verify` names it."""
    found = []
    for entry in ledger.entries(kind):
        with suppress(ValidationError):
            found.append((entry.record, entry.read(record)))
    return found


def _tried(ledger: Ledger) -> Iterator[Tried]:
    trials: dict[Hash, list[tuple[Hash, Trial]]] = {}
    for key, trial in _keyed(ledger, "trial", Trial):
        trials.setdefault(trial.proposal, []).append((key, trial))
    verdicts: dict[Hash, list[tuple[Hash, Verdict]]] = {}
    for key, verdict in _keyed(ledger, "verdict", Verdict):
        verdicts.setdefault(verdict.trial, []).append((key, verdict))
    for at, proposal in _keyed(ledger, "proposal", Proposal):
        if at not in trials:
            yield Tried(proposal, at)
        for trial_id, trial in trials.get(at, ()):
            for verdict_id, verdict in verdicts.get(trial_id, ()):
                yield Tried(proposal, at, trial, trial_id, verdict, verdict_id)
            if trial_id not in verdicts:
                yield Tried(proposal, at, trial, trial_id)


def _ancestor(key: Hash, parent: Hash | None, tried: Tried | None) -> Ancestor:
    if tried is None:
        return Ancestor(policy=key, parent=parent)
    finding = tried.proposal.finding
    return Ancestor(
        policy=key,
        parent=parent,
        proposal=tried.proposal_id,
        trial=tried.trial_id,
        verdict=tried.verdict_id,
        accepted=tried.verdict.accepted if tried.verdict else None,
        what=tried.proposal.what,
        finding=finding.hash if finding else None,
        explanation=finding.explanation if finding else "",
        trace_ids=tried.proposal.trace_ids,
        span_ids=finding.span_ids if finding else (),
    )


def _consequence(tried: Tried, history: History) -> Consequence:
    policy, verdict = tried.trial.new if tried.trial else None, tried.verdict
    adopted = verdict is not None and any(one.verdict == tried.verdict_id for one in history.adopted)
    gone = [one.reason for one in history.rolled_back if one.policy == policy] if adopted else []
    return Consequence(
        proposal=tried.proposal_id,
        what=tried.proposal.what,
        trial=tried.trial_id,
        policy=policy,
        verdict=tried.verdict_id,
        accepted=verdict.accepted if verdict else None,
        reason=verdict.reason if verdict else "",
        adopted=adopted,
        rolled_back=gone[-1] if gone else "",
    )

"""What was decided in a ledger: a decision for each proposal, rollback and end of an `improve`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import Literal, NamedTuple, TypeVar

from pydantic import ValidationError

from systems.hashed import Hash, Record
from systems.ledger import SHIPPED, Entry, Kind, pending
from systems.policy import Policy
from systems.trials import Adopted, Declined, Improved, Proposal, RolledBack, Trial, Verdict

R = TypeVar("R", bound=Record)
Outcome = Literal["adopted", "pending", "declined", "accepted", "rejected", "not judged", "rolled back", "improved"]


class Decision(NamedTuple):
    """One proposal and what came of it, one rollback, or the end of one `improve`.

    Attributes:
        entry: the entry that decided it: the verdict, the rollback, else the proposal.
        outcome: `pending` is an accepted verdict that waits for a person; `accepted` one that nobody will act on.
        policy: the policy that was tried, or given up; None where nothing was tried.
        parent: the policy it was compared with, or that holds again.
        verdict_id: id of the verdict.
        declined: the person's word against it, where they declined it.
        undone: the rollback that ended an adoption.
        back: the rollback, where this is one.
        improved: what an `improve` came to, where this is its end.
    """

    entry: Entry
    outcome: Outcome
    policy: Hash | None
    parent: Hash
    proposal: Proposal | None = None
    trial: Trial | None = None
    verdict: Verdict | None = None
    verdict_id: Hash | None = None
    declined: Declined | None = None
    undone: RolledBack | None = None
    back: RolledBack | None = None
    improved: Improved | None = None

    @property
    def model(self) -> str:
        """Model that it is about."""
        return self.trial.model if self.trial else self.entry.model

    @property
    def why(self) -> str:
        """Why it was decided so, without the word for the outcome."""
        if self.improved:
            return self.improved.stopped
        return bare(self.verdict.reason if self.verdict else self.back.reason if self.back else "")


class Told(NamedTuple):
    """A ledger in the words of people.

    Attributes:
        entries: all that are sound, in their order.
        policies: every policy by id, the shipped ones among them where something refers to them.
        decisions: in their order.
        active: id of the policy that holds, by model.
    """

    entries: tuple[Entry, ...]
    policies: dict[Hash, Policy]
    decisions: list[Decision]
    active: dict[str, Hash]


def name(key: Hash | None) -> str:
    """What a policy is called: its name where it is shipped, else the beginning of its id."""
    return "" if key is None else _names().get(key, key[:12])


@cache
def _names() -> dict[Hash, str]:
    return {policy.hash: word for word, policy in SHIPPED.items()}


def bare(reason: str) -> str:
    """A reason without the outcome that it begins with, where that stands beside it."""
    for word in ("Accepted: ", "Rejected: ", "Rolled back: "):
        if reason.startswith(word):
            reason = reason.removeprefix(word)
            return reason[:1].upper() + reason[1:]
    return reason


def told(entries: Sequence[Entry]) -> Told:
    """Entries as decisions; what this version of specloop cannot read is left out, `verify` names it."""
    policies = dict(_read(entries, "policy", Policy))
    active: dict[str, Hash] = {}
    for entry in entries:
        active.update((entry.model, one.policy) for _, one in _read([entry], "adopted", Adopted))
        active.update((entry.model, one.to) for _, one in _read([entry], "rolled_back", RolledBack))
    found = sorted((*_proposals(entries), *_events(entries)), key=lambda one: one.entry.number)
    return Told(tuple(entries), policies, found, active)


def _proposals(entries: Sequence[Entry]) -> Iterator[Decision]:
    by_number = {entry.record: entry for entry in entries}
    trials = dict(_read(entries, "trial", Trial))
    verdicts = dict(_read(entries, "verdict", Verdict))
    adopted = {(one.verdict, one.policy) for _, one in _read(entries, "adopted", Adopted)}
    declined = {one.verdict: one for _, one in _read(entries, "declined", Declined)}
    waits = {one.key for one in pending(entries)}
    for key, proposal in _read(entries, "proposal", Proposal):
        judged = [(at, verdict) for at, verdict in verdicts.items() if verdict.proposal == key]
        for at, verdict in judged:
            trial = trials.get(verdict.trial)
            policy = trial.new if trial else None
            was = (at, policy) in adopted
            outcome: Outcome = "accepted" if verdict.accepted else "rejected"
            outcome = "adopted" if was else "declined" if at in declined else "pending" if at in waits else outcome
            undone = _undone(entries, by_number[at].number, policy) if was else None
            yield Decision(
                by_number[at], outcome, policy, proposal.policy, proposal, trial, verdict, at, declined.get(at), undone
            )
        if not judged:
            trial = next((one for one in trials.values() if one.proposal == key), None)
            policy = trial.new if trial else None
            yield Decision(by_number[key], "not judged", policy, proposal.policy, proposal, trial)


def _undone(entries: Sequence[Entry], number: int, policy: Hash | None) -> RolledBack | None:
    later = [entry for entry in entries if entry.kind == "rolled_back" and entry.number > number]
    return next((back for _, back in _read(later, "rolled_back", RolledBack) if back.policy == policy), None)


def _events(entries: Sequence[Entry]) -> Iterator[Decision]:
    for entry in entries:
        for _, back in _read([entry], "rolled_back", RolledBack):
            yield Decision(entry, "rolled back", back.policy or None, back.to, back=back)
        for _, improved in _read([entry], "improved", Improved):
            yield Decision(entry, "improved", improved.after, improved.before, improved=improved)


def _read(entries: Sequence[Entry], kind: Kind, record: type[R]) -> Iterator[tuple[Hash, R]]:
    for entry in entries:
        if entry.kind == kind:
            with suppress(ValidationError):
                yield entry.record, entry.read(record)

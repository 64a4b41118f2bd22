"""A session of `improve` in the ledger: where it began, where it stands, and what it has spent of its error rate."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from systems.ledger import Entry, Ledger
from systems.policy import Policy
from systems.records import Hash
from systems.trials import Improved, Improving, Verdict


class Session(NamedTuple):
    """One `improve`, begun now or gone on with.

    Attributes:
        began: id of its entry in the ledger.
        seed: of the order in which cases are played.
        before: policy it began with.
        now: policy that it has reached.
        verdicts: reached so far; each has spent its share of the error rate.
    """

    began: Hash
    seed: int
    before: Policy
    now: Policy
    verdicts: tuple[Verdict, ...]


def session(ledger: Ledger, *, start: Policy, model: str, seed: int) -> Session:
    """The session that was interrupted for this model, else a new one.

    Args:
        ledger: of the project.
        start: policy that a new session begins with.
        model: model it is about.
        seed: of a new session.
    """
    entry = _interrupted(ledger, model)
    if entry is None:
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        ledger.append("policy", start)
        record = Improving(policy=start.hash, model=model, seed=seed, began=now)
        return Session(ledger.append("improving", record, model=model), seed, start, start, ())
    begun = entry.read(Improving)
    before = ledger.policy(begun.policy)
    adopted = any(one.number > entry.number and one.model == model for one in ledger.entries("adopted"))
    now_active = ledger.active(model) if adopted else None
    return Session(entry.record, begun.seed, before, now_active or before, _verdicts(ledger, entry))


def _interrupted(ledger: Ledger, model: str) -> Entry | None:
    ended = {entry.read(Improved).began for entry in ledger.entries("improved")}
    open_ones = [one for one in ledger.entries("improving") if one.model == model and one.record not in ended]
    return open_ones[-1] if open_ones else None


def _verdicts(ledger: Ledger, since: Entry) -> tuple[Verdict, ...]:
    later = (one for one in ledger.entries("verdict") if one.number > since.number and one.model == since.model)
    return tuple(one.read(Verdict) for one in later)

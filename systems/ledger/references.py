"""What an entry refers to must be there before it, and must fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

from systems.hashed import Hash, Record
from systems.policy import Policy
from systems.trials import Adopted, Declined, Improved, Improving, Proposal, RolledBack, Trial, Verdict

R = TypeVar("R", bound=Record)


class Known(Protocol):
    """What is in the ledger already."""

    def has(self, kind: type[Record], key: Hash) -> bool:
        """Whether there is a record of this kind with this id, be it damaged."""

    def get(self, kind: type[R], key: Hash) -> R | None:
        """That record; None when it is not there or cannot be read."""


def faults(record: Record, known: Known, *, model: str) -> Iterator[str]:
    """What a record refers to that is not there or does not fit, a sentence each.

    Args:
        record: the record.
        known: what was in the ledger before it.
        model: the model it holds for.
    """
    match record:
        case Policy(parent=parent) if parent is not None:
            yield from _missing(known, parent=(Policy, parent))
        case Proposal():
            yield from _missing(known, policy=(Policy, record.policy))
        case Trial():
            sides = {"old policy": (Policy, record.old), "new policy": (Policy, record.new)}
            yield from _missing(known, proposal=(Proposal, record.proposal), **sides)
        case Verdict():
            yield from _missing(known, proposal=(Proposal, record.proposal), trial=(Trial, record.trial))
            trial = known.get(Trial, record.trial)
            if trial and trial.proposal != record.proposal:
                yield "its trial is about another proposal"
        case Adopted() | Declined():
            yield from _missing(known, policy=(Policy, record.policy), verdict=(Verdict, record.verdict))
            yield from _unproven(record, known, model)
        case Improving():
            yield from _missing(known, policy=(Policy, record.policy))
        case Improved():
            yield from _missing(known, beginning=(Improving, record.began))
        case RolledBack():
            policy = {"policy": (Policy, record.policy)} if record.policy else {}
            yield from _missing(known, **policy, **{"policy it goes back to": (Policy, record.to)})


def _missing(known: Known, **references: tuple[type[Record], Hash]) -> Iterator[str]:
    for what, (kind, key) in references.items():
        if not known.has(kind, key):
            yield f"its {what} {key[:12]} is not in the ledger before it"


def _unproven(adopted: Adopted | Declined, known: Known, model: str) -> Iterator[str]:
    verdict = known.get(Verdict, adopted.verdict)
    if verdict is None:
        return
    if not verdict.accepted:
        yield f"its verdict {adopted.verdict[:12]} rejected the policy"
    trial = known.get(Trial, verdict.trial)
    if trial and trial.new != adopted.policy:
        yield f"its verdict {adopted.verdict[:12]} is about another policy"
    if trial and trial.model != model:
        yield f"its verdict {adopted.verdict[:12]} is about another model ({trial.model})"

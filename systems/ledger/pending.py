"""What waits for a person: policies that have won their trial, and that were neither adopted nor declined since."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from systems.hashed import Hash
from systems.ledger.entries import Entry, Kind
from systems.trials import Declined, Verdict

if TYPE_CHECKING:
    from systems.ledger.store import Ledger


class Pending(NamedTuple):
    """An accepted verdict that was not acted on.

    Attributes:
        key: id of the verdict.
        verdict: the verdict.
        model: whose policy it is about.
    """

    key: Hash
    verdict: Verdict
    model: str


def waiting(ledger: Ledger) -> tuple[Pending, ...]:
    """What waits in a ledger, oldest first; trials, which are long, are not read for it."""
    kinds: tuple[Kind, ...] = ("verdict", "adopted", "declined", "rolled_back")
    found = (entry for kind in kinds for entry in ledger.entries(kind))
    return pending(sorted(found, key=lambda entry: entry.number))


def pending(entries: Sequence[Entry]) -> tuple[Pending, ...]:
    """What waits, oldest first; a verdict is past once another policy was adopted, or gone back to, for its model.

    Args:
        entries: in their order; those of kind verdict, adopted, declined and rolled_back count.
    """
    waits: dict[Hash, Pending] = {}
    for entry in entries:
        with suppress(ValidationError):  # a verdict of a later version of specloop is not acted on by this one
            if entry.kind == "verdict" and (verdict := entry.read(Verdict)).accepted:
                waits[entry.record] = Pending(entry.record, verdict, entry.model)
            elif entry.kind == "declined":
                waits.pop(entry.read(Declined).verdict, None)
            elif entry.kind in ("adopted", "rolled_back"):
                waits = {key: one for key, one in waits.items() if one.model != entry.model}
    return tuple(waits.values())

"""Every hash of the ledger computed again, every reference followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from pydantic import ValidationError

from systems.hashed import Hash, Record
from systems.ledger.chain import GUARDS, Chain, Disagreement, line_of
from systems.ledger.entries import FIRST, KINDS, Row, entry
from systems.ledger.references import faults

R = TypeVar("R", bound=Record)


class _Seen:
    """What stood before the entry that is looked at."""

    def __init__(self) -> None:
        self._records: dict[tuple[type[Record], Hash], Record | None] = {}

    def add(self, kind: type[Record], key: Hash, record: Record | None) -> None:
        """Remember a record; None where it cannot be read, which is told once and not at all that refer to it."""
        self._records[kind, key] = self._records.get((kind, key)) or record

    def has(self, kind: type[Record], key: Hash) -> bool:
        """Whether it was there."""
        return (kind, key) in self._records

    def get(self, kind: type[R], key: Hash) -> R | None:
        """The record, where it could be read."""
        found = self._records.get((kind, key))
        return found if isinstance(found, kind) else None


def verify(chain: Chain) -> tuple[Disagreement, ...]:
    """What does not agree, in the order of the entries."""
    rows = chain.rows(bodies=True)
    found = [*_guards(chain), *_rows(rows), *_note(chain, rows)]
    return tuple(sorted(found, key=lambda one: one.number))


def broken_links(rows: list[Row], previous: Hash | None = None, number: int | None = None) -> Iterator[Disagreement]:
    """Rows that do not match their hash, bodies left out, or do not follow the row before.

    Args:
        rows: in their order.
        previous: hash of the row before the first; None where it does not matter.
        number: number of the row before the first; None where it does not matter.
    """
    for row in rows:
        if number is not None and row.number != number + 1:
            yield _about(row, f"{_range(number + 1, row.number - 1)} before it missing: removed from the database")
        elif previous is not None and row.previous != previous:
            yield _about(row, "it does not follow the entry before it: one of the two was changed or replaced")
        if not row.is_sealed:
            yield _about(row, "it was changed: it does not match its hash")
        number, previous = row.number, row.seal


def unnoted(chain: Chain, rows: list[Row], after: Row | None = None) -> Iterator[Disagreement]:
    """Entries that the note beside the database knows and the database does not.

    Args:
        chain: the ledger.
        rows: its rows.
        after: look only at what was noted after this row.
    """
    lines = {row.number: line_of(row) for row in rows}
    noted = chain.note.lines() or []
    start = noted.index(line_of(after)) + 1 if after and line_of(after) in noted else 0
    for place, line in enumerate(noted[start:], start + 1):
        first = line.partition(" ")[0]
        number = int(first) if first.isascii() and first.isdigit() and len(first) < 16 else 0
        written = lines.get(number, "")
        if not line or written.startswith(line):  # a line that was cut off by a kill is written again
            continue
        if not number:
            what = f"line {place} of {chain.note.name} cannot be read: it was changed"
        elif written:
            what = f"{chain.note.name} knows it by another hash: it was replaced, or the note was changed"
        else:
            what = f"{chain.note.name} knows it, the database does not: removed, or the database is another one"
        yield Disagreement(number=number, kind="", record="", what=what)


def _rows(rows: list[Row]) -> Iterator[Disagreement]:
    seen = _Seen()
    broken: dict[int, list[Disagreement]] = {}
    for one in broken_links(rows, FIRST, 0):
        broken.setdefault(one.number, []).append(one)
    for row in rows:
        yield from broken.get(row.number, ())
        yield from _body(row, seen)


def _body(row: Row, seen: _Seen) -> Iterator[Disagreement]:
    known = next((kind for name, kind in KINDS.items() if name == row.kind), None)
    found = entry(row)
    if found is None:
        if known:
            seen.add(known, row.record, None)
        if row.is_sealed:
            what = "its body was changed: it does not match its hash"
            yield _about(row, "this version of specloop does not know its kind" if row.is_sound else what)
        return
    if known is None or known is Record:
        return
    try:
        record = found.read(known)
    except ValidationError as error:
        seen.add(known, row.record, None)
        where = ".".join(map(str, error.errors()[0]["loc"]))
        yield _about(row, f"this version of specloop cannot read it ({where}: {error.errors()[0]['msg']})")
        return
    yield from (_about(row, what) for what in faults(record, seen, model=row.model))
    seen.add(known, row.record, record)


def _guards(chain: Chain) -> Iterator[Disagreement]:
    if missing := sorted(set(GUARDS) - chain.guards()):
        what = f"the triggers that keep entries from being changed are gone: {', '.join(missing)}"
        yield Disagreement(number=0, kind="", record="", what=what)


def _note(chain: Chain, rows: list[Row]) -> Iterator[Disagreement]:
    if rows and chain.note.lines() is None:
        what = f"{chain.note.name} is gone: whether the last entries were removed cannot be said"
        yield Disagreement(number=0, kind="", record="", what=what)
    yield from unnoted(chain, rows)


def _about(row: Row, what: str) -> Disagreement:
    return Disagreement(number=max(0, row.number), kind=row.kind, record=row.record, what=what)


def _range(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"

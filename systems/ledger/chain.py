"""The rows of the ledger, each following the one before, and a note of every hash beside them.

Contract: rows are only ever added, at the end, by one writer at a time; triggers refuse everything else. What goes
around the triggers shows: a changed row no longer matches its hash, a removed or forged one no longer fits its
neighbours, and the last ones are missed by the note (`note.py`: a line with number and hash for each entry).
What cannot be noticed: somebody who writes to both and computes all hashes anew; there is no secret in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from pydantic import Field

from systems.errors import Busy
from systems.hashed import Hash, Record
from systems.ledger.entries import FIRST, Row, body_hash, sealed
from systems.ledger.note import note_of
from systems.stores import Place, open_tables
from systems.stores.locks import taken
from systems.stores.sqlite import BUSY_SECONDS, Database, Migrations

migrations = Migrations("ledger")
GUARDS = ("ledger_no_update", "ledger_no_delete", "ledger_at_the_end")
Clock = Callable[[], datetime]
_COLUMNS = "number, seal, previous, kind, at, model, record"


class Disagreement(Record):
    """Something in the ledger that is not as it was written."""

    number: int = Field(ge=0, description="Number of the entry; 0 where it is not about one entry")
    kind: str = Field(description="Kind of the entry")
    record: Hash = Field(description="Id of what the entry keeps")
    what: str = Field(description="What does not agree, in one sentence")


@migrations()
def create_ledger(database: Database) -> None:
    """One row an entry. The body comes last: what does not need it does not read it."""
    for statement in (
        "CREATE TABLE ledger (number INTEGER PRIMARY KEY, seal TEXT NOT NULL UNIQUE, previous TEXT NOT NULL UNIQUE,"
        " kind TEXT NOT NULL, at TEXT NOT NULL, model TEXT NOT NULL, record TEXT NOT NULL, body BLOB NOT NULL)",
        "CREATE INDEX ledger_records ON ledger (record)",
        "CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger"
        " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger"
        " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER ledger_at_the_end BEFORE INSERT ON ledger"
        " WHEN NEW.number != (SELECT coalesce(max(number), 0) + 1 FROM ledger) OR NEW.previous !="
        f" coalesce((SELECT seal FROM ledger ORDER BY number DESC LIMIT 1), '{FIRST}')"
        " BEGIN SELECT RAISE(ABORT, 'a ledger entry follows the last one'); END",
    ):
        database.execute(statement)


class Chain:
    """The rows of one ledger.

    Attributes:
        check: called before anything is written; raises where that must not be.
    """

    def __init__(self, place: Place, clock: Clock) -> None:
        self.place = place
        self._clock = clock
        self.check: Callable[[], None] = lambda: None
        self._tables = open_tables(place, migrations, durable=True, tolerant=True)
        self.note = note_of(place, self._tables)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nobody else writes meanwhile; all that is added in the block is kept, or nothing.

        Raises:
            Busy: another process writes to the ledger for longer than a store may be busy.
            Missing: the store is damaged or cannot be written.
        """
        with self._alone():
            with self._tables.transaction():
                self.check()
                yield
            self._write_note()

    def add(self, kind: str, model: str, body: bytes) -> Row:
        """Add a row at the end, inside `writing`."""
        last = self.last()
        at = self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
        number, previous = (last.number + 1, last.seal) if last else (1, FIRST)
        row = Row(number, "", previous, kind, at, model, body_hash(body), body)
        row = row._replace(seal=sealed(row))
        self._tables.run(f"INSERT INTO ledger ({_COLUMNS}, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *row)
        return row

    def last(self) -> Row | None:
        """The newest row, without its body."""
        return next(iter(self.rows("ORDER BY number DESC LIMIT 1")), None)

    def rows(self, clause: str = "ORDER BY number", *values: object, bodies: bool = False) -> list[Row]:
        """The rows that a clause selects, as they stand."""
        columns = f"{_COLUMNS}, body" if bodies else _COLUMNS
        return [_row(values) for values in self._tables.rows(f"SELECT {columns} FROM ledger {clause}", *values)]

    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind."""
        rows = self._tables.rows("SELECT kind, count(*) FROM ledger GROUP BY kind")
        return {str(kind): int(count) for kind, count in rows}

    def guards(self) -> set[str]:
        """The triggers that are there."""
        return self._tables.triggers() & set(GUARDS)

    def close(self) -> None:
        """Close the store."""
        self._tables.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the ledger's lock, so that the note is in the order of the entries."""
        lock = taken(self.place, "ledger", seconds=BUSY_SECONDS)
        if lock is None:
            raise Busy(f"Another process writes to the ledger {self.place}.", mend="Wait for it, then try again.")
        try:
            yield
        finally:
            lock.release()

    def _write_note(self) -> None:
        """Note every entry that is not noted yet: the new ones, and those of a process that was killed here."""
        noted = set(self.note.lines() or ())
        if missing := [line for row in self.rows() if (line := line_of(row)) not in noted]:
            self.note.add(missing)


def line_of(row: Row) -> str:
    """An entry's line in the note."""
    return f"{row.number} {row.seal}"


def _row(values: tuple[object, ...]) -> Row:
    """A row whose columns have the types they should have, also where somebody put something else there."""
    number, seal, previous, kind, at, model, record = map(str, values[:7])
    body = values[7] if len(values) > 7 else None
    whole = body if isinstance(body, bytes) else None if body is None else str(body).encode("utf-8", "surrogatepass")
    return Row(int(number), seal, previous, kind, at, model, record, whole)

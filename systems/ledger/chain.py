"""The rows of the ledger in SQLite, each following the one before, and a note of every hash beside the database.

Contract: rows are only ever added, at the end, by one writer at a time; triggers refuse everything else. What goes
around the triggers shows: a changed row no longer matches its hash, a removed or forged one no longer fits its
neighbours, and the last ones are missed by the note (`specloop.heads`: a line with number and hash for each entry).
What cannot be noticed: somebody who writes to both files and computes all hashes anew; there is no secret in them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field

from systems.database import BUSY_SECONDS, Database, Migrations, mapped, open_database
from systems.errors import Busy
from systems.hashed import Hash, Record
from systems.ledger.entries import FIRST, Row, body_hash, sealed
from systems.locks import taken

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
    """The rows of one ledger."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self.note = path.with_suffix(".heads")
        self._lock = threading.RLock()
        self._database = open_database(path, migrations)
        self._database.conn.text_factory = lambda text: text.decode("utf-8", "backslashreplace")
        self._database.conn.execute("PRAGMA synchronous=FULL")  # what the note says must be in the database

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nobody else writes meanwhile; all that is added in the block is kept, or nothing.

        Raises:
            Busy: another process writes to the ledger for longer than a store may be busy.
            Missing: the store is damaged or cannot be written.
        """
        with self._lock, self._alone():
            connection = self._database.conn
            with mapped(self.path):
                connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                with mapped(self.path):
                    connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            with mapped(self.note):
                self._write_note()

    def add(self, kind: str, model: str, body: bytes) -> Row:
        """Add a row at the end, inside `writing`."""
        last = self.last()
        at = self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
        number, previous = (last.number + 1, last.seal) if last else (1, FIRST)
        row = Row(number, "", previous, kind, at, model, body_hash(body), body)
        row = row._replace(seal=sealed(row))
        with mapped(self.path):
            self._database.conn.execute(f"INSERT INTO ledger ({_COLUMNS}, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return row

    def last(self) -> Row | None:
        """The newest row, without its body."""
        return next(iter(self.rows("ORDER BY number DESC LIMIT 1")), None)

    def rows(self, clause: str = "ORDER BY number", *values: object, bodies: bool = False) -> list[Row]:
        """The rows that a clause selects, as they stand."""
        columns = f"{_COLUMNS}, body" if bodies else _COLUMNS
        with self._lock, mapped(self.path):
            found = self._database.conn.execute(f"SELECT {columns} FROM ledger {clause}", values)
            return [_row(values) for values in found]

    def guards(self) -> set[str]:
        """The triggers that are there."""
        with self._lock, mapped(self.path):
            found = self._database.conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            return {str(name) for (name,) in found} & set(GUARDS)

    def noted(self) -> list[str] | None:
        """The lines of the note; None when there is no such file."""
        with mapped(self.note):
            try:
                return self.note.read_text(encoding="utf-8", errors="backslashreplace").removesuffix("\n").split("\n")
            except FileNotFoundError:
                return None

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the ledger's lock file, so that the note is in the order of the entries."""
        lock = taken(self.path.parent / "locks" / f"{self.path.stem}-ledger.lock", seconds=BUSY_SECONDS)
        if lock is None:
            raise Busy(f"Another process writes to the ledger {self.path}.", mend="Wait for it, then try again.")
        try:
            yield
        finally:
            lock.release()

    def _write_note(self) -> None:
        """Note every entry that is not noted yet: the new ones, and those of a process that was killed here."""
        noted = set(self.noted() or ())
        missing = [line for row in self.rows() if (line := line_of(row)) not in noted]
        with self.note.open("ab+") as file:
            file.seek(0, os.SEEK_END)
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    missing.insert(0, "")
            file.write("".join(f"{line}\n" for line in missing).encode())
            file.flush()
            os.fsync(file.fileno())


def line_of(row: Row) -> str:
    """An entry's line in the note."""
    return f"{row.number} {row.seal}"


def _row(values: tuple[object, ...]) -> Row:
    """A row whose columns have the types they should have, also where somebody put something else there."""
    number, seal, previous, kind, at, model, record = map(str, values[:7])
    body = values[7] if len(values) > 7 else None
    whole = body if isinstance(body, bytes) else None if body is None else str(body).encode("utf-8", "surrogatepass")
    return Row(int(number), seal, previous, kind, at, model, record, whole)

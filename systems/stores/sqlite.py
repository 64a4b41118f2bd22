"""A store in a SQLite file: WAL, a busy time-out, named migrations, and SQLite's errors in our words.

A damaged file is never repaired or replaced silently: `Missing(system="store")` names it and says how to move it aside.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from filelock import FileLock

from systems.errors import Missing

if TYPE_CHECKING:
    import aiosqlite

BUSY_SECONDS = 30
SHRINK_SECONDS = 5
SEALED = "sealed_"
"""What the names of tables begin with whose bodies only those who say so may read."""


@contextmanager
def _without(*modules: str) -> Iterator[None]:
    """Where pandas or numpy is installed, sqlite-utils imports it for column types that nobody uses here.

    That takes longer than everything else a short command does.
    """
    absent = [name for name in modules if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it fails, as if it were not installed
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with _without("pandas", "numpy"):
    from sqlite_utils import Database as Database
    from sqlite_utils import Migrations as Migrations


class SqliteTables:
    """The tables of one store in a file; see `systems.stores.tables.Tables`."""

    def __init__(
        self, path: Path, migrations: Migrations, *, durable: bool = False, tolerant: bool = False, sees: str = ""
    ) -> None:
        self.place = path
        self._lock = threading.RLock()
        self._database = open_database(path, migrations)
        self._connection: sqlite3.Connection = self._database.conn
        self._connection.set_authorizer(_but(sees))
        if durable:
            self._connection.execute("PRAGMA synchronous=FULL")
        if tolerant:
            self._connection.text_factory = lambda text: text.decode("utf-8", "backslashreplace")

    @property
    def aside(self) -> str:
        """The command that moves the file."""
        return f"mv {self.place} {self.place}.damaged"

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement selects."""
        with self._lock, mapped(self.place):
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        """The first row that a statement selects; None where there is none."""
        with self._lock, mapped(self.place):
            found: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return found

    def run(self, sql: str, *values: Any) -> int:
        """Carry out a statement, and return how many rows it concerned."""
        with self._lock, mapped(self.place):
            return self._connection.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> int:
        """Carry out a statement for each of many rows, all or none, and return how many rows it concerned."""
        with self.transaction(), mapped(self.place):
            return self._connection.executemany(sql, rows).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written in the block, or nothing; one within another belongs to it."""
        with self._lock:
            with mapped(self.place):
                within = self._connection.in_transaction
                if not within:
                    self._connection.execute("BEGIN IMMEDIATE")
            if within:
                yield
                return
            try:
                yield
                with mapped(self.place):
                    self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def triggers(self) -> set[str]:
        """Names of the triggers that are there."""
        return {str(name) for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}

    def now(self) -> float:
        """The time on this machine."""
        return time.time()

    def close(self) -> None:
        """Close the file."""
        with self._lock, mapped(self.place):
            self._database.close()


def _but(seen: str) -> Callable[..., int]:
    """SQLite's authorizer that lets nobody read the bodies of a sealed table, but of the one that may be seen.

    https://sqlite.org/c3ref/set_authorizer.html
    """

    def sealing(action: int, table: str | None, column: str | None, *_: str | None) -> int:
        reads = action == sqlite3.SQLITE_READ and column == "body" and (table or "").startswith(SEALED)
        return sqlite3.SQLITE_DENY if reads and table != seen else sqlite3.SQLITE_OK

    return sealing


def open_database(path: Path, migrations: Migrations) -> Database:
    """Open or create a database and bring it up to date.

    Raises:
        Missing: the file is damaged, cannot be written, or the disk is full.
    """
    with mapped(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):  # processes that open a new file at once race for WAL and migrations
            return _open(path, migrations)


def shrink(path: Path) -> int:
    """Give the space of what was deleted back to the disk; while others use the file it stays, for what comes next.

    Returns:
        Bytes given back.

    Raises:
        Missing: the file is damaged, or the disk has no room for the copy that SQLite makes of it.
    """
    with mapped(path), closing(sqlite3.connect(path, timeout=SHRINK_SECONDS, isolation_level=None)) as own:
        own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        held = path.stat().st_size
        try:
            own.execute("VACUUM")
            own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
        return max(0, held - path.stat().st_size)


def on_the_loop(path: Path) -> aiosqlite.Connection:
    """A connection for a caller on an event loop, to be entered; no call leaves a transaction open.

    One that waited for the loop to end it would keep every other connection from writing while the loop is busy, and
    for good where the caller is cancelled.
    """
    import aiosqlite

    return aiosqlite.connect(path, timeout=BUSY_SECONDS, isolation_level=None, factory=_Whole)


class _Whole(sqlite3.Connection):
    """Without a transaction around it a statement is whole by itself; only `executemany` needs one of its own."""

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or _AllOrNone)


class _AllOrNone(sqlite3.Cursor):
    def executemany(self, sql: str, rows: Iterable[Any], /) -> Self:
        self.execute("BEGIN IMMEDIATE")
        try:
            super().executemany(sql, rows)
        except BaseException:
            self.execute("ROLLBACK")
            raise
        self.execute("COMMIT")
        return self


@contextmanager
def mapped(path: Path) -> Iterator[None]:
    """Turn SQLite's and the file system's errors into `Missing`, naming the file and the way out."""
    try:
        yield
    except (sqlite3.DatabaseError, OSError) as error:
        raise _missing(path, error) from error


def _missing(path: Path, error: Exception) -> Missing:
    words = str(error)
    if "full" in words or "No space left" in words:
        return Missing(
            f"The disk is full: {path} could not be written.", system="disk", mend="Free some space and resume."
        )
    if "readonly" in words or "unable to open" in words or isinstance(error, PermissionError):
        return Missing(
            f"{path} cannot be written ({words}).", system="store", mend="Give yourself write permission there."
        )
    if "locked" in words:
        return Missing(
            f"{path} stayed locked for {BUSY_SECONDS} s.", system="store", mend="Stop the program that holds it."
        )
    return Missing(
        f"The store {path} is damaged ({words}).",
        system="store",
        mend=f"Move it aside (mv {path} {path}.damaged) and run again; documents in the project are not touched.",
    )


def _open(path: Path, migrations: Migrations) -> Database:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    with ExitStack() as failed:
        failed.callback(connection.close)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        database = Database(connection)
        migrations.apply(database)
        failed.pop_all()
    return database

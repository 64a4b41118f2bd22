"""What a store needs of a database.

Statements are said once, in the SQL that SQLite and PostgreSQL share: `?` for a value, `ON CONFLICT` for what is there
already, `rowid` for the order of entry, no functions that only one of them has. Whatever goes wrong comes out as
`Missing(system="store")` or `Missing(system="disk")`, naming the place and the way out.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from systems.stores.place import Place

if TYPE_CHECKING:
    from systems.stores.sqlite import Migrations


class Tables(Protocol):
    """The tables of one store; safe to use from several threads, and beside other processes."""

    @property
    def place(self) -> Place:
        """Where they are."""

    @property
    def aside(self) -> str:
        """How a person moves a damaged store out of the way, in words."""

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement selects."""

    def row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        """The first row that a statement selects; None where there is none."""

    def run(self, sql: str, *values: Any) -> int:
        """Carry out a statement, and return how many rows it concerned."""

    def run_many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> int:
        """Carry out a statement for each of many rows, all or none, and return how many rows it concerned."""

    def transaction(self) -> AbstractContextManager[None]:
        """Keep all that is written in the block, or nothing; nobody else writes to this store meanwhile."""

    def triggers(self) -> set[str]:
        """Names of the triggers that are there."""

    def now(self) -> float:
        """Seconds since the epoch by the clock of the store, which is the same for all machines that share it."""

    def close(self) -> None:
        """Give the connection back; the tables are of no use afterwards."""


def open_tables(
    place: Place, migrations: Migrations, *, durable: bool = False, tolerant: bool = False, sees: str = ""
) -> Tables:
    """Open the tables of a store, made or brought up to date where they are not.

    Args:
        place: where the stores of the project are.
        migrations: those of this store, for SQLite; its name is that of the migrations for PostgreSQL (`layout.py`).
        durable: what was kept outlives a power cut too, not only the end of the process.
        tolerant: text that was damaged comes as far as it can be read, and is no error.
        sees: the sealed table whose bodies may be read; by default none may.

    Raises:
        Missing: the store is damaged, cannot be reached or written, is newer than this version, or the disk is full.
    """
    if isinstance(place, Path):
        from systems.stores.sqlite import SqliteTables

        return SqliteTables(place, migrations, durable=durable, tolerant=tolerant, sees=sees)
    from systems.stores.postgres import PostgresTables

    return PostgresTables(place, migrations.name, sees=sees)

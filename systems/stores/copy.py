"""A project's history taken along from a SQLite file into PostgreSQL, and compared there row by row.

Every table is copied in one transaction, which only stands if both have the same rows then. So a copy that was broken
off is begun again and goes on: a table that is there as it should be is left alone, and one with other rows is never
touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field

from systems import case_tables, documents, results, run_tables
from systems.access import replies
from systems.errors import Missing
from systems.hashed import Record
from systems.ledger import chain
from systems.ledger.note import note_of
from systems.mcp import reads
from systems.stores.place import Place, Schema
from systems.stores.sqlite import Migrations
from systems.stores.tables import Tables, open_tables

PAGE = 500
TABLES: dict[str, Migrations] = {
    **dict.fromkeys(("documents", "writes", "versions"), documents.migrations),
    **dict.fromkeys(("runs", "stops"), run_tables.migrations),
    "results": results.migrations,
    "replies": replies.migrations,
    **dict.fromkeys(("cases", "claims", "bodies", "sealed_bodies", "sealed_uses", "harvests"), case_tables.migrations),
    "reads": reads.migrations,
    "ledger": chain.migrations,
}
"""Every table but those of the spans, in the order in which they are copied."""
NOTE = "ledger_heads"


class Copied(Record):
    """What of one table was taken along."""

    table: str
    rows: int = Field(description="Rows of the table, the same in both places now")
    new: bool = Field(description="Whether they were copied now; false: they were there already")


class Content(NamedTuple):
    """How many rows a table has, and what is in them, whatever their order where that says nothing."""

    rows: int
    digest: int


class _Shape(NamedTuple):
    """How a table is read: its columns, and those by which its rows are in order."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


def copy_tables(source: Path, target: Schema) -> Iterator[Copied]:
    """Copy every table, one after the other.

    Raises:
        Missing: one of the two is damaged or cannot be reached, the target has another history of the project, or
            somebody writes to one of them meanwhile.
    """
    for table, migrations in TABLES.items():
        sees = table if table.startswith("sealed_") else ""
        old = open_tables(source, migrations, sees=sees)
        with closing(old), closing(open_tables(target, migrations, sees=sees)) as new:
            yield _copied(table, old, new)
    with closing(open_tables(target, chain.migrations)) as new:
        yield _copied_note(source, target, new)


def another(table: str, target: Place) -> Missing:
    """The error for a target that is not empty."""
    return Missing(
        f"{target} has another history of this project: its {table} differ.",
        system="store",
        mend="Copy into an empty database, or go on there without copying.",
    )


def digest(rows: Iterable[tuple[Any, ...]], *, ordered: bool = False) -> Content:
    """Count and compare rows without keeping them: the sum of their SHA-256."""
    count = total = 0
    for row in rows:
        count += 1
        said = repr((count if ordered else 0, *map(_plain, row)))
        total += int.from_bytes(hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest(), "big")
    return Content(count, total % 2**256)


def _copied(table: str, old: Tables, new: Tables) -> Copied:
    given, taken = _shapes(table, old, new)
    ordered = taken.key == ("rowid",)
    before = digest(_rows(new, taken), ordered=ordered)
    content = digest(_rows(old, given), ordered=ordered)
    if before == content:
        return Copied(table=table, rows=content.rows, new=False)
    if before.rows:
        raise another(table, new.place)
    insert = f"INSERT INTO {table} ({', '.join(given.columns)}) VALUES ({', '.join('?' * len(given.columns))})"
    with new.transaction():
        for page in _pages(_rows(old, given)):
            new.run_many(insert, page)
        if digest(_rows(new, taken), ordered=ordered) != content:
            raise Missing(
                f"Table {table} in {new.place} is not what {old.place} has: somebody writes to one of them.",
                system="store",
                mend="Stop the runs of the project, and copy again.",
            )
    return Copied(table=table, rows=content.rows, new=True)


def _copied_note(source: Path, target: Schema, new: Tables) -> Copied:
    note = note_of(target, new)
    lines, there = note_of(source, new).lines() or [], note.lines() or []
    if there and there != lines:
        raise another(NOTE, target)
    if not there:
        note.add(lines)
    return Copied(table=NOTE, rows=len(lines), new=there != lines)


def _shapes(table: str, old: Tables, new: Tables) -> tuple[_Shape, _Shape]:
    """How a table is read in SQLite, where every row has a `rowid`, and in PostgreSQL, where some have."""
    said = old.rows("SELECT name, pk FROM pragma_table_info(?)", table)
    columns = tuple(str(name) for name, _ in said)
    primary = tuple(str(name) for name, place in sorted(said, key=lambda one: one[1]) if place)
    found = "SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema()"
    has_order = new.row(f"{found} AND table_name = ? AND column_name = 'rowid'", table)
    return _Shape(table, columns, ("rowid",)), _Shape(table, columns, ("rowid",) if has_order else primary)


def _rows(tables: Tables, shape: _Shape) -> Iterator[tuple[Any, ...]]:
    """The rows of a table in order, read page by page."""
    key, marks = ", ".join(shape.key), ", ".join("?" * len(shape.key))
    select = f"SELECT {key}, {', '.join(shape.columns)} FROM {shape.table}"
    page = tables.rows(f"{select} ORDER BY {key} LIMIT {PAGE}")
    while page:
        yield from (row[len(shape.key) :] for row in page)
        last = page[-1][: len(shape.key)]
        page = tables.rows(f"{select} WHERE ({key}) > ({marks}) ORDER BY {key} LIMIT {PAGE}", *last)


def _pages(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while page := list(islice(rows, PAGE)):
        yield page


def _plain(value: Any) -> Any:
    """A value as both engines give it back."""
    return bytes(value) if isinstance(value, memoryview | bytearray) else value

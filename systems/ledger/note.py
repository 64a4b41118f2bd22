"""The note of a ledger: number and hash of every entry, kept apart from the entries, so that removed ones are missed.

Beside a SQLite file it is a file; in PostgreSQL a table, whose owner can give the right to change it to nobody.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from systems.stores import Place, Tables
from systems.stores.sqlite import mapped


class Note(Protocol):
    """The lines of a note, oldest first."""

    @property
    def name(self) -> str:
        """What people know it by."""

    def lines(self) -> list[str] | None:
        """All lines; None when there is no note."""

    def add(self, lines: Sequence[str]) -> None:
        """Write lines at the end, for good."""


def note_of(place: Place, tables: Tables) -> Note:
    """The note of the ledger at a place."""
    return FileNote(place.with_suffix(".heads")) if isinstance(place, Path) else TableNote(tables)


class FileNote:
    """A note in a file beside the database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name

    def lines(self) -> list[str] | None:
        """All lines; None when there is no such file."""
        with mapped(self._path):
            try:
                text = self._path.read_text(encoding="utf-8", errors="backslashreplace")
            except FileNotFoundError:
                return None
        return text.removesuffix("\n").split("\n")

    def add(self, lines: Sequence[str]) -> None:
        """Write lines at the end, after one that was not finished."""
        with mapped(self._path), self._path.open("ab+") as file:
            file.seek(0, os.SEEK_END)
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    lines = ("", *lines)
            file.write("".join(f"{line}\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())


class TableNote:
    """A note in a table of the database."""

    name = "ledger_heads"

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def lines(self) -> list[str] | None:
        """All lines; None when there are none."""
        return [str(line) for (line,) in self._tables.rows("SELECT line FROM ledger_heads ORDER BY rowid")] or None

    def add(self, lines: Sequence[str]) -> None:
        """Write lines at the end."""
        self._tables.run_many("INSERT INTO ledger_heads (line) VALUES (?)", [(line,) for line in lines])

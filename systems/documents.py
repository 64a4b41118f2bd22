"""Document store: every text the state only refers to, under its hash.

Contract: a text is kept once, never changed and never deleted; `get` of what was `put` gives the same bytes back, or
`Missing` when the stored text no longer matches its hash. `write_file` replaces a project's file atomically.
"""

from __future__ import annotations

import errno
import os
import tempfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from systems.errors import Missing
from systems.records import Answer, Hash, LoopRecord, Record, canonical, content_hash
from systems.stores import Place, open_tables
from systems.stores.sqlite import Database, Migrations

R = TypeVar("R", bound=Record)
PERSON = "person"
migrations = Migrations("documents")
_NEWEST = """
SELECT path, number, hash, noted, by FROM versions
JOIN (SELECT max(rowid) AS newest, count(*) AS number FROM versions GROUP BY path) AS counted ON versions.rowid = newest
ORDER BY path
"""


@migrations()
def create_documents(database: Database) -> None:
    """Texts by hash, compressed."""
    database.table("documents").create({"hash": str, "body": bytes}, pk="hash")


@migrations()
def create_writes(database: Database) -> None:
    """Which text specloop last put into which file of the project, and what stood there before."""
    database.table("writes").create({"path": str, "hash": str, "before": str, "run_id": str}, pk="path")


@migrations()
def create_versions(database: Database) -> None:
    """Every text that a file of the project is known to have had."""
    columns = {"path": str, "hash": str, "noted": str, "by": str, "draft": str}
    database.table("versions").create(columns)
    database.table("versions").create_index(["path"])


class Version(Record):
    """A text that a file of the project had."""

    number: int = Field(description="Of this file, from 1, oldest first")
    text: Hash = Field(description="Hash of the text in the document store")
    noted: str = Field(description="ISO 8601, UTC; a person's text is noted when specloop next touches the file")
    by: str = Field(description="Id of the run that wrote it, or `person`")


class Documents:
    """The document store of one project."""

    def __init__(self, place: Place) -> None:
        self._tables = open_tables(place, migrations)

    def put(self, text: str) -> Hash:
        """Keep a text and return its hash."""
        key = content_hash(text)
        body = zlib.compress(text.encode("utf-8", "surrogatepass"))
        self._tables.run("INSERT INTO documents (hash, body) VALUES (?, ?) ON CONFLICT DO NOTHING", key, body)
        return key

    def get(self, key: Hash) -> str:
        """The text with this hash.

        Raises:
            Missing: it is not there, or it was changed behind the store's back.
        """
        row = self._tables.row("SELECT body FROM documents WHERE hash = ?", key)
        text = _unpacked(row[0]) if row else None
        if text is None or content_hash(text) != key:
            state = "missing from" if row is None else "damaged in"
            raise Missing(
                f"Document {key[:12]} is {state} {self._tables.place}.",
                system="store",
                mend="Start the run again: what is in the project's own files is safe.",
            )
        return text

    def put_record(self, record: Record) -> Hash:
        """Keep a record; its hash is the hash of its canonical JSON."""
        return self.put(canonical(record.model_dump(mode="json")))

    def get_record(self, key: Hash, kind: type[R]) -> R:
        """The record with this hash."""
        return kind.model_validate_json(self.get(key))

    def history(self, last: Hash | None) -> tuple[LoopRecord, ...]:
        """The loops of a run in order, from the hash of the last one."""
        loops: list[LoopRecord] = []
        while last:
            loops.append(self.get_record(last, LoopRecord))
            last = loops[-1].previous
        return tuple(reversed(loops))

    def answers_for(self, artifact: str, last: Hash | None) -> tuple[Answer, ...]:
        """The answers that a run drafted an artifact from, when it last asked for any.

        Args:
            artifact: OpenSpec artifact id.
            last: hash of the run's last loop.
        """
        asked = (loop.answers for loop in reversed(self.history(last)) if loop.step.artifact == artifact)
        return next(filter(None, asked), ())

    def note_write(self, path: str, *, after: Hash, before: Hash | None, run_id: str) -> None:
        """Remember, before it happens, that a file is about to get a text."""
        self._tables.run(
            "INSERT INTO writes (path, hash, before, run_id) VALUES (?, ?, ?, ?) ON CONFLICT (path)"
            " DO UPDATE SET hash = excluded.hash, before = excluded.before, run_id = excluded.run_id",
            *(path, after, before, run_id),
        )

    def forget_write(self, path: str) -> None:
        """The text that was to go into this file is not there any more."""
        self._tables.run("DELETE FROM writes WHERE path = ?", path)

    def last_write(self, path: str) -> tuple[Hash, Hash | None] | None:
        """(hash specloop last wrote there, hash of what stood there before), or None when it never wrote."""
        row = self._tables.row("SELECT hash, before FROM writes WHERE path = ?", path)
        return (row[0], row[1]) if row else None

    def note_version(self, path: str, text: Hash, *, by: str, draft: Hash | None = None) -> None:
        """Enter a text that a file has into the file's history, unless it is the last one there.

        Args:
            path: POSIX path relative to the project.
            text: its hash.
            by: id of the run that writes it, or `PERSON`.
            draft: hash of the draft that it came from, where that was merged with a person's changes.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._tables.transaction():
            row = self._tables.row("SELECT hash FROM versions WHERE path = ? ORDER BY rowid DESC LIMIT 1", path)
            if row is None or row[0] != text:
                sql = "INSERT INTO versions (path, hash, noted, by, draft) VALUES (?, ?, ?, ?, ?)"
                self._tables.run(sql, path, text, now, by, draft)

    def versions(self, path: str) -> tuple[Version, ...]:
        """The history of a file, oldest first."""
        rows = self._tables.rows("SELECT hash, noted, by FROM versions WHERE path = ? ORDER BY rowid", path)
        return tuple(
            Version(number=number, text=text, noted=noted, by=by)
            for number, (text, noted, by) in enumerate(rows, start=1)
        )

    def files(self, *, by: str | None = None) -> dict[str, Version]:
        """The newest version of every file that has any; its number is how many there are.

        Args:
            by: only files that this run, or `PERSON`, wrote.
        """
        rows = self._tables.rows(_NEWEST)
        wrote = {path for (path,) in self._tables.rows("SELECT DISTINCT path FROM versions WHERE by = ?", by)}
        return {
            path: Version(number=count, text=text, noted=noted, by=author)
            for path, count, text, noted, author in rows
            if by is None or path in wrote
        }

    def written_from(self, path: str, draft: Hash) -> Hash | None:
        """What was last written into a file from a draft; None where nothing was."""
        sql = "SELECT hash FROM versions WHERE path = ? AND draft = ? ORDER BY rowid DESC LIMIT 1"
        row = self._tables.row(sql, path, draft)
        return row[0] if row else None

    def close(self) -> None:
        """Close the store."""
        self._tables.close()


def _unpacked(body: bytes) -> str | None:
    try:
        return zlib.decompress(body).decode("utf-8", "surrogatepass")
    except (zlib.error, UnicodeDecodeError):
        return None


def read_file(path: Path) -> str | None:
    """A file's text with its line ends as they are, or None when there is none; odd bytes survive a round trip."""
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except (FileNotFoundError, IsADirectoryError):
        return None


def write_file(path: Path, text: str | None) -> None:
    """Replace a file in one step, or remove it when the text is None; never leaves half a file.

    Raises:
        Missing: the disk is full or the folder cannot be written.
    """
    try:
        if text is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise Missing(
            f"{path} could not be written: {error.strerror}. The old file is untouched.",
            system="disk",
            mend="Free some space and resume." if full else "Give yourself write permission there and resume.",
        ) from error


def _replace(path: Path, body: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise

"""Replies: what people answered to what runs asked, by whom and when.

Contract: rows are only ever added; triggers refuse everything else. A node that is worked again, because it asked a
second thing or its process was killed, is given its earlier answers again: those are one row.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from systems.hashed import Record, canonical, content_hash
from systems.redaction import redact, redact_text
from systems.stores import Place, open_tables
from systems.stores.sqlite import Database, Migrations

migrations = Migrations("replies")
_COLUMNS = ("run_id", "at", "by", "kind", "question", "answer")


class Reply(Record):
    """What somebody answered to a run."""

    run_id: str = Field(description="The run")
    at: str = Field(description="When, ISO 8601 in UTC")
    by: str = Field(description="Who: the name of their token, `local` on the server's own machine, else the user here")
    kind: str = Field(description="Kind of what was asked, as in systems/forms.py")
    question: str = Field(description="What was asked, in words")
    answer: str = Field(description="What they said, as JSON; secrets are taken out")


@migrations()
def create_replies(database: Database) -> None:
    """One row a reply."""
    for statement in (
        "CREATE TABLE replies (key TEXT PRIMARY KEY, run_id TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,"
        " kind TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL)",
        "CREATE TRIGGER replies_no_update BEFORE UPDATE ON replies"
        " BEGIN SELECT RAISE(ABORT, 'what people answered is kept for good'); END",
        "CREATE TRIGGER replies_no_delete BEFORE DELETE ON replies"
        " BEGIN SELECT RAISE(ABORT, 'what people answered is kept for good'); END",
    ):
        database.execute(statement)


class Replies:
    """The replies of a project."""

    def __init__(self, place: Place) -> None:
        self._tables = open_tables(place, migrations, durable=True)

    def keep(self, run_id: str, task: str, by: str, asked: Mapping[str, Any], given: Any) -> None:
        """Keep a reply, once.

        Args:
            run_id: the run.
            task: what of it asked; the same when it is worked again.
            by: who replied.
            asked: what they were asked.
            given: what they said to it.
        """
        answer, asked_ = canonical(redact(given)), canonical(dict(asked))
        self._tables.run(
            "INSERT INTO replies (key, run_id, at, by, kind, question, answer) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            content_hash(canonical([run_id, task, asked_, answer])),
            *(run_id, datetime.now(UTC).isoformat(timespec="milliseconds"), by),
            *(str(asked["kind"]), redact_text(str(asked["text"])), answer),
        )

    def of(self, run_id: str) -> tuple[Reply, ...]:
        """What people answered to a run, in order."""
        rows = self._tables.rows(
            f"SELECT {', '.join(_COLUMNS)} FROM replies WHERE run_id = ? ORDER BY at, rowid", run_id
        )
        return tuple(Reply.model_validate(dict(zip(_COLUMNS, row, strict=True))) for row in rows)

    def close(self) -> None:
        """Close the store."""
        self._tables.close()


def replier(user: Any) -> str:
    """Who replies: the user that a server let in, else whoever runs this program."""
    if user is not None:
        return str(getattr(user, "display_name", None) or user.identity)
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an id without a name, in a container
        return "unknown"

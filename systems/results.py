"""What plays came to: nothing is played, or paid for, twice.

Contract: a play is kept when it has ended and never changed; what was interrupted is not there. The key of a policy is
the hash of the part of it that a kind of case can notice, so that an edit of one section leaves the plays of the others
as they are.
"""

from __future__ import annotations

import threading
from pathlib import Path

from systems.database import Database, Migrations, mapped, open_database
from systems.records import Hash
from systems.trials import Played

migrations = Migrations("results")


@migrations()
def create_results(database: Database) -> None:
    """One row a play."""
    columns = {"policy": str, "case_key": str, "model": str, "repetition": int, "played": str}
    database.table("results").create(columns, pk=("policy", "case_key", "model", "repetition"))


class Results:
    """The plays of one project."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = open_database(path, migrations)
        self._lock = threading.Lock()

    def get(self, policy: Hash, case: Hash, model: str, repetition: int) -> Played | None:
        """A play that was kept."""
        sql = "SELECT played FROM results WHERE policy = ? AND case_key = ? AND model = ? AND repetition = ?"
        with self._lock, mapped(self._path):
            row = self._database.conn.execute(sql, (policy, case, model, repetition)).fetchone()
        return Played.model_validate_json(row[0]) if row else None

    def put(self, policy: Hash, case: Hash, model: str, repetition: int, played: Played) -> None:
        """Keep a play; one that is there already stays."""
        sql = "INSERT OR IGNORE INTO results (policy, case_key, model, repetition, played) VALUES (?, ?, ?, ?, ?)"
        with self._lock, mapped(self._path):
            self._database.conn.execute(sql, (policy, case, model, repetition, played.model_dump_json()))

    def close(self) -> None:
        """Close the database."""
        self._database.close()

"""What plays came to: nothing is played, or paid for, twice.

Contract: a play is kept when it has ended and never changed; what was interrupted is not there. The key of a policy is
the hash of the part of it that a kind of case can notice, so that an edit of one section leaves the plays of the others
as they are.
"""

from __future__ import annotations

from systems.records import Hash
from systems.stores import Place, open_tables
from systems.stores.sqlite import Database, Migrations
from systems.trials import Played

migrations = Migrations("results")


@migrations()
def create_results(database: Database) -> None:
    """One row a play."""
    columns = {"policy": str, "case_key": str, "model": str, "repetition": int, "played": str}
    database.table("results").create(columns, pk=("policy", "case_key", "model", "repetition"))


class Results:
    """The plays of one project."""

    def __init__(self, place: Place) -> None:
        self._tables = open_tables(place, migrations)

    def get(self, policy: Hash, case: Hash, model: str, repetition: int) -> Played | None:
        """A play that was kept."""
        sql = "SELECT played FROM results WHERE policy = ? AND case_key = ? AND model = ? AND repetition = ?"
        row = self._tables.row(sql, policy, case, model, repetition)
        return Played.model_validate_json(row[0]) if row else None

    def put(self, policy: Hash, case: Hash, model: str, repetition: int, played: Played) -> None:
        """Keep a play; one that is there already stays."""
        columns = "(policy, case_key, model, repetition, played)"
        sql = f"INSERT INTO results {columns} VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        self._tables.run(sql, policy, case, model, repetition, played.model_dump_json())

    def close(self) -> None:
        """Close the store."""
        self._tables.close()

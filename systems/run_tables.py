"""The table of `systems.runs`, as named migrations."""

from __future__ import annotations

from systems.stores.sqlite import Database, Migrations

migrations = Migrations("runs")
COLUMNS = (
    "run_id goal change status node loops waiting_for started pid host seconds since seen input_tokens output_tokens"
    " cost parent"
).split()
"""What a summary of a run is made of."""


@migrations()
def create_runs(database: Database) -> None:
    """One row a run."""
    columns = {"run_id": str, "goal": str, "change": str, "status": str, "node": str, "loops": int}
    columns |= {"waiting_for": str, "started": str, "settings": str, "outcome": str}
    database.table("runs").create(columns, pk="run_id", defaults={"loops": 0, "waiting_for": "[]"})


@migrations()
def add_policy(database: Database) -> None:
    """Which policy a run was under, without the person's pins, and with which model: what a watch compares."""
    for column in ("policy", "model"):
        database.table("runs").add_column(column, str)


@migrations()
def add_work(database: Database) -> None:
    """Who works on a run, since when (seconds of the epoch), when it was seen last, and what it has spent so far."""
    columns = {"pid": int, "host": str, "since": float, "seen": float, "cost": float}
    for column, kind in columns.items():
        database.table("runs").add_column(column, kind)
    for column in ("seconds", "input_tokens", "output_tokens"):
        database.table("runs").add_column(column, float if column == "seconds" else int, not_null_default=0)


@migrations()
def add_parent(database: Database) -> None:
    """The run whose follow-up a run works on."""
    database.table("runs").add_column("parent", str)


@migrations()
def create_stops(database: Database) -> None:
    """The runs that somebody asked to stop."""
    database.table("stops").create({"run_id": str}, pk="run_id")

"""The tables of the span store in SQLite, as named migrations."""

from __future__ import annotations

from systems.stores.sqlite import Database, Migrations

migrations = Migrations("spans")


@migrations()
def m001_spans(database: Database) -> None:
    """Create the tables."""
    database.execute(
        "CREATE TABLE traces (id INTEGER PRIMARY KEY, trace_id TEXT NOT NULL UNIQUE, run_id TEXT)",
    )
    database.execute(
        "CREATE TABLE spans (trace INTEGER NOT NULL REFERENCES traces(id), span_id TEXT NOT NULL, parent_id TEXT,"
        " name TEXT NOT NULL, kind TEXT NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,"
        " status TEXT NOT NULL, loop INTEGER, data BLOB NOT NULL, UNIQUE (trace, span_id))",
    )


@migrations()
def m002_durations(database: Database) -> None:
    """Keep each name once, and find durations by name without reading the spans."""
    for statement in (
        "CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        "INSERT INTO names (name) SELECT DISTINCT name FROM spans",
        "ALTER TABLE spans RENAME TO spans_m001",
        "CREATE TABLE spans (trace INTEGER NOT NULL REFERENCES traces(id), span_id TEXT NOT NULL, parent_id TEXT,"
        " name INTEGER NOT NULL REFERENCES names(id), kind TEXT NOT NULL, start_ns INTEGER NOT NULL,"
        " end_ns INTEGER NOT NULL, status TEXT NOT NULL, loop INTEGER, data BLOB NOT NULL, UNIQUE (trace, span_id))",
        "INSERT INTO spans SELECT trace, span_id, parent_id, names.id, kind, start_ns, end_ns, status, loop, data"
        " FROM spans_m001 JOIN names USING (name) ORDER BY spans_m001.rowid",
        "DROP TABLE spans_m001",
        "CREATE INDEX spans_durations ON spans (name, MAX(0, end_ns - start_ns))",
    ):
        database.execute(statement)


@migrations()
def m003_services(database: Database) -> None:
    """Know which service a trace came from, and find the traces of a run."""
    database.execute("ALTER TABLE traces ADD COLUMN service TEXT")
    database.execute("CREATE INDEX traces_runs ON traces (run_id)")


@migrations()
def m004_times(database: Database) -> None:
    """Know when the first span of a trace started, by which it is found, and that none started after `latest`."""
    for statement in (
        "ALTER TABLE traces ADD COLUMN began INTEGER",
        "ALTER TABLE traces ADD COLUMN latest INTEGER",
        "UPDATE traces SET began = found.began, latest = found.latest FROM"
        " (SELECT trace, MIN(start_ns) AS began, MAX(start_ns) AS latest FROM spans GROUP BY trace) AS found"
        " WHERE found.trace = traces.id",
        "CREATE INDEX traces_began ON traces (began, id)",
    ):
        database.execute(statement)

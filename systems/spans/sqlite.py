"""Spans in a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from systems.records import Span
from systems.spans.interface import Pruned
from systems.spans.queries import KEEP_TRACE, SELECT, Queries
from systems.spans.rows import Rows
from systems.spans.schema import migrations
from systems.stores.sqlite import BUSY_SECONDS, SqliteTables, mapped, shrink

TRACES_AT_ONCE = 200
OVERHEAD = 150
"""Bytes that a span takes besides its data, indices included."""
_INSERT = """
INSERT OR IGNORE INTO spans (trace, span_id, parent_id, name, kind, start_ns, end_ns, status, loop, data)
VALUES ((SELECT id FROM traces WHERE trace_id = ?), ?, ?, (SELECT id FROM names WHERE name = ?), ?, ?, ?, ?, ?, ?)
"""
_INSERT_NAME = "INSERT OR IGNORE INTO names (name) VALUES (?)"
_INSERT_TRACE = f"INSERT INTO traces (trace_id, run_id, service, began, latest) VALUES (?, ?, ?, ?, ?) {KEEP_TRACE}"
_ENDED = """
WHERE spans.trace IN (
    SELECT id FROM traces WHERE (:trace_id IS NULL OR trace_id = :trace_id) AND (:run_id IS NULL OR run_id = :run_id)
) ORDER BY end_ns, start_ns DESC, spans.rowid
"""
_OLD = "FROM spans JOIN traces ON traces.id = spans.trace WHERE began < ? AND start_ns < ?"


class Store(Queries):
    """Spans in a SQLite file; see `SpanStore`."""

    duration = "MAX(0, end_ns - start_ns)"

    def __init__(self, path: Path) -> None:
        """Open or create the store.

        Raises:
            Missing: the file is damaged or cannot be written.
        """
        super().__init__(SqliteTables(path, migrations))
        self.path = path

    def add_rows(self, batches: Iterable[Rows]) -> int:
        """Keep rows in one transaction; see `SpanStore`."""
        tables, new = self._tables, 0
        with tables.transaction():
            for batch in batches:
                tables.run_many(_INSERT_TRACE, batch.traces)
                tables.run_many(_INSERT_NAME, batch.names)
                new += tables.run_many(_INSERT, batch.spans) if batch.spans else 0
        return new

    def ended(self, *, trace_id: str | None = None, run_id: str | None = None) -> Iterator[Span]:
        """Spans in the order in which they ended, over a connection of their own; see `SpanStore`."""
        with (
            mapped(self.path),
            closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS, check_same_thread=False)) as own,
        ):
            yield from self._read(own.execute(SELECT + _ENDED, {"trace_id": trace_id, "run_id": run_id}))

    def prune(self, before: int, *, dry_run: bool = False) -> Pruned:
        """Delete old spans, some traces a transaction, so that others can write between; see `SpanStore`."""
        tables = self._tables
        ((spans, size),) = tables.rows(f"SELECT COUNT(*), COALESCE(SUM(LENGTH(data)), 0) {_OLD}", before, before)
        ((traces,),) = tables.rows("SELECT COUNT(*) FROM traces WHERE latest < ?", before)
        if dry_run or not (spans or traces):
            return Pruned(spans=spans, traces=traces, bytes=size + OVERHEAD * spans)
        spans = traces = 0
        old = [one for (one,) in tables.rows("SELECT id FROM traces WHERE began < ? ORDER BY began, id", before)]
        for first in range(0, len(old), TRACES_AT_ONCE):
            some = old[first : first + TRACES_AT_ONCE]
            among = f"({', '.join('?' * len(some))})"
            with tables.transaction():
                spans += tables.run(f"DELETE FROM spans WHERE trace IN {among} AND start_ns < ?", *some, before)
                traces += tables.run(f"DELETE FROM traces WHERE id IN {among} AND latest < ?", *some, before)
        return Pruned(spans=spans, traces=traces, bytes=shrink(self.path))

"""Spans in a SQLite file: adding them, and what can be asked."""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field

from systems.records import Record, Span
from systems.spans.rows import Rows, as_rows, as_span
from systems.spans.schema import migrations
from systems.stores.sqlite import BUSY_SECONDS, mapped, open_database

_INSERT = """
INSERT OR IGNORE INTO spans (trace, span_id, parent_id, name, kind, start_ns, end_ns, status, loop, data)
VALUES ((SELECT id FROM traces WHERE trace_id = ?), ?, ?, (SELECT id FROM names WHERE name = ?), ?, ?, ?, ?, ?, ?)
"""
_INSERT_NAME = "INSERT OR IGNORE INTO names (name) VALUES (?)"
_INSERT_TRACE = """
INSERT INTO traces (trace_id, run_id, service) VALUES (?, ?, ?)
ON CONFLICT (trace_id) DO UPDATE
SET run_id = COALESCE(run_id, excluded.run_id), service = COALESCE(service, excluded.service)
WHERE (run_id IS NULL AND excluded.run_id IS NOT NULL) OR (service IS NULL AND excluded.service IS NOT NULL)
"""
_SELECT = """
SELECT trace_id, span_id, parent_id, names.name, kind, start_ns, end_ns, status, data
FROM spans JOIN traces ON traces.id = spans.trace JOIN names ON names.id = spans.name
"""
_OF_TRACE = """
WHERE trace_id = :trace_id AND (:since IS NULL OR loop IS NULL OR loop >= :since)
ORDER BY start_ns, end_ns DESC, span_id
"""
_ENDED = """
WHERE spans.trace IN (
    SELECT id FROM traces WHERE (:trace_id IS NULL OR trace_id = :trace_id) AND (:run_id IS NULL OR run_id = :run_id)
) ORDER BY end_ns, start_ns DESC, spans.rowid
"""
_TRACES = """
SELECT trace_id, run_id, service, MIN(start_ns), COUNT(*)
FROM traces JOIN spans ON spans.trace = traces.id GROUP BY traces.id ORDER BY MIN(start_ns), traces.id
"""
_NAMED = "FROM spans WHERE name = (SELECT id FROM names WHERE name = ?)"
_DURATIONS = f"SELECT MAX(0, end_ns - start_ns) {_NAMED} ORDER BY MAX(0, end_ns - start_ns)"


class TraceSummary(Record):
    """One trace of the store, in a line."""

    trace_id: str = Field(description="32 hex digits")
    run_id: str | None = Field(description="Run the trace belongs to; None when none of its spans says so")
    service: str | None = Field(None, description="Service it came from; None when none of its spans says so")
    started: str = Field(description="Start of the first span, ISO 8601, UTC")
    spans: int = Field(description="How many spans the store has of it")


class Store:
    """Spans in a SQLite file; safe to use from several threads and processes."""

    def __init__(self, path: Path) -> None:
        """Open or create the store.

        Raises:
            Missing: the file is damaged or cannot be written.
        """
        self.path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection = open_database(path, migrations).conn

    def add(self, spans: Iterable[Span]) -> int:
        """Keep spans, in one transaction; returns how many were new.

        Raises:
            Missing: the disk is full, the file is damaged, or it cannot be written.
        """
        return self.add_rows([as_rows(spans)])

    def add_rows(self, batches: Iterable[Rows]) -> int:
        """Keep spans that were made ready before, all batches in one transaction; returns how many were new.

        Raises:
            Missing: the disk is full, the file is damaged, or it cannot be written.
        """
        new = 0
        with self._transaction() as connection:
            for batch in batches:
                connection.executemany(_INSERT_TRACE, batch.traces)
                connection.executemany(_INSERT_NAME, batch.names)
                new += connection.executemany(_INSERT, batch.spans).rowcount if batch.spans else 0
        return new

    def spans(self, *, trace_id: str, since: int | None = None) -> list[Span]:
        """Spans of a trace, or of its loops from one on and of none, ordered by start.

        Raises:
            Missing: the file is damaged.
        """
        with self._lock, mapped(self.path):
            rows = self._connection.execute(_SELECT + _OF_TRACE, {"trace_id": trace_id, "since": since}).fetchall()
            return [as_span(row) for row in rows]

    def ended(self, *, trace_id: str | None = None, run_id: str | None = None) -> Iterator[Span]:
        """Spans of a trace, of all traces of a run, or of the whole store, in the order in which they ended.

        That is children before their parents, as live spans arrive. SQLite sorts, in a temporary file where it must,
        and hands out one span after the other; others may add spans meanwhile, which are not seen.

        Raises:
            Missing: the file is damaged.
        """
        with (
            mapped(self.path),
            closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS, check_same_thread=False)) as own,
        ):
            for row in own.execute(_SELECT + _ENDED, {"trace_id": trace_id, "run_id": run_id}):
                yield as_span(row)

    def traces(self) -> list[TraceSummary]:
        """All traces, oldest first.

        Raises:
            Missing: the file is damaged.
        """
        with self._lock, mapped(self.path):
            rows = self._connection.execute(_TRACES).fetchall()
        return [
            TraceSummary(trace_id=trace, run_id=run, service=service, started=_iso(started), spans=count)
            for trace, run, service, started, count in rows
        ]

    def durations(self, name: str) -> list[float]:
        """Seconds that the spans of a name took, in ascending order; from an index, without reading the spans.

        Raises:
            Missing: the file is damaged.
        """
        with self._lock, mapped(self.path):
            return [nanoseconds / 1e9 for (nanoseconds,) in self._connection.execute(_DURATIONS, (name,))]

    def percentiles(self, name: str, percents: Sequence[float] = (50, 95, 99)) -> tuple[float, ...]:
        """Percentiles of the seconds that the spans of a name took, by nearest rank; empty when there is no such span.

        The p-th percentile is the smallest duration that at least p percent of the spans do not exceed
        (https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method).

        Raises:
            Missing: the file is damaged.
        """
        with self._lock, mapped(self.path):
            ((count,),) = self._connection.execute(f"SELECT COUNT(*) {_NAMED}", (name,))
            if not count:
                return ()
            ranks = [min(count, max(1, math.ceil(percent * count / 100))) for percent in percents]
            return tuple(self._at_rank(name, rank, count) / 1e9 for rank in ranks)

    def close(self) -> None:
        """Close the file; the store is of no use afterwards."""
        with self._lock, mapped(self.path):
            self._connection.close()

    def _at_rank(self, name: str, rank: int, count: int) -> int:
        """The duration at this rank, from 1, counted from the nearer end."""
        order, steps = ("ASC", rank - 1) if rank <= count // 2 else ("DESC", count - rank)
        ((duration,),) = self._connection.execute(f"{_DURATIONS} {order} LIMIT 1 OFFSET ?", (name, steps))
        return int(duration)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, mapped(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _iso(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat(timespec="seconds")

"""What is asked of stored spans, in the SQL that both engines share.

A trace knows when its first span started, and the last day of all: by them traces are found by time without looking at
their spans, and spans are looked for in their days only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from systems.errors import Missing
from systems.records import Span
from systems.spans.interface import TraceSummary
from systems.spans.rows import Damaged, Rows, as_rows, as_span
from systems.stores import Tables

EARLIEST, LATEST = -(2**63), 2**63 - 1
PAGE = 1_000
KEEP_TRACE = """
ON CONFLICT (trace_id) DO UPDATE SET
    run_id = COALESCE(traces.run_id, excluded.run_id), service = COALESCE(traces.service, excluded.service),
    began = CASE WHEN excluded.began < traces.began THEN excluded.began ELSE traces.began END,
    latest = CASE WHEN excluded.latest > traces.latest THEN excluded.latest ELSE traces.latest END
WHERE (traces.run_id IS NULL AND excluded.run_id IS NOT NULL)
    OR (traces.service IS NULL AND excluded.service IS NOT NULL)
    OR excluded.began < traces.began OR excluded.latest > traces.latest
"""
SELECT = """
SELECT trace_id, span_id, parent_id, names.name, kind, start_ns, end_ns, status, data
FROM spans JOIN traces ON traces.id = spans.trace JOIN names ON names.id = spans.name
"""
_OF_TRACE = """
WHERE spans.trace = ? AND start_ns BETWEEN ? AND ? AND (loop IS NULL OR loop >= ?)
ORDER BY start_ns, end_ns DESC, span_id
"""
_TRACES = """
SELECT trace_id, run_id, service, began, (SELECT COUNT(*) FROM spans WHERE trace = traces.id) FROM traces
WHERE CAST(? AS TEXT) IS NULL OR trace_id = ? OR run_id = ? ORDER BY began DESC, id DESC LIMIT ?
"""
_BEGUN = """
SELECT began, id, trace_id FROM traces WHERE (began, id) > (?, ?) AND began < ? ORDER BY began, id LIMIT ?
"""


class Queries:
    """What both engines answer alike.

    Attributes:
        duration: how long a span took, nanoseconds, in the words of the engine's index.
    """

    duration: str

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, spans: Iterable[Span]) -> int:
        """Keep spans; see `SpanStore`."""
        return self.add_rows([as_rows(spans)])

    def add_rows(self, batches: Iterable[Rows]) -> int:
        """Keep what was made ready before: each engine has its own way."""
        raise NotImplementedError

    def spans(self, *, trace_id: str, since: int | None = None) -> list[Span]:
        """Spans of a trace, ordered by start; see `SpanStore`."""
        known = self._tables.row("SELECT id, began, latest FROM traces WHERE trace_id = ?", trace_id)
        if known is None:
            return []
        return list(self._read(self._tables.rows(SELECT + _OF_TRACE, *known, EARLIEST if since is None else since)))

    def traces(self, *, known_as: str | None = None, newest: int | None = None) -> list[TraceSummary]:
        """Traces, oldest first; see `SpanStore`."""
        rows = self._tables.rows(_TRACES, known_as, known_as, known_as, LATEST if newest is None else newest)
        return [
            TraceSummary(trace_id=trace, run_id=run, service=service, started=_iso(began), spans=count)
            for trace, run, service, began, count in reversed(rows)
        ]

    def begun(self, *, since: int | None = None, until: int | None = None) -> Iterator[str]:
        """Ids of the traces that began in that time, oldest first; see `SpanStore`."""
        last = (EARLIEST if since is None else since, -1)
        while page := self._tables.rows(_BEGUN, *last, LATEST if until is None else until, PAGE):
            yield from (trace_id for _, _, trace_id in page)
            last = page[-1][:2]

    def durations(self, name: str, *, since: int | None = None, until: int | None = None) -> list[float]:
        """Seconds that the spans of a name took, in ascending order; see `SpanStore`."""
        found, values = self._named(name, since, until)
        rows = self._tables.rows(f"SELECT {self.duration} {found} ORDER BY {self.duration}", *values)
        return [nanoseconds / 1e9 for (nanoseconds,) in rows]

    def percentiles(
        self, name: str, percents: Sequence[float] = (50, 95, 99), *, since: int | None = None, until: int | None = None
    ) -> tuple[float, ...]:
        """Percentiles of the seconds that the spans of a name took, by nearest rank; see `SpanStore`."""
        found, values = self._named(name, since, until)
        ((count,),) = self._tables.rows(f"SELECT COUNT(*) {found}", *values)
        ranks = [min(count, max(1, math.ceil(percent * count / 100))) for percent in percents]
        at_ranks = [self._at_rank(found, values, rank, count) for rank in ranks] if count else []
        return tuple(duration / 1e9 for duration in at_ranks if duration is not None)

    def close(self) -> None:
        """Give the connection back."""
        self._tables.close()

    def _named(self, name: str, since: int | None, until: int | None) -> tuple[str, tuple[Any, ...]]:
        """The spans of a name, and the values that the words ask for."""
        row = self._tables.row("SELECT id FROM names WHERE name = ?", name)
        times = [("start_ns >= ?", since), ("start_ns < ?", until)]
        words = [("name = ?", row[0] if row else -1), *((word, value) for word, value in times if value is not None)]
        return f"FROM spans WHERE {' AND '.join(word for word, _ in words)}", tuple(value for _, value in words)

    def _at_rank(self, found: str, values: tuple[Any, ...], rank: int, count: int) -> int | None:
        """The duration at this rank, from 1, counted from the nearer end; None where spans were pruned meanwhile."""
        order, steps = ("ASC", rank - 1) if rank <= count // 2 else ("DESC", count - rank)
        sql = f"SELECT {self.duration} {found} ORDER BY {self.duration} {order} LIMIT 1 OFFSET ?"
        row = self._tables.row(sql, *values, steps)
        return int(row[0]) if row else None

    def _read(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[Span]:
        """The spans of rows."""
        for row in rows:
            try:
                yield as_span(row)
            except Damaged as error:
                mend = f"Set it aside and run again: {self._tables.aside}; the project's own documents are not touched."
                raise Missing(
                    f"The store {self._tables.place} is damaged ({error}).", system="store", mend=mend
                ) from error


def _iso(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat(timespec="seconds")

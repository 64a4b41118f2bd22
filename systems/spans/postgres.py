"""Spans in a schema of PostgreSQL, a table a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from psycopg import errors

from systems.errors import Missing
from systems.records import Span
from systems.spans.days import BEFORE, count_in, drop, make_days, partitions_before
from systems.spans.ingest import ingest
from systems.spans.interface import Pruned
from systems.spans.queries import SELECT, Queries
from systems.spans.rows import DAY_NS, Rows
from systems.spans.schema import migrations
from systems.stores.place import Schema
from systems.stores.postgres import PostgresTables, connected

WRITE_SECONDS = 5
"""How long a writer waits for a connection: senders of spans give up after 10 s, and send again what was refused."""
LONG_SECONDS = 600
"""How long an answer about millions of spans may take."""
LOCK_SECONDS = 5
"""How long a table that is to be dropped waits for its readers, and new ones for it."""
AT_ONCE = 1_000
TRIES = 2
_KNOWN = """
SELECT array_agg(id), min(began), max(latest) FROM traces
WHERE (%(trace_id)s::text IS NULL OR trace_id = %(trace_id)s) AND (%(run_id)s::text IS NULL OR run_id = %(run_id)s)
"""
_OF_THEM = " WHERE spans.trace = ANY(%s::bigint[]) AND start_ns BETWEEN %s AND %s"
_BY_END = " ORDER BY end_ns, start_ns DESC, spans.ctid"
_FORGET = "DELETE FROM traces WHERE id IN (SELECT id FROM traces WHERE latest < %s ORDER BY trace_id FOR UPDATE)"


class PostgresStore(Queries):
    """Spans in a schema of PostgreSQL; see `SpanStore`."""

    duration = "duration"

    def __init__(self, place: Schema) -> None:
        """Open the store, and make its tables where there are none.

        Raises:
            Missing: the database cannot be reached, or refuses.
        """
        super().__init__(PostgresTables(place, migrations.name, most=LONG_SECONDS))
        self._place = place
        self._days: set[int] = set()

    def add_rows(self, batches: Iterable[Rows]) -> int:
        """Keep rows in one transaction; see `SpanStore`."""
        given = list(batches)
        starts = {row[5] // DAY_NS * DAY_NS for batch in given for row in batch.spans}
        for _ in range(TRIES):
            make_days(self._place, starts, self._days)
            with connected(self._place, seconds=WRITE_SECONDS) as connection, suppress(errors.CheckViolation):
                return ingest(connection, given)
            self._days.clear()  # the table of a day was pruned since it was made
        raise Missing(f"{self._place} is being pruned of what is written.", system="store", mend="Write it again.")

    def ended(self, *, trace_id: str | None = None, run_id: str | None = None) -> Iterator[Span]:
        """Spans in the order in which they ended, from a cursor of the server; see `SpanStore`."""
        with connected(self._place, most=LONG_SECONDS) as connection, connection.transaction():
            connection.execute("SET LOCAL idle_in_transaction_session_timeout TO 0")  # readers take their time
            sql, values = SELECT, None
            if trace_id is not None or run_id is not None:
                values = connection.execute(_KNOWN, {"trace_id": trace_id, "run_id": run_id}).fetchone()
                sql += _OF_THEM
            with connection.cursor("ended", binary=True) as cursor:
                cursor.itersize = AT_ONCE
                cursor.execute((sql + _BY_END).encode(), values)
                yield from self._read(cursor)

    def prune(self, before: int, *, dry_run: bool = False) -> Pruned:
        """Drop the tables of old days, all or none; see `SpanStore`.

        Traces go first: a collector that has a late span of one waits for this, or this for the collector.
        """
        with connected(self._place, most=LONG_SECONDS) as connection, connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout TO '{LOCK_SECONDS}s'".encode())
            counted = [(table, count_in(connection, table)) for table in partitions_before(connection, before)]
            old = [(table, count) for table, count in counted if count or table.name != BEFORE]
            ((traces,),) = connection.execute("SELECT count(*) FROM traces WHERE latest < %s", (before,)).fetchall()
            if not dry_run:
                connection.execute(_FORGET, (before,))
                for table, _ in old:
                    drop(connection, table)
        self._days.clear()
        spans, held = sum(count for _, count in old), sum(table.bytes for table, _ in old)
        return Pruned(spans=spans, traces=traces, bytes=held)

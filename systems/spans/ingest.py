"""How rows get into the span tables of PostgreSQL: many by COPY, a few in one message.

Spans are first set beside the tables, then taken over in one statement that leaves out what is there already. Rows of
`traces` are locked in the order of their ids, before any span is written: collectors that are sent the same spans at
once wait for each other there, and never in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from systems.spans.queries import KEEP_TRACE
from systems.spans.rows import Rows
from systems.stores.connection import Connection

FEW = 64
"""Up to so many spans, making ready for COPY takes longer than COPY saves."""
MOST_NS = 2**63 - 1
_COLUMNS = {
    "trace_id": "text",
    "span_id": "text",
    "parent_id": "text",
    "name": "text",
    "kind": "text",
    "start_ns": "bigint",
    "end_ns": "bigint",
    "status": "text",
    "loop": "bigint",
    "data": "bytea",
    "duration": "bigint",
    "number": "bigint",
}
_STAGE = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS staged ({", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())})
ON COMMIT DELETE ROWS
"""
_GIVEN = f"unnest({', '.join(f'%b::{kind}[]' for kind in _COLUMNS.values())}) AS given ({', '.join(_COLUMNS)})"
_TRACES = f"""
INSERT INTO traces (trace_id, run_id, service, began, latest)
SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::bigint[], %b::bigint[]) AS given (trace_id) ORDER BY 1
{KEEP_TRACE}
"""
_NAMES = """
INSERT INTO names (name) SELECT name FROM unnest(%b::text[]) AS given (name)
WHERE NOT EXISTS (SELECT FROM names WHERE names.name = given.name) ORDER BY name ON CONFLICT DO NOTHING
"""
_SPANS = """
INSERT INTO spans (start_ns, end_ns, duration, trace, loop, name, span_id, parent_id, kind, status, data)
SELECT start_ns, end_ns, duration, traces.id, loop, names.id, span_id, parent_id, kind, status, data
FROM {} JOIN traces USING (trace_id) JOIN names USING (name) ORDER BY number ON CONFLICT DO NOTHING
"""


def ingest(connection: Connection, batches: Sequence[Rows]) -> int:
    """Keep rows in one transaction; returns how many spans were new.

    Raises:
        psycopg.errors.CheckViolation: the table of a day is not there.
        psycopg.Error: they cannot be kept.
    """
    spans = [_whole(number, row) for number, row in enumerate(row for batch in batches for row in batch.spans)]
    if not spans:
        return 0
    cursor = psycopg.Cursor(connection)  # binds values on the server, as arrays in binary
    if len(spans) <= FEW:
        with connection.pipeline(), connection.transaction():
            _say_traces_and_names(cursor, batches)
            cursor.execute(_SPANS.format(_GIVEN).encode(), [list(column) for column in zip(*spans, strict=True)])
    else:
        with connection.transaction():
            cursor.execute(_STAGE.encode())
            with cursor.copy("COPY staged FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(list(_COLUMNS.values()))
                for span in spans:
                    copy.write_row(span)
            _say_traces_and_names(cursor, batches)
            cursor.execute(_SPANS.format("staged").encode())
    return cursor.rowcount


def _say_traces_and_names(cursor: psycopg.Cursor[Any], batches: Sequence[Rows]) -> None:
    for batch in batches:
        traces = [tuple(map(_text, trace)) for trace in batch.traces]
        cursor.execute(_TRACES.encode(), [list(column) for column in zip(*traces, strict=True)])
    names = {_text(name) for batch in batches for (name,) in batch.names}
    cursor.execute(_NAMES.encode(), [sorted(names)])


def _whole(number: int, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row with what PostgreSQL keeps besides: how long the span took, which it finds by; and the order of entry."""
    start, end = row[5:7]
    return (*map(_text, row), min(max(0, end - start), MOST_NS), number)


def _text(value: Any) -> Any:
    """A value as PostgreSQL can hold it: its texts have no zero character."""
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value

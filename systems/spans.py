"""The span store: every span of every run of a project, in `<project>/.specloop/specloop.db`.

The contract:

- A span that `add` has returned for survives the end of the process by any means (WAL; a power cut may take the last).
- Adding a span again, known by its trace and span id, changes nothing: import and resume may repeat themselves.
- What comes out equals what went in: attributes and events are kept whole, also those nobody here knows.
- Spans may come late, out of order, from any thread, and without their parents; reading never depends on the order.
- Nothing is ever deleted. SQLite's errors come out as `Missing`.

Attributes, events and the status message are one zlib-compressed JSON text per span (`_pack`). The preset dictionary
holds the names that come again in every span, which makes a span about half as large; its number is the first byte of
the text, so that a later dictionary can stand beside this one. Columns hold what queries ask for.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import Field
from sqlite_utils import Database, Migrations

from systems import names
from systems.database import mapped, open_database
from systems.records import Record, Span, canonical

migrations = Migrations("spans")

_DICTIONARIES = {
    1: (
        b'{"e":[{"attributes":{"exception.escaped":"False","exception.message":"","exception.stacktrace":"Traceback '
        b'(most recent call last):\\n  File \\"","exception.type":"systems.errors.'
        b'"},"name":"exception","time_ns":1'
        b'"gen_ai.tool.call.arguments":"{"gen_ai.tool.call.result":"'
        b'"gen_ai.conversation.id":"","gen_ai.workflow.name":"specloop","gen_ai.operation.name":"invoke_workflow"'
        b'"specloop.cause":"truncated""empty""invalid""specloop.draft_hash":"","specloop.repair":0'
        b'"specloop.mcp.cold_start":true"error.type":"timeout""lost""arguments""error"'
        b'"specloop.step":"proposal""design""tasks""specs"'
        b'"specloop.node":"next_step""question_routing""answer""document_update""feedback_loop""workflow_end""execution"'
        b'{"a":{"gen_ai.operation.name":"execute_tool","gen_ai.tool.name":"","gen_ai.tool.type":"extension",'
        b'"server.address":"127.0.0.1","server.port":'
        b'{"a":{"gen_ai.operation.name":"chat","gen_ai.output.type":"json","gen_ai.provider.name":"openai",'
        b'"gen_ai.request.max_tokens":900,"gen_ai.request.model":"smollm2-135m-instruct","gen_ai.request.seed":7,'
        b'"gen_ai.request.temperature":0.2,"gen_ai.response.finish_reasons":["length"]["stop"],'
        b'"gen_ai.response.id":"chatcmpl-","gen_ai.response.model":"","gen_ai.usage.input_tokens":,'
        b'"gen_ai.usage.output_tokens":,"specloop.loop":1,"specloop.mcp.server":"git""time""filesystem","specloop.node":"'
        b'","specloop.policy":"","specloop.run":"","specloop.step":"","specloop.tool.arguments_hash":"'
        b'","specloop.tool.result_bytes":,"specloop.tool.result_hash":"","specloop.tool.reused":false},"e":[],"m":""}'
    )
}
_CURRENT = 1

_INSERT = """
INSERT OR IGNORE INTO spans (trace, span_id, parent_id, name, kind, start_ns, end_ns, status, loop, data)
VALUES ((SELECT id FROM traces WHERE trace_id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_TRACE = """
INSERT INTO traces (trace_id, run_id) VALUES (?, ?)
ON CONFLICT (trace_id) DO UPDATE SET run_id = excluded.run_id WHERE run_id IS NULL AND excluded.run_id IS NOT NULL
"""
_SELECT = """
SELECT trace_id, span_id, parent_id, name, kind, start_ns, end_ns, status, data
FROM spans JOIN traces ON traces.id = spans.trace
WHERE trace_id = :trace_id AND (:loop IS NULL OR loop = :loop) ORDER BY start_ns, end_ns DESC, span_id
"""
_TRACES = """
SELECT trace_id, run_id, MIN(start_ns), COUNT(*)
FROM traces JOIN spans ON spans.trace = traces.id GROUP BY traces.id ORDER BY MIN(start_ns), traces.id
"""


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


class TraceSummary(Record):
    """One trace of the store, in a line."""

    trace_id: str = Field(description="32 hex digits")
    run_id: str | None = Field(description="Run the trace belongs to; None when none of its spans says so")
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
        spans = list(spans)
        runs = {span.trace_id: None for span in spans} | {span.trace_id: run for span in spans if (run := _run(span))}
        rows = [_row(span) for span in spans]
        with self._transaction() as connection:
            connection.executemany(_INSERT_TRACE, runs.items())
            return connection.executemany(_INSERT, rows).rowcount if rows else 0

    def spans(self, *, trace_id: str, loop: int | None = None) -> list[Span]:
        """Spans of a trace, or of one loop of it, ordered by start.

        Raises:
            Missing: the file is damaged.
        """
        with self._lock, mapped(self.path):
            rows = self._connection.execute(_SELECT, {"trace_id": trace_id, "loop": loop}).fetchall()
            return [_span(row) for row in rows]

    def traces(self) -> list[TraceSummary]:
        """All traces, oldest first.

        Raises:
            Missing: the file is damaged.
        """
        with self._lock, mapped(self.path):
            rows = self._connection.execute(_TRACES).fetchall()
        return [
            TraceSummary(trace_id=trace, run_id=run, started=_iso(started), spans=count)
            for trace, run, started, count in rows
        ]

    def close(self) -> None:
        """Close the file; the store is of no use afterwards."""
        with self._lock, mapped(self.path):
            self._connection.close()

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


def _run(span: Span) -> str | None:
    run = span.attributes.get(names.RUN) or span.attributes.get(names.CONVERSATION)
    return str(run) if run else None


def _row(span: Span) -> tuple[Any, ...]:
    loop = span.attributes.get(names.LOOP)
    return (
        span.trace_id,
        span.span_id,
        span.parent_id,
        span.name.encode("utf-8", "replace").decode(),
        span.kind,
        span.start_ns,
        span.end_ns,
        span.status,
        loop if isinstance(loop, int) else None,
        _pack({"a": span.attributes, "e": span.events, "m": span.message}),
    )


def _span(row: tuple[Any, ...]) -> Span:
    trace, span, parent, name, kind, start, end, status, data = row
    more = _unpack(data)
    return Span(
        trace_id=trace,
        span_id=span,
        parent_id=parent,
        name=name,
        kind=kind,
        start_ns=start,
        end_ns=end,
        status=status,
        message=more["m"],
        attributes=more["a"],
        events=more["e"],
    )


def _pack(value: dict[str, Any]) -> bytes:
    text = canonical(value).encode("utf-8", "surrogatepass")
    packer = zlib.compressobj(zdict=_DICTIONARIES[_CURRENT], wbits=-15)
    return bytes([_CURRENT]) + packer.compress(text) + packer.flush()


def _unpack(data: bytes) -> dict[str, Any]:
    try:
        unpacker = zlib.decompressobj(zdict=_DICTIONARIES[data[0]], wbits=-15)
        text = unpacker.decompress(data[1:]) + unpacker.flush()
        value: dict[str, Any] = json.loads(text.decode("utf-8", "surrogatepass"))
    except (zlib.error, KeyError, IndexError, ValueError) as error:
        raise sqlite3.DatabaseError(f"a span cannot be read: {error}") from error
    return value

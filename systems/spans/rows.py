"""A span as a row of the store, and back.

Attributes, events and the status message are one zlib-compressed JSON text per span. The preset dictionary holds the
names that come again in every span, which makes a span about half as large; its number is the first byte of the text,
so that a later dictionary can stand beside this one. Columns hold what queries ask for.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from systems import names
from systems.records import Span, canonical

RUN_NAMES = (names.RUN, names.CONVERSATION, "session.id", "traceloop.association.properties.session_id")
"""Attributes that say which run, conversation or session a trace belongs to; the first that is there counts."""
SERVICE_NAMES = ("resource.service.name", "service.name")

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
_INTEGERS = range(-(2**63), 2**63)


class Rows(NamedTuple):
    """Spans made ready for the store.

    Attributes:
        traces: (trace id, run id, service) of every trace.
        names: the span names.
        spans: one row a span.
    """

    traces: list[tuple[str, str | None, str | None]]
    names: list[tuple[str]]
    spans: list[tuple[Any, ...]]


def as_rows(spans: Iterable[Span]) -> Rows:
    """Make spans ready for the store: the greater part of the work, which needs neither lock nor transaction.

    Raises:
        ValueError: an id cannot be written as UTF-8.
        OverflowError: a time does not fit 64 bits.
        RecursionError: attributes are nested too deep.
    """
    traces: dict[str, tuple[str | None, str | None]] = {}
    rows = []
    for span in spans:
        run, service = traces.get(span.trace_id, (None, None))
        traces[span.trace_id] = run or _first(span, RUN_NAMES), service or _first(span, SERVICE_NAMES)
        rows.append(_row(span))
    known = {row[3] for row in rows}
    return Rows([(trace, *said) for trace, said in traces.items()], [(name,) for name in known], rows)


def as_span(row: tuple[Any, ...]) -> Span:
    """The span of a row.

    Args:
        row: trace id, span id, parent id, name, kind, start, end, status, packed rest.

    Raises:
        sqlite3.DatabaseError: the packed rest is damaged.
    """
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


def _first(span: Span, attributes: Iterable[str]) -> str | None:
    return next((text for name in attributes if (text := _text(span.attributes.get(name)))), None)


def _row(span: Span) -> tuple[Any, ...]:
    f"{span.trace_id}{span.span_id}{span.parent_id}{span.kind}".encode()
    if span.start_ns not in _INTEGERS or span.end_ns not in _INTEGERS:
        raise OverflowError(f"the times of span {span.span_id} do not fit 64 bits")
    loop = span.attributes.get(names.LOOP)
    return (
        span.trace_id,
        span.span_id,
        span.parent_id,
        _text(span.name) or "",
        span.kind,
        span.start_ns,
        span.end_ns,
        span.status,
        loop if isinstance(loop, int) and loop in _INTEGERS else None,
        _pack({"a": span.attributes, "e": span.events, "m": span.message}),
    )


def _text(value: Any) -> str | None:
    """A value as text that SQLite can hold; None for nothing."""
    return str(value).encode("utf-8", "replace").decode() if value else None


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

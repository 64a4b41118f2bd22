"""A span as a row of the store, and back.

Attributes, events and the status message are one compressed JSON text per span. A dictionary of the names that come
again in every span makes it about half as large. The first byte says how: 1 is zlib, which older spans have; 2 is
zstd, which takes a third of the time. Columns hold what queries ask for.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Iterable
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
import zstandard

from systems import names
from systems.otlp import Fields
from systems.records import Span, canonical

RUN_NAMES = (names.RUN, names.CONVERSATION, "session.id", "traceloop.association.properties.session_id")
"""Attributes that say which run, conversation or session a trace belongs to; the first that is there counts."""
SERVICE_NAMES = ("resource.service.name", "service.name")

_DICTIONARY = (
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
_ZLIB, _ZSTD = 1, 2
_LEVEL = 1
DAY_NS = 86_400 * 10**9
_INTEGERS = range(-(2**63), 2**63)


class Rows(NamedTuple):
    """Spans made ready for the store.

    Attributes:
        traces: (trace id, run id, service, began, latest) of every trace, by trace id; it has no span that started
            before the one or after the other, which is the end of a UTC day, so that few spans change it.
        names: the span names.
        spans: one row a span: trace id, span id, parent id, name, kind, start, end, status, loop, packed rest.
    """

    traces: list[tuple[str, str | None, str | None, int, int]]
    names: list[tuple[str]]
    spans: list[tuple[Any, ...]]


class Damaged(ValueError):
    """A row that is no span any more."""


def as_rows(spans: Iterable[Span | Fields]) -> Rows:
    """Make spans ready for the store: the greater part of the work, which needs neither lock nor transaction.

    Raises:
        ValueError: an id cannot be written as UTF-8.
        OverflowError: a time does not fit 64 bits.
        RecursionError: attributes are nested too deep.
    """
    traces: dict[str, tuple[str | None, str | None, int, int]] = {}
    rows, texts = [], []
    for span in spans:
        start = span.start_ns
        run, service, began, last = traces.get(span.trace_id, (None, None, start, start))
        run, service = run or _first(span, RUN_NAMES), service or _first(span, SERVICE_NAMES)
        traces[span.trace_id] = run, service, min(began, start), max(last, start)
        rows.append(_columns(span))
        texts.append(_json({"a": span.attributes, "e": span.events, "m": span.message}))
    known = {row[3] for row in rows}
    whole = [(*row, data) for row, data in zip(rows, _packed(texts), strict=True)]
    ended = [(trace, run, service, began, _day_end(last)) for trace, (run, service, began, last) in traces.items()]
    return Rows(sorted(ended, key=itemgetter(0)), [(name,) for name in sorted(known)], whole)


def as_span(row: tuple[Any, ...]) -> Span:
    """The span of a row.

    Args:
        row: trace id, span id, parent id, name, kind, start, end, status, packed rest.

    Raises:
        Damaged: the packed rest cannot be read.
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


class _Packers(threading.local):
    """zstd's contexts: each is for one thread at a time."""

    def __init__(self) -> None:
        words = zstandard.ZstdCompressionDict(_DICTIONARY, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        form = zstandard.FORMAT_ZSTD1_MAGICLESS
        self.packer = zstandard.ZstdCompressor(
            dict_data=words,
            compression_params=zstandard.ZstdCompressionParameters.from_level(_LEVEL, format=form),
        )
        self.unpacker = zstandard.ZstdDecompressor(dict_data=words, format=form)


_packers = _Packers()


def _day_end(start_ns: int) -> int:
    return min((start_ns // DAY_NS + 1) * DAY_NS, 2**63) - 1


def _first(span: Span | Fields, attributes: Iterable[str]) -> str | None:
    return next((text for name in attributes if (text := _text(span.attributes.get(name)))), None)


def _columns(span: Span | Fields) -> tuple[Any, ...]:
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
    )


def _text(value: Any) -> str | None:
    """A value as text that a database can hold; None for nothing."""
    return str(value).encode("utf-8", "replace").decode() if value else None


def _json(value: dict[str, Any]) -> bytes:
    """Canonical JSON; what orjson refuses or would write as null (halves of characters, NaN) goes the slow way."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return canonical(value).encode("utf-8", "surrogatepass")
    return canonical(value).encode("utf-8", "surrogatepass") if b"null" in text else text


def _packed(texts: list[bytes]) -> list[bytes]:
    """The texts compressed: many in one call, for which other threads need not stop, nor this one for them."""
    packer = _packers.packer
    if len(texts) < 2:
        return [bytes([_ZSTD]) + packer.compress(text) for text in texts]
    several: list[bytes | bytearray | memoryview[int]] = [*texts]
    packed = packer.multi_compress_to_buffer(several)
    return [bytes([_ZSTD]) + packed[place].tobytes() for place in range(len(packed))]


def _unpack(data: bytes) -> dict[str, Any]:
    try:
        if data[0] == _ZSTD:
            text = _packers.unpacker.decompress(data[1:])
        elif data[0] == _ZLIB:
            unpacker = zlib.decompressobj(zdict=_DICTIONARY, wbits=-15)
            text = unpacker.decompress(data[1:]) + unpacker.flush()
        else:
            raise ValueError("its form is unknown")
        value: dict[str, Any] = json.loads(text.decode("utf-8", "surrogatepass"))
    except (zlib.error, zstandard.ZstdError, MemoryError, IndexError, ValueError) as error:
        raise Damaged(f"a span cannot be read: {error}") from error
    return value

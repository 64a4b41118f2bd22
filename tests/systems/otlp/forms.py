"""Spans in every form that a trace file may have, written by protobuf itself and not by our own code."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from google.protobuf import json_format  # type: ignore[import-untyped]
from google.protobuf.internal.encoder import _VarintBytes  # type: ignore[import-untyped]
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message
from opentelemetry.proto.trace.v1.trace_pb2 import Status, TracesData

from systems.otlp import Reading, read
from systems.records import Span

TRACE = "0af7651916cd43dd8448eb211c80319c"
IDS = ("traceId", "spanId", "parentSpanId")


def a_span(number: int = 1, **more: Any) -> Span:
    """A span; its number tells it from others."""
    given = {"name": f"span {number}", "start_ns": 1_000 * number, "end_ns": 2_000 * number}
    return Span(trace_id=TRACE, span_id=f"{number:016x}", **{**given, **more})


def any_value(value: Any) -> AnyValue:
    """A value as protobuf has it."""
    found = AnyValue()
    if isinstance(value, bool):
        found.bool_value = value
    elif isinstance(value, int):
        found.int_value = value
    elif isinstance(value, float):
        found.double_value = value
    elif isinstance(value, str):
        found.string_value = value
    elif isinstance(value, bytes):
        found.bytes_value = value
    elif isinstance(value, list):
        found.array_value.SetInParent()
        found.array_value.values.extend(any_value(one) for one in value)
    elif isinstance(value, dict):
        found.kvlist_value.SetInParent()
        found.kvlist_value.values.extend(pairs(value))
    return found


def pairs(attributes: Mapping[str, Any]) -> list[KeyValue]:
    """Attributes as protobuf has them."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def message(span: Span) -> Message:
    """A span as protobuf has it."""
    return Message(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        parent_span_id=bytes.fromhex(span.parent_id or ""),
        name=span.name,
        kind=Message.SpanKind.Value(f"SPAN_KIND_{span.kind}"),
        start_time_unix_nano=span.start_ns,
        end_time_unix_nano=span.end_ns,
        attributes=pairs(span.attributes),
        events=[
            Message.Event(name=one["name"], time_unix_nano=one["time_ns"], attributes=pairs(one["attributes"]))
            for one in span.events
        ],
        status=Status(code=Status.StatusCode.Value(f"STATUS_CODE_{span.status.upper()}"), message=span.message),
    )


def traces(spans: Iterable[Span], *, resource: Mapping[str, Any] | None = None, scope: str = "") -> TracesData:
    """Spans of one resource and scope."""
    data = TracesData()
    block = data.resource_spans.add()
    block.resource.attributes.extend(pairs(resource or {}))
    inner = block.scope_spans.add()
    inner.scope.name = scope
    inner.spans.extend(message(span) for span in spans)
    return data


def protobuf(spans: Iterable[Span]) -> bytes:
    """One message."""
    data: bytes = traces(spans).SerializeToString()
    return data


def delimited(spans: Iterable[Span]) -> bytes:
    """A message for each span, each with its length before it, as `writeDelimitedTo` does."""
    bodies = [protobuf([span]) for span in spans]
    return b"".join(_VarintBytes(len(body)) + body for body in bodies)


def big_endian(spans: Iterable[Span]) -> bytes:
    """A message for each span, each after four bytes of length, as the Collector's file exporter does."""
    bodies = [protobuf([span]) for span in spans]
    return b"".join(len(body).to_bytes(4, "big") + body for body in bodies)


def base64_json(spans: Iterable[Span]) -> bytes:
    """As protobuf's own JSON: ids in base64, names of enums."""
    text: str = json_format.MessageToJson(traces(spans))
    return text.encode()


def snake_json(spans: Iterable[Span]) -> bytes:
    """The same with the field names of the protobuf files."""
    text: str = json_format.MessageToJson(traces(spans), preserving_proto_field_name=True)
    return text.encode()


def document(spans: Iterable[Span], **more: Any) -> dict[str, Any]:
    """An OTLP JSON document: hex ids, numbers for enums."""
    found: dict[str, Any] = json_format.MessageToDict(traces(spans, **more), use_integers_for_enums=True)
    for span in spans_of(found):
        span.update({name: base64.b64decode(span[name]).hex() for name in IDS if name in span})
    return found


def spans_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The spans of a document, to be changed."""
    found: list[dict[str, Any]] = document["resourceSpans"][0]["scopeSpans"][0].get("spans", [])
    return found


def one_document(spans: Iterable[Span]) -> bytes:
    """OTLP JSON."""
    return json.dumps(document(spans)).encode()


def pretty(spans: Iterable[Span]) -> bytes:
    """A document for each span, on many lines each, one after the other."""
    return "".join(json.dumps(document([span]), indent=2, ensure_ascii=False) for span in spans).encode()


def lines(spans: Iterable[Span]) -> bytes:
    """A document for each span, a line each, as the Collector's file exporter writes."""
    return b"".join(one_document([span]) + b"\n" for span in spans)


def bare_list(spans: Iterable[Span]) -> bytes:
    """Nothing but the spans, in a list."""
    return json.dumps(spans_of(document(spans))).encode()


def bare_lines(spans: Iterable[Span]) -> bytes:
    """Nothing but the spans, a line each."""
    return b"".join(json.dumps(span).encode() + b"\n" for span in spans_of(document(spans)))


def old_names(spans: Iterable[Span]) -> bytes:
    """The names of lists that were in use before 2022, and those of Tempo."""
    text = one_document(spans).replace(b'"resourceSpans"', b'"batches"')
    return text.replace(b'"scopeSpans"', b'"instrumentationLibrarySpans"')


def utf16(spans: Iterable[Span]) -> bytes:
    """As a shell of Windows redirects it."""
    return one_document(spans).decode().encode("utf-16")


def gzipped(spans: Iterable[Span]) -> bytes:
    """Gzip of lines, in members of one line each."""
    return b"".join(gzip.compress(line + b"\n") for line in lines(spans).splitlines())


FORMS: dict[str, Callable[[Iterable[Span]], bytes]] = {
    form.__name__: form
    for form in (
        *(one_document, pretty, lines, bare_list, bare_lines, base64_json, snake_json, old_names, utf16, gzipped),
        *(protobuf, delimited, big_endian),
    )
}


def opened(data: bytes | str | Any) -> Reading:
    """A reading of bytes, of text, or of what becomes JSON."""
    if not isinstance(data, (bytes, str)):
        data = json.dumps(data)
    return read(io.BytesIO(data.encode() if isinstance(data, str) else data))

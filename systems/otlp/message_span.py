"""Spans as OTLP protobuf writes them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from systems.otlp.blocks import Found
from systems.otlp.fields import DEEPEST, TOO_DEEP, Fields, checked
from systems.otlp.json_span import RESOURCE, SCOPE_NAME
from systems.otlp.tally import Unreadable

if TYPE_CHECKING:
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
    from opentelemetry.proto.resource.v1.resource_pb2 import Resource
    from opentelemetry.proto.trace.v1.trace_pb2 import Span as Message


def parse_span(data: bytes) -> Message:
    """The message of a span.

    Raises:
        Unreadable: it is none.
    """
    from opentelemetry.proto.trace.v1 import trace_pb2

    message: Message = _parsed(trace_pb2.Span, data)
    return message


def parse_resource(data: bytes) -> dict[str, Any]:
    """What a resource adds to its spans: its attributes, with `resource.` before their names.

    Raises:
        Unreadable: it is no resource.
    """
    from opentelemetry.proto.resource.v1 import resource_pb2

    return resource_context(_parsed(resource_pb2.Resource, data))


def parse_scope(data: bytes) -> dict[str, Any]:
    """What an instrumentation scope adds to its spans: its name.

    Raises:
        Unreadable: it is no scope.
    """
    from opentelemetry.proto.common.v1 import common_pb2

    return scope_context(_parsed(common_pb2.InstrumentationScope, data))


def resource_context(resource: Resource) -> dict[str, Any]:
    """What a resource adds to its spans: its attributes, with `resource.` before their names."""
    return {RESOURCE + key: value for key, value in attributes(resource.attributes).items()}


def scope_context(scope: InstrumentationScope) -> dict[str, Any]:
    """What an instrumentation scope adds to its spans: its name."""
    return {SCOPE_NAME: scope.name} if scope.name else {}


def span(found: Found) -> Fields:
    """One span.

    Raises:
        Unreadable: its ids or times are none.
    """
    message: Message = found.span
    return checked(
        ids=(message.trace_id.hex(), message.span_id.hex(), message.parent_span_id.hex()),
        times=(message.start_time_unix_nano, message.end_time_unix_nano),
        name=message.name,
        kind=message.kind,
        status=(message.status.code, message.status.message),
        attributes=attributes(message.attributes),
        context=found.context,
        events=tuple(
            {"name": event.name, "time_ns": event.time_unix_nano, "attributes": attributes(event.attributes)}
            for event in message.events
        ),
    )


def attributes(pairs: Iterable[KeyValue], depth: int = 0) -> dict[str, Any]:
    """Attributes; bytes become base64, as in OTLP JSON."""
    found: dict[str, Any] = {}
    for pair in pairs:
        value = pair.value  # only the one that was set is neither empty nor 0, and to ask for it is cheaper than which
        found[pair.key] = value.string_value or value.int_value or _any_value(value, depth)
    return found


def _any_value(value: AnyValue, depth: int) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_any_value(one, depth + 1) for one in value.array_value.values] if depth < DEEPEST else TOO_DEEP
    if kind == "kvlist_value":
        return attributes(value.kvlist_value.values, depth + 1) if depth < DEEPEST else TOO_DEEP
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    return getattr(value, kind) if kind else None


def _parsed(kind: Any, data: bytes) -> Any:
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        return kind.FromString(data)
    except DecodeError as error:
        raise Unreadable("not protobuf") from error

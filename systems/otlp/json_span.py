"""Spans as OTLP JSON writes them, also with the field names of the protobuf files (`trace_id`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from systems.otlp.blocks import Found
from systems.otlp.fields import DEEPEST, TOO_DEEP, Fields, checked, time_ns
from systems.otlp.tally import Unreadable

SCOPE_NAME = "otel.scope.name"
RESOURCE = "resource."
FIELDS = frozenset(
    {
        *("traceId", "spanId", "parentSpanId", "startTimeUnixNano", "endTimeUnixNano"),
        *("trace_id", "span_id", "parent_span_id", "start_time_unix_nano", "end_time_unix_nano"),
        *("name", "kind", "status", "attributes", "events"),
    }
)
"""What of a span is read."""
_words = re.compile(r"_([a-z])").sub


def span(found: Found) -> Fields:
    """One span.

    Raises:
        Unreadable: it is no object, or its ids or times are none.
    """
    raw = found.span
    if not isinstance(raw, dict):
        raise Unreadable("not an object")
    if "traceId" not in raw:
        raw = _camel(raw)
    get = raw.get
    status = get("status")
    status = status if isinstance(status, dict) else {"code": status}
    events = get("events")
    return checked(
        ids=(get("traceId"), get("spanId"), get("parentSpanId")),
        times=(get("startTimeUnixNano"), get("endTimeUnixNano")),
        name=_string(get("name")),
        kind=get("kind"),
        status=(status.get("code"), _string(status.get("message"))),
        attributes=attributes(get("attributes")),
        context=found.context,
        events=tuple(_event(event) for event in events if isinstance(event, dict)) if isinstance(events, list) else (),
    )


def resource_context(raw: Any) -> dict[str, Any]:
    """What a resource adds to its spans: its attributes, with `resource.` before their names."""
    found = raw.get("attributes") if isinstance(raw, dict) else None
    return {RESOURCE + key: value for key, value in attributes(found).items()}


def scope_context(raw: Any) -> dict[str, Any]:
    """What an instrumentation scope adds to its spans: its name."""
    name = raw.get("name") if isinstance(raw, dict) else None
    return {SCOPE_NAME: name} if name and isinstance(name, str) else {}


def attributes(raw: Any, depth: int = 0) -> dict[str, Any]:
    """Attributes from OTLP's list of key and value; also from a plain object. What is neither is left out."""
    if isinstance(raw, dict):
        return {key: any_value(value, depth) for key, value in raw.items()}
    if not isinstance(raw, list):
        return {}
    found = {}
    for pair in raw:
        key = pair.get("key") if isinstance(pair, dict) else None
        if isinstance(key, str):
            found[key] = any_value(pair.get("value"), depth)
    return found


def any_value(raw: Any, depth: int = 0) -> Any:
    """What an AnyValue stands for. What is none (a bare number, an unknown kind) stays as it is."""
    if not isinstance(raw, dict):
        return _plain(raw, depth)
    text = raw.get("stringValue")
    if isinstance(text, str):
        return text
    for kind, value in raw.items():
        read = _READ.get(kind)
        if read:
            return read(value, depth) if depth < DEEPEST else TOO_DEEP
    return _plain(raw, depth) if raw else None


def _plain(raw: Any, depth: int) -> Any:
    if not isinstance(raw, (dict, list)):
        return raw
    if depth >= DEEPEST:
        return TOO_DEEP
    if isinstance(raw, list):
        return [_plain(value, depth + 1) for value in raw]
    return {key: _plain(value, depth + 1) for key, value in raw.items()}


def _bool(raw: Any, depth: int) -> Any:
    return raw == "true" if raw in ("true", "false") else _plain(raw, depth)


def _int(raw: Any, depth: int) -> Any:
    try:
        return int(raw) if isinstance(raw, str) or (isinstance(raw, float) and raw.is_integer()) else _plain(raw, depth)
    except ValueError:
        return raw


def _double(raw: Any, depth: int) -> Any:
    try:
        return float(raw) if isinstance(raw, (str, int)) else _plain(raw, depth)
    except (ValueError, OverflowError):
        return raw


def _array(raw: Any, depth: int) -> Any:
    values = raw.get("values") if isinstance(raw, dict) else raw
    return [any_value(value, depth + 1) for value in values] if isinstance(values, list) else []


def _kvlist(raw: Any, depth: int) -> Any:
    values = raw.get("values") if isinstance(raw, dict) else raw
    return attributes(values, depth + 1)


_CAMEL: Mapping[str, Callable[[Any, int], Any]] = {
    "stringValue": _plain,
    "boolValue": _bool,
    "intValue": _int,
    "doubleValue": _double,
    "arrayValue": _array,
    "kvlistValue": _kvlist,
    "bytesValue": _plain,
}
_READ = {**_CAMEL, **{re.sub("V", "_v", kind): read for kind, read in _CAMEL.items()}}


def _event(raw: dict[str, Any]) -> dict[str, Any]:
    if "time_unix_nano" in raw:
        raw = _camel(raw)
    try:
        time = time_ns(raw.get("timeUnixNano"))
    except Unreadable:
        time = 0
    return {"name": _string(raw.get("name")), "time_ns": time, "attributes": attributes(raw.get("attributes"))}


def _string(raw: Any) -> str:
    return raw if isinstance(raw, str) else str(raw) if isinstance(raw, (int, float)) else ""


def _camel(raw: dict[str, Any]) -> dict[str, Any]:
    return {_words(lambda found: found[1].upper(), key): value for key, value in raw.items()}

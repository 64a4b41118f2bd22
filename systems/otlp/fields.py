"""The fields of a span, checked, whatever form they were written in."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from systems.otlp.blocks import Found
from systems.otlp.tally import Tally, Unreadable
from systems.records import Span

Status = Literal["unset", "ok", "error"]
DEEPEST = 64
"""Levels of an attribute's value that are kept; what lies deeper becomes `TOO_DEEP`."""
TOO_DEEP = "..."
STATUS: Mapping[Any, Status] = {
    1: "ok",
    2: "error",
    "1": "ok",
    "2": "error",
    "STATUS_CODE_OK": "ok",
    "STATUS_CODE_ERROR": "error",
    "OK": "ok",
    "ERROR": "error",
}
_KINDS = ("INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
KINDS: Mapping[Any, str] = {
    **dict(enumerate(_KINDS, start=1)),
    **{str(number): kind for number, kind in enumerate(_KINDS, start=1)},
    **{f"SPAN_KIND_{kind}": kind for kind in _KINDS},
    **{kind: kind for kind in _KINDS},
}
_LATEST = 1 << 63
_TRACE_ID = re.compile(r"[0-9a-f]{32}").fullmatch
_SPAN_ID = re.compile(r"[0-9a-f]{16}").fullmatch
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16


class Fields(NamedTuple):
    """A span's fields, checked: what `Span` has, without the cost of a record."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: str
    start_ns: int
    end_ns: int
    status: Status
    message: str
    attributes: dict[str, Any]
    events: tuple[dict[str, Any], ...]

    def span(self) -> Span:
        """The record."""
        return Span(**self._asdict())


def built(found: Iterable[Found], build: Callable[[Found], Fields], tally: Tally) -> Iterator[Fields]:
    """The spans that can be used; the others are counted."""
    for each in found:
        try:
            fields = build(each)
        except Unreadable as error:
            tally.drop(error)
        else:
            yield fields


def trace_id(value: Any) -> str:
    """32 lower-case hex digits, from hex or base64.

    Raises:
        Unreadable: it is neither, or all zero.
    """
    found = value if isinstance(value, str) else ""
    if not _TRACE_ID(found):
        found = _hex(found, 16)
    if found == _NO_TRACE:
        raise Unreadable("bad ids")
    return found


def span_id(value: Any) -> str:
    """16 lower-case hex digits, from hex or base64.

    Raises:
        Unreadable: it is neither, or all zero.
    """
    found = parent_id(value)
    if found is None:
        raise Unreadable("bad ids")
    return found


def parent_id(value: Any) -> str | None:
    """16 lower-case hex digits, from hex or base64; None for a root: nothing, or all zero.

    Raises:
        Unreadable: it is something else.
    """
    if value is None or value == "":
        return None
    found = value if isinstance(value, str) else "-"
    if not _SPAN_ID(found):
        found = _hex(found, 8)
    return None if found == _NO_SPAN else found


def time_ns(value: Any) -> int:
    """Nanoseconds since the epoch, from a number or the text of one.

    Raises:
        Unreadable: it is none, not after the epoch, or after the year 2262.
    """
    try:
        time = int(value)
    except (TypeError, ValueError, OverflowError):
        time = _from_float(value)
    if not 0 < time < _LATEST or value is True:
        raise Unreadable("no times")
    return time


def checked(
    *,
    ids: tuple[Any, Any, Any],
    times: tuple[Any, Any],
    name: str,
    kind: Any,
    status: tuple[Any, str],
    attributes: dict[str, Any],
    context: Mapping[str, Any],
    events: tuple[dict[str, Any], ...],
) -> Fields:
    """A span of its fields as they were written.

    Args:
        ids: trace, span, parent.
        times: start and end.
        name: the span's name.
        kind: number or name.
        status: code (number or name) and message.
        attributes: its own.
        context: what its resource and scope add; its own attributes win.
        events: its events.

    Raises:
        Unreadable: an id or a time is none.
    """
    trace, span, parent = ids
    start, end = times
    for key, value in context.items():
        attributes.setdefault(key, value)
    code, message = status
    return Fields(
        trace_id=trace_id(trace),
        span_id=span_id(span),
        parent_id=parent_id(parent),
        name=name,
        kind=KINDS.get(kind, "INTERNAL") if isinstance(kind, (int, float, str)) else "INTERNAL",
        start_ns=time_ns(start),
        end_ns=time_ns(end),
        status=STATUS.get(code, "unset") if isinstance(code, (int, float, str)) else "unset",
        message=message,
        attributes=attributes,
        events=events,
    )


def _hex(text: str, size: int) -> str:
    """An id of so many bytes in another form: upper-case hex, or base64 as protobuf's own JSON has it."""
    try:
        found = bytes.fromhex(text) if len(text) == 2 * size else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        found = b""
    if len(found) != size:
        raise Unreadable("bad ids")
    return found.hex()


def _from_float(value: Any) -> int:
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return 0

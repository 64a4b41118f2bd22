"""Spans as instrumentations write them, cut down to what is read."""

from __future__ import annotations

from typing import Any, Literal

from systems.records import Span


def span(
    name: str = "span",
    *events: tuple[str, dict[str, Any]],
    status: Literal["unset", "ok", "error"] = "unset",
    message: str = "",
    **attributes: Any,
) -> Span:
    """A span; dots of attribute names are written as double underscores."""
    return Span(
        trace_id="a" * 32,
        span_id="b" * 16,
        name=name,
        start_ns=1,
        end_ns=2,
        status=status,
        message=message,
        attributes={key.replace("__", "."): value for key, value in attributes.items()},
        events=tuple({"name": event, "time_ns": 1, "attributes": told} for event, told in events),
    )


def exception(kind: str, message: str, escaped: str = "False") -> tuple[str, dict[str, Any]]:
    """The event of an exception."""
    return "exception", {"exception.type": kind, "exception.message": message, "exception.escaped": escaped}

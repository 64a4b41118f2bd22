"""The spans of MCP servers: one a start, one a call, with what went wrong in them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from systems import names
from systems.errors import Elicited, ServerUnavailable, ToolFailed

_KINDS: dict[type[BaseException], str] = {
    ServerUnavailable: "unavailable",
    Elicited: "elicited",
    asyncio.CancelledError: "cancelled",
}


@contextmanager
def traced(tracer: Tracer, name: str, server: str) -> Iterator[Span]:
    """A span about a server; an error that passes through is written on it."""
    with tracer.start_as_current_span(
        name, kind=SpanKind.CLIENT, record_exception=False, set_status_on_exception=False
    ) as span:
        span.set_attribute(names.SERVER, server)
        try:
            yield span
        except BaseException as error:
            kind = error.cause if isinstance(error, ToolFailed) else _KINDS.get(type(error), type(error).__name__)
            span.set_attribute(names.ERROR_TYPE, kind)
            span.set_status(Status(StatusCode.ERROR, str(error) or kind))
            raise

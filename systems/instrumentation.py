"""Spans of the model client, sent to the telemetry that is in charge where the call is made.

The instrumentation of the OpenAI client is one for the whole process, while several telemetries may live in it. So it
is given a provider of our own, which passes every span on to the provider of the current context; outside any context
to the one that was instrumented last; and to none once that has left.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from opentelemetry import trace

CURRENT: ContextVar[trace.TracerProvider | None] = ContextVar("specloop_telemetry", default=None)

_STABILITY = "OTEL_SEMCONV_STABILITY_OPT_IN"
_CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_log = logging.getLogger(__name__)
_lock = threading.RLock()
_members: dict[trace.TracerProvider, bool] = {}
_capturing: bool | None = None
_named_by_us = False


def join(provider: trace.TracerProvider, *, capture_content: bool) -> bool:
    """Let a provider have the spans of the model calls made in its contexts.

    Returns:
        False when another part of this process has instrumented the client already: then the spans are its own.
    """
    with _lock:
        _members.pop(provider, None)
        _members[provider] = capture_content
        return _adjust()


def leave(provider: trace.TracerProvider) -> None:
    """Give a provider no more spans; the last one to leave ends the instrumentation."""
    with _lock:
        if _members.pop(provider, None) is not None:
            _adjust()


def _adjust() -> bool:
    """Bring the instrumentation to what the members want: on, off, or with message content."""
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    global _capturing
    wanted = any(_members.values()) if _members else None
    instrumentor = OpenAIInstrumentor()
    if not instrumentor.is_instrumented_by_opentelemetry:
        _capturing = None
    if wanted == _capturing:
        return True
    if _capturing is not None:
        instrumentor.uninstrument()
        _capturing = None
    elif instrumentor.is_instrumented_by_opentelemetry:
        _log.warning("The OpenAI client is instrumented already; specloop will not see its spans.")
        return False
    if wanted is not None:
        os.environ.setdefault(_STABILITY, "gen_ai_latest_experimental")
        _name_capture(wanted)
        instrumentor.instrument(tracer_provider=_Provider())
    else:
        _name_capture(False)
    _capturing = wanted
    return True


def _name_capture(wanted: bool) -> None:
    """Set the variable that the instrumentation reads, if nobody else has, and take it back."""
    global _named_by_us
    if wanted and _CAPTURE not in os.environ:
        os.environ[_CAPTURE] = "SPAN_ONLY"
        _named_by_us = True
    elif not wanted and _named_by_us:
        os.environ.pop(_CAPTURE, None)
        _named_by_us = False


def _in_charge() -> trace.TracerProvider | None:
    current = CURRENT.get()
    if current is not None:
        return current if current in _members else None
    return next(reversed(_members), None)


class _Provider(trace.TracerProvider):
    """Hands out tracers that ask, span by span, who is in charge."""

    def get_tracer(self, *args: Any, **kwargs: Any) -> trace.Tracer:
        return _Tracer(args, kwargs)


class _Tracer(trace.Tracer):
    """A tracer that owns nothing."""

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._args, self._kwargs = args, kwargs

    def _tracer(self) -> trace.Tracer:
        provider = _in_charge() or trace.NoOpTracerProvider()
        return provider.get_tracer(*self._args, **self._kwargs)

    def start_span(self, *args: Any, **kwargs: Any) -> trace.Span:
        return self._tracer().start_span(*args, **kwargs)

    @contextmanager
    def start_as_current_span(self, *args: Any, **kwargs: Any) -> Iterator[trace.Span]:  # type: ignore[override]
        with self._tracer().start_as_current_span(*args, **kwargs) as span:
            yield span

"""Where ended spans go: redacted into the store at once, and to a collector by and by."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any, Literal

from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status, StatusCode, format_span_id, format_trace_id

from systems.errors import Away, SpecloopError
from systems.records import Span
from systems.redaction import redact, redact_text
from systems.spans import SpanStore

QUEUE = 65_536
COLLECTOR_SECONDS = 5.0
_TRACEBACK_CHARACTERS = 2_000
_CONTENT = ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions")
_STATUS: dict[StatusCode, Literal["unset", "ok", "error"]] = {
    StatusCode.UNSET: "unset",
    StatusCode.OK: "ok",
    StatusCode.ERROR: "error",
}
_log = logging.getLogger(__name__)


class Delivery(SpanProcessor):
    """Takes every ended span to the store and, where the environment names one, to a collector.

    Attributes:
        dropped: spans that did not arrive, in the store or at the collector.
    """

    def __init__(self, store: SpanStore, *, capture_content: bool) -> None:
        self._store = store
        self._capture_content = capture_content
        self._collector = _collector()
        self._kept: deque[Span] = deque()  # while the store is away
        self._keeping = threading.Lock()
        self._lost = 0
        self._failure = ""

    @property
    def dropped(self) -> int:
        """How many spans did not arrive."""
        return self._lost + (self._collector.dropped if self._collector else 0)

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each place where spans did not arrive."""
        lost = [f"{self._lost} spans could not be stored: {self._failure}"] if self._lost else []
        if self._collector and (unsent := self._collector.dropped):
            lost.append(
                f"{unsent} spans did not reach the collector at {self._collector.endpoint}; the store has them."
            )
        return tuple(lost)

    def on_end(self, span: ReadableSpan) -> None:
        """Store the span, then hand it to the collector's queue; never raises, what fails is counted."""
        clean = redacted(span, capture_content=self._capture_content)
        with self._keeping:
            self._kept.append(as_record(clean))
            self._store_kept()
        if self._collector:
            self._collector.send(clean)

    def shutdown(self) -> None:
        """Send what is waiting, for some seconds at most; what the store does not take now is lost."""
        with self._keeping:
            if self._kept:
                self._store_kept(most=0)
        if self._collector:
            self._collector.close()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what is waiting; False when some of it did not arrive."""
        return self._collector is None or self._collector.flush()

    def _store_kept(self, most: int = QUEUE) -> None:
        """Store what is kept; of that, only so much waits on for a store that is away."""
        try:
            self._store.add(self._kept)
            self._kept.clear()
        except SpecloopError as error:
            waiting = min(most, len(self._kept)) if isinstance(error, Away) else 0
            lost = len(self._kept) - waiting
            if lost and not self._failure:
                _log.warning("Spans cannot be stored: %s", error)
            self._lost, self._failure = self._lost + lost, str(error) if lost else self._failure
            while len(self._kept) > waiting:
                self._kept.popleft()


class Collector:
    """A batching OTLP sender that knows how many spans it lost."""

    def __init__(self, exporter: SpanExporter, endpoint: str, *, queue: int = QUEUE) -> None:
        self.endpoint = endpoint
        self._queue = queue
        self._lock = threading.Lock()
        self._waiting = 0
        self._failed = 0
        self._closed = False
        self._batch = BatchSpanProcessor(_Counting(exporter, self), max_queue_size=queue, max_export_batch_size=512)

    @property
    def dropped(self) -> int:
        """Spans refused for a full queue, or that the collector did not take; after `close` also those left over."""
        with self._lock:
            return self._failed + (self._waiting if self._closed else 0)

    def send(self, span: ReadableSpan) -> None:
        """Queue a span, or count it when the queue is full."""
        with self._lock:
            full = self._closed or self._waiting >= self._queue
            self._failed += full
            self._waiting += not full
        if not full:
            self._batch.on_end(span)

    def sent(self, count: int, *, arrived: bool) -> None:
        """Note what became of a batch."""
        with self._lock:
            self._waiting -= count
            self._failed += 0 if arrived else count

    def flush(self) -> bool:
        """Send what is waiting; False when some of it did not arrive."""
        before = self.dropped
        self._batch.force_flush()
        return self.dropped == before

    def close(self) -> None:
        """Send what is waiting and stop."""
        self._batch.shutdown()  # type: ignore[no-untyped-call]
        with self._lock:
            self._closed = True


class _Counting(SpanExporter):
    """Tells the collector what became of each batch."""

    def __init__(self, exporter: SpanExporter, collector: Collector) -> None:
        self._exporter, self._collector = exporter, collector

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        arrived = False
        try:
            result = self._exporter.export(spans)
            arrived = result is SpanExportResult.SUCCESS
        finally:
            self._collector.sent(len(spans), arrived=arrived)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _collector() -> Collector | None:
    endpoint = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    if not endpoint or os.environ.get("OTEL_TRACES_EXPORTER") == "none":
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    chosen = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT") or os.environ.get("OTEL_EXPORTER_OTLP_TIMEOUT")
    return Collector(OTLPSpanExporter(timeout=None if chosen else COLLECTOR_SECONDS), redact_text(endpoint))


def redacted(span: ReadableSpan, *, capture_content: bool) -> ReadableSpan:
    """A copy without secrets, and without message content unless that was asked for."""
    attributes = dict(span.attributes or {})
    if not capture_content:
        attributes = {name: value for name, value in attributes.items() if name not in _CONTENT}
    status = span.status
    return ReadableSpan(
        name=redact_text(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=redact(attributes),
        events=[Event(event.name, _clean_event(event), event.timestamp) for event in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(status.status_code, redact_text(status.description)) if status.description else status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _clean_event(event: Event) -> dict[str, Any]:
    attributes: dict[str, Any] = redact(dict(event.attributes or {}))
    if isinstance(traceback := attributes.get("exception.stacktrace"), str):
        attributes["exception.stacktrace"] = traceback[-_TRACEBACK_CHARACTERS:]
    return attributes


def as_record(span: ReadableSpan) -> Span:
    """The SDK's span as our record."""
    context = span.get_span_context()
    assert context is not None, "the SDK ends no span without a context"
    return Span(
        trace_id=format_trace_id(context.trace_id),
        span_id=format_span_id(context.span_id),
        parent_id=format_span_id(span.parent.span_id) if span.parent else None,
        name=span.name,
        kind=span.kind.name,
        start_ns=span.start_time or 0,
        end_ns=span.end_time or span.start_time or 0,
        status=_STATUS[span.status.status_code],
        message=span.status.description or "",
        attributes={name: _plain(value) for name, value in (span.attributes or {}).items()},
        events=tuple(
            {"name": event.name, "time_ns": event.timestamp, "attributes": _plain(dict(event.attributes or {}))}
            for event in span.events
        ),
    )


def _plain(value: Any) -> Any:
    """Tuples as lists, bytes as text: what JSON can hold."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

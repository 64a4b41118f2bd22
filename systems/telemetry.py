"""OpenTelemetry for one workspace: every span into the local store, and to a collector where one is named.

A span is in the store when it has ended, so kill -9 loses only spans in flight. A collector is named by the usual
OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT (OTLP over HTTP). Secrets are redacted before either
sees a span. The provider is our own and never the global one; neither OTEL_SDK_DISABLED nor a sampler named in the
environment takes spans away from the store, because the feedback loop lives on them.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span as SdkSpan
from opentelemetry.sdk.trace import SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    format_span_id,
    set_span_in_context,
)

from systems import instrumentation, names
from systems.errors import Waiting
from systems.export import Delivery
from systems.records import Span as StoredSpan
from systems.spans import SpanStore

_log = logging.getLogger(__name__)
_trace_id: ContextVar[int | None] = ContextVar("specloop_trace_id", default=None)
_scope: ContextVar[dict[str, str | int]] = ContextVar("specloop_scope", default={})  # noqa: B039 (never mutated)


def trace_id(run_id: str) -> str:
    """The trace id of a run, 32 hex digits: the same in every process that works on the run."""
    return hashlib.sha256(run_id.encode()).hexdigest()[:32]


def current_run() -> str:
    """Id of the run that this is done for; empty outside of any."""
    return str(_scope.get().get(names.RUN, ""))


class Telemetry:
    """Spans of one workspace.

    Several may live in one process, one after the other or at the same time: each has its own provider and store, and
    a model call is recorded by the telemetry whose `root`, `scope` or `node` it is made in. A model call outside of any
    goes to the telemetry instrumented last.

    Attributes:
        tracer: what to start spans with.
        provider: the tracer provider, for other instrumentations.
    """

    def __init__(self, store: SpanStore, *, capture_content: bool = False) -> None:
        """Set up.

        Args:
            store: where spans are kept; closing it stays with the caller.
            capture_content: keep prompts and completions of model calls.
        """
        self._capture_content = capture_content
        self._delivery = Delivery(store, capture_content=capture_content)
        self.provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=Resource.create({"service.name": names.WORKFLOW_NAME}),
            id_generator=_Ids(),
            span_limits=SpanLimits(max_span_attributes=1_024, max_events=1_024),
            shutdown_on_exit=False,
        )
        self.provider._disabled = False  # OTEL_SDK_DISABLED is about telemetry sent elsewhere; the store is ours
        self.provider.add_span_processor(_Scoped())
        self.provider.add_span_processor(self._delivery)
        self.tracer = self.provider.get_tracer(names.WORKFLOW_NAME)

    @property
    def dropped(self) -> int:
        """How many spans did not reach the store or the collector."""
        return self._delivery.dropped

    @property
    def problems(self) -> tuple[str, ...]:
        """What became of dropped spans, in words for the person; empty when none was dropped."""
        return self._delivery.problems

    @contextmanager
    def scope(
        self,
        *,
        run: str | None = None,
        loop: int | None = None,
        node: str | None = None,
        step: str | None = None,
        policy: str | None = None,
    ) -> Iterator[None]:
        """Put these attributes on every span started inside, by whom ever, also in tasks started inside.

        An inner scope adds to an outer one; what a span says of itself wins.
        """
        given = {names.RUN: run, names.LOOP: loop, names.NODE: node, names.STEP: step, names.POLICY: policy}
        scope = _scope.set({**_scope.get(), **{name: value for name, value in given.items() if value is not None}})
        current = instrumentation.CURRENT.set(self.provider)
        try:
            yield
        finally:
            instrumentation.CURRENT.reset(current)
            _scope.reset(scope)

    @contextmanager
    def root(self, run_id: str, *, follows: str | None = None, after: StoredSpan | None = None) -> Iterator[Span]:
        """The span of a whole run; a resumed run has a second one in the same trace.

        Args:
            run_id: the run.
            follows: the run whose follow-up it works on.
            after: root span of that run, to which this one is linked.
        """
        attributes = {
            names.OPERATION: names.INVOKE_WORKFLOW,
            names.WORKFLOW: names.WORKFLOW_NAME,
            names.CONVERSATION: run_id,
        }
        if follows:
            attributes[names.FOLLOWS] = follows
        links = [Link(_place(after), {names.RUN: follows or ""})] if after else None
        name = f"{names.INVOKE_WORKFLOW} {names.WORKFLOW_NAME}"
        with self.run(run_id), self._span(name, context=Context(), attributes=attributes, links=links) as span:
            yield span

    @contextmanager
    def run(self, run_id: str) -> Iterator[None]:
        """Spans started inside belong to the run's trace, with or without a root span."""
        token = _trace_id.set(int(trace_id(run_id), 16))
        try:
            with self.scope(run=run_id):
                yield
        finally:
            _trace_id.reset(token)

    @contextmanager
    def node(self, name: str, *, step: str | None = None, loop: int | None = None) -> Iterator[Span]:
        """The span of one node; all spans inside carry the node's name."""
        with self.scope(node=name, step=step, loop=loop), self._span(name) as span:
            yield span

    def note(self, name: str, event: str, attributes: Mapping[str, Any], *, under: StoredSpan | None) -> str:
        """Add an event to a trace that has ended: on a span without length at the end of the one it is about.

        Args:
            name: of the span.
            event: of the event; its time is now.
            attributes: of the event.
            under: the span it is about; None where the trace has none.

        Returns:
            Id of the span, 16 hex digits.
        """
        context, ended = Context(), None
        if under:
            context, ended = set_span_in_context(NonRecordingSpan(_place(under)), context), under.end_ns
        span = self.tracer.start_span(name, context=context, start_time=ended)
        span.add_event(event, dict(attributes))
        span.end(end_time=ended)
        return format_span_id(span.get_span_context().span_id)

    def instrument(self) -> bool:
        """Record the calls of the OpenAI client.

        Returns:
            False when another part of this process does so already; its spans are then not seen here.
        """
        return instrumentation.join(self.provider, capture_content=self._capture_content)

    def uninstrument(self) -> None:
        """Record the calls of the OpenAI client no more."""
        instrumentation.leave(self.provider)

    def close(self) -> None:
        """Send what is waiting, stop, and log what was dropped; a second call does nothing."""
        self.uninstrument()
        self.provider.shutdown()
        for problem in self.problems:
            _log.warning(problem)

    @contextmanager
    def _span(self, name: str, **options: Any) -> Iterator[Span]:
        opened = self.tracer.start_as_current_span(
            name, kind=SpanKind.INTERNAL, record_exception=False, set_status_on_exception=False, **options
        )
        with opened as span:
            try:
                yield span
            except Exception as error:  # whatever a node raises is written down and goes on up
                if not _is_pause(error):
                    span.set_attribute(names.ERROR_TYPE, type(error).__qualname__)
                    span.set_status(Status(StatusCode.ERROR, f"{type(error).__name__}: {error}"))
                    span.record_exception(error)
                raise


def _place(span: StoredSpan) -> SpanContext:
    """Where a span of the store is, for spans of now that belong to it."""
    return SpanContext(int(span.trace_id, 16), int(span.span_id, 16), is_remote=True, trace_flags=TraceFlags(1))


def _is_pause(error: Exception) -> bool:
    """Whether an exception only says that a run stops here and goes on later."""
    from langgraph.errors import GraphBubbleUp

    return isinstance(error, (GraphBubbleUp, Waiting))


class _Ids(RandomIdGenerator):
    """Random ids, but for the trace of a run."""

    def generate_trace_id(self) -> int:
        return _trace_id.get() or super().generate_trace_id()

    def is_trace_id_random(self) -> bool:
        return _trace_id.get() is None


class _Scoped(SpanProcessor):
    """Puts the attributes of the current scope on every span."""

    def on_start(self, span: SdkSpan, parent_context: Context | None = None) -> None:
        own = span.attributes or {}
        span.set_attributes({name: value for name, value in _scope.get().items() if name not in own})

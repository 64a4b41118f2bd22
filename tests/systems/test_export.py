import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from systems.export import Collector
from systems.spans import Store
from systems.telemetry import Telemetry, trace_id
from tests.systems.telemetry_support import KEY, ROOT, RUN, Server, serving, spans


@pytest.fixture(autouse=True)
def no_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "specloop.db")
    yield opened
    opened.close()


@pytest.fixture
def telemetry(store: Store) -> Iterator[Telemetry]:
    opened = Telemetry(store)
    yield opened
    opened.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def test_a_collector_named_by_the_environment_gets_the_spans_without_secrets(
    store: Store, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.url)
    sending = Telemetry(store)
    with sending.root(RUN) as root:
        root.set_attribute("http.request.header.authorization", f"Bearer {KEY}")
        root.set_attribute("note", f"the key is {KEY}")
    sending.close()
    request = ExportTraceServiceRequest.FromString(b"".join(server.collected))
    (resource,) = request.resource_spans
    (sent,) = resource.scope_spans[0].spans
    assert (sent.name, sent.trace_id.hex()) == (ROOT, trace_id(RUN))
    assert {"key": "service.name", "value": "specloop"} in [
        {"key": item.key, "value": item.value.string_value} for item in resource.resource.attributes
    ]
    assert KEY not in str(request)
    assert KEY not in str(spans(store))
    assert sending.dropped == 0
    assert sending.problems == ()


def test_a_collector_that_is_not_there_costs_no_span_of_the_store_and_is_reported(
    store: Store, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"http://me:hunter2@127.0.0.1:{server.server_port}/404")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.5")
    server.shutdown()
    server.server_close()
    sending = Telemetry(store)
    with sending.root(RUN), sending.node("execution"):
        pass
    sending.close()
    assert len(spans(store)) == 2
    assert sending.dropped == 2
    assert sending.problems[0].startswith("2 spans did not reach the collector at http://me:[redacted]@127.0.0.1")
    assert sending.problems[0] in caplog.text


class Stuck(SpanExporter):
    """Takes nothing until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def export(self, spans: Any) -> SpanExportResult:
        self.go.wait(5)
        return SpanExportResult.SUCCESS


def test_spans_that_a_full_queue_refuses_are_counted(store: Store, telemetry: Telemetry) -> None:
    exporter = Stuck()
    collector = Collector(exporter, "nowhere", queue=600)
    provider = TracerProvider(shutdown_on_exit=False)
    for _ in range(1_000):
        span = provider.get_tracer("x").start_span("burst")
        span.end()
        collector.send(span)  # type: ignore[arg-type]
    assert collector.dropped == 400
    exporter.go.set()
    collector.close()
    assert collector.dropped == 400


def test_a_store_that_fails_stops_no_run_and_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(tmp_path / "specloop.db")
    failing = Telemetry(store)
    store.close()
    with failing.root(RUN), failing.node("execution"):
        pass
    failing.close()
    assert failing.dropped == 2
    assert failing.problems[0].startswith("2 spans could not be stored: ")
    assert "Spans cannot be stored" in caplog.text

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from pydantic import SecretStr

from systems import names
from systems.errors import Rejected, Waiting
from systems.export import Collector
from systems.records import Span
from systems.spans import Store
from systems.telemetry import Telemetry, trace_id

KEY = "sk-thisisasecretkey0123456789"
RUN = "run-1"


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


class Server(ThreadingHTTPServer):
    """A chat model at /v1/chat/completions and an OTLP collector at /v1/traces."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.collected: list[bytes] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/v1/traces":
            coded = self.headers.get("content-encoding") == "gzip"
            self.server.collected.append(gzip.decompress(body) if coded else body)
            answer = b""
        else:
            answer = json.dumps(completion(json.loads(body)["model"])).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: Any) -> None:
        pass


def completion(model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": "It is a secret answer."}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


async def ask(server: Server) -> None:
    await call_model(f"{server.url}/v1", SecretStr(KEY), "tiny")


async def call_model(base_url: str, key: SecretStr, name: str) -> None:
    from langchain_openai import ChatOpenAI

    async with httpx.AsyncClient() as client:
        model = ChatOpenAI(
            base_url=base_url, api_key=key, model=name, max_retries=0, max_completion_tokens=4, http_async_client=client
        )
        await model.ainvoke("Say yes.")


def spans(store: Store, run: str = RUN) -> dict[str, Span]:
    return {span.name: span for span in store.spans(trace_id=trace_id(run))}


ROOT = "invoke_workflow specloop"


def test_a_span_is_in_the_store_when_it_has_ended_and_not_before(store: Store, telemetry: Telemetry) -> None:
    with telemetry.root(RUN):
        with telemetry.node("execution"):
            assert spans(store) == {}
        assert list(spans(store)) == ["execution"]
    assert list(spans(store)) == [ROOT, "execution"]


def test_the_root_follows_the_conventions_and_is_found_by_the_run(store: Store, telemetry: Telemetry) -> None:
    with telemetry.root(RUN):
        pass
    assert spans(store)[ROOT].attributes == {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": "specloop",
        "gen_ai.conversation.id": RUN,
        "specloop.run": RUN,
    }
    assert [(trace.trace_id, trace.run_id) for trace in store.traces()] == [(trace_id(RUN), RUN)]


def test_a_resumed_run_goes_on_in_the_same_trace(store: Store) -> None:
    for node in ("next_step", "execution"):
        resumed = Telemetry(store)
        with resumed.root(RUN), resumed.node(node):
            pass
        resumed.close()
    assert [span.name for span in store.spans(trace_id=trace_id(RUN))] == [ROOT, "next_step", ROOT, "execution"]


def test_traces_outside_of_a_run_have_random_ids(store: Store, telemetry: Telemetry) -> None:
    for _ in range(2):
        with telemetry.tracer.start_as_current_span("alone"):
            pass
    assert len({trace.trace_id for trace in store.traces()} | {trace_id(RUN)}) == 3


def test_a_run_is_no_child_of_the_callers_own_trace(store: Store, telemetry: Telemetry) -> None:
    callers = TracerProvider(shutdown_on_exit=False)
    with callers.get_tracer("caller").start_as_current_span("caller"), telemetry.root(RUN):
        pass
    assert spans(store)[ROOT].parent_id is None


async def test_a_scope_marks_every_span_inside_also_in_tasks(store: Store, telemetry: Telemetry) -> None:
    async def work(name: str) -> None:
        with telemetry.tracer.start_as_current_span(name):
            await asyncio.sleep(0)

    with telemetry.root(RUN), telemetry.scope(loop=2, policy="p"):
        with telemetry.node("answer", step="specs"):
            await asyncio.gather(work("one"), asyncio.create_task(work("two")))
        await work("after")
    found = spans(store)
    inside = {names.RUN: RUN, names.LOOP: 2, names.POLICY: "p", names.NODE: "answer", names.STEP: "specs"}
    assert [found[name].attributes for name in ("answer", "one", "two")] == [inside] * 3
    assert found["after"].attributes == {names.RUN: RUN, names.LOOP: 2, names.POLICY: "p"}
    assert {found[name].parent_id for name in ("one", "two")} == {found["answer"].span_id}


def test_what_a_span_says_of_itself_wins_over_the_scope(store: Store, telemetry: Telemetry) -> None:
    with telemetry.root(RUN), telemetry.scope(step="specs"), telemetry.scope(step="design"):
        telemetry.tracer.start_span("own", attributes={names.STEP: "tasks"}).end()
        telemetry.tracer.start_span("scoped").end()
    assert [spans(store)[name].attributes[names.STEP] for name in ("own", "scoped")] == ["tasks", "design"]


def test_a_node_that_fails_says_why(store: Store, telemetry: Telemetry) -> None:
    with pytest.raises(Rejected), telemetry.root(RUN), telemetry.node("document_update"):
        raise Rejected(f"OpenSpec refused, with {KEY}.")
    node = spans(store)["document_update"]
    assert (node.status, node.message) == ("error", "Rejected: OpenSpec refused, with [redacted].")
    assert node.attributes["error.type"] == "Rejected"
    assert node.events[0]["attributes"]["exception.type"] == "systems.errors.Rejected"
    assert KEY not in str(node)


def pauses() -> list[Exception]:
    from langgraph.errors import GraphInterrupt

    return [Waiting("A person is asked."), GraphInterrupt()]


@pytest.mark.parametrize("pause", pauses(), ids=lambda pause: type(pause).__name__)
def test_waiting_for_a_person_is_no_failure(store: Store, telemetry: Telemetry, pause: Exception) -> None:
    with pytest.raises(type(pause)), telemetry.root(RUN), telemetry.node("question_routing"):
        raise pause
    assert {span.status for span in spans(store).values()} == {"unset"}


def test_the_environment_cannot_blind_the_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    blinded = Telemetry(store)
    with blinded.root(RUN):
        pass
    blinded.close()
    assert list(spans(store)) == [ROOT]


async def test_a_model_call_is_a_child_of_its_node_with_its_tokens(
    store: Store, telemetry: Telemetry, server: Server
) -> None:
    telemetry.instrument()
    with telemetry.root(RUN), telemetry.scope(loop=1), telemetry.node("execution"):
        await ask(server)
    chat = spans(store)["chat tiny"]
    assert chat.parent_id == spans(store)["execution"].span_id
    assert (chat.attributes[names.INPUT_TOKENS], chat.attributes[names.OUTPUT_TOKENS]) == (11, 7)
    assert (chat.attributes[names.NODE], chat.attributes[names.LOOP]) == ("execution", 1)
    assert chat.attributes[names.FINISH_REASONS] == ["stop"]
    assert KEY not in str(chat)
    assert "secret answer" not in str(chat)


async def test_message_content_is_kept_when_that_was_asked_for_and_only_there(store: Store, server: Server) -> None:
    plain, curious = Telemetry(store), Telemetry(store, capture_content=True)
    for one in (plain, curious):
        one.instrument()
    for run, one in (("plain", plain), ("curious", curious)):
        with one.root(run):
            await ask(server)
    for one in (plain, curious):
        one.close()
    assert "secret answer" in str(spans(store, "curious")["chat tiny"])
    assert "secret answer" not in str(spans(store, "plain")["chat tiny"])


async def test_telemetries_alive_together_each_get_their_own_spans(tmp_path: Path, server: Server) -> None:
    stores = {run: Store(tmp_path / f"{run}.db") for run in ("one", "two")}
    alive = {run: Telemetry(store) for run, store in stores.items()}

    async def work(run: str) -> None:
        alive[run].instrument()
        with alive[run].root(run):
            await asyncio.gather(ask(server), ask(server))

    await asyncio.gather(*(work(run) for run in stores))
    for run, store in stores.items():
        alive[run].close()
        assert [trace.trace_id for trace in store.traces()] == [trace_id(run)]
        assert [span.name for span in store.spans(trace_id=trace_id(run))] == [ROOT, "chat tiny", "chat tiny"]
        store.close()


async def test_telemetries_one_after_the_other_each_get_their_own_spans(tmp_path: Path, server: Server) -> None:
    for number in range(3):
        store = Store(tmp_path / f"{number}.db")
        one = Telemetry(store)
        one.instrument()
        one.instrument()
        with one.root(RUN):
            await ask(server)
        one.close()
        await ask(server)
        assert list(spans(store)) == [ROOT, "chat tiny"]
        assert store.traces()[0].spans == 2
        store.close()


async def test_a_telemetry_that_is_not_instrumented_gets_no_model_calls(store: Store, server: Server) -> None:
    quiet, loud = Telemetry(store), Telemetry(store)
    loud.instrument()
    with quiet.root(RUN):
        await ask(server)
    assert list(spans(store)) == [ROOT]
    for one in (quiet, loud):
        one.close()


async def test_a_client_somebody_else_instruments_is_left_to_them(
    telemetry: Telemetry, store: Store, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument(tracer_provider=TracerProvider(shutdown_on_exit=False))
    try:
        assert telemetry.instrument() is False
        telemetry.uninstrument()
        assert OpenAIInstrumentor().is_instrumented_by_opentelemetry
        assert "instrumented already" in caplog.text
    finally:
        OpenAIInstrumentor().uninstrument()


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


def test_closing_twice_does_nothing_more(telemetry: Telemetry) -> None:
    telemetry.close()
    telemetry.close()
    assert telemetry.problems == ()


@pytest.mark.embedded
async def test_a_call_of_the_embedded_model_is_a_child_of_its_node_with_its_tokens(
    store: Store, telemetry: Telemetry
) -> None:
    from systems import embedded

    telemetry.instrument()
    async with embedded.running() as running:
        with telemetry.root(RUN), telemetry.node("execution"):
            await call_model(running.base_url, running.api_key, embedded.ALIAS)
    chat = spans(store)[f"chat {embedded.ALIAS}"]
    assert chat.parent_id == spans(store)["execution"].span_id
    assert chat.attributes[names.INPUT_TOKENS] > 0
    assert 0 < chat.attributes[names.OUTPUT_TOKENS] <= 4

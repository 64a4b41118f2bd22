import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider

from systems import names
from systems.spans import Store
from systems.telemetry import Telemetry, trace_id
from tests.systems.telemetry_support import KEY, ROOT, RUN, Server, ask, call_model, serving, spans


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

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

from systems import names
from systems.errors import Rejected, Waiting
from systems.spans import Store
from systems.telemetry import Telemetry, trace_id
from tests.systems.telemetry_support import KEY, ROOT, RUN, spans


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


def test_the_run_of_a_follow_up_is_a_trace_of_its_own_linked_to_the_one_before(
    store: Store, telemetry: Telemetry
) -> None:
    with telemetry.root(RUN):
        pass
    first = spans(store)[ROOT]
    with telemetry.root("after", follows=RUN, after=first) as span:
        assert isinstance(span, ReadableSpan)
        ((link,), own) = span.links, span.context
    place = link.context
    assert (f"{place.trace_id:032x}", f"{place.span_id:016x}") == (first.trace_id, first.span_id)
    assert own and f"{own.trace_id:032x}" == trace_id("after") != first.trace_id
    (after,) = store.spans(trace_id=trace_id("after"))
    assert after.parent_id is None and after.attributes[names.FOLLOWS] == RUN


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


def test_closing_twice_does_nothing_more(telemetry: Telemetry) -> None:
    telemetry.close()
    telemetry.close()
    assert telemetry.problems == ()

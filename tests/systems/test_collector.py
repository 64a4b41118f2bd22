import gzip
import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client.parser import text_string_to_metric_families

from systems.collector import serve
from systems.collector.exchange import Refused
from systems.collector.intake import unpacked
from systems.errors import Missing, UsageError
from systems.records import Span
from systems.runs import Runs
from systems.spans import Store, open_spans
from systems.stores.place import schema_of
from tests import postgres
from tests.conftest import NOT_INSTALLED
from tests.systems.collector_support import (
    JSON,
    PROTOBUF,
    TRACE,
    Running,
    a_span,
    ask,
    collecting,
    export,
    send_until_killed,
    send_until_told,
    until_taken,
)

GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("collector") / "specloop.db"


@pytest.fixture(scope="module")
def collector(store: Path) -> Iterator[Running]:
    with collecting(store, body=100_000) as running:
        yield running


def look(running: Running, path: str) -> tuple[int, str]:
    with closing(running.connect()) as connection:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()


def numbers(text: str) -> dict[str, float]:
    """The samples of a text in Prometheus' format, by name and labels, as its own reader has them."""
    families = text_string_to_metric_families(text)
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value for one in families for sample in one.samples
    }


def stored(path: Path, trace_id: str = TRACE) -> list[Span]:
    with closing(Store(path)) as opened:
        return opened.spans(trace_id=trace_id)


def until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def in_trace(number: int, *spans: dict[str, Any]) -> tuple[str, bytes]:
    trace_id = f"{number:032x}"
    return trace_id, export(*({**span, "traceId": trace_id} for span in spans))


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_the_real_exporter_delivers(collector: Running, store: Path, compression: Compression) -> None:
    endpoint = f"http://127.0.0.1:{collector.port}/v1/traces"
    provider = TracerProvider(resource=Resource.create({"service.name": "travel agent"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint, compression=compression)))
    tracer = provider.get_tracer("tests")
    with tracer.start_as_current_span("chat", attributes={"gen_ai.conversation.id": compression.name}) as span:
        span.add_event("said", {"words": ("one", "two")})
        trace_id = f"{span.get_span_context().trace_id:032x}"
    provider.shutdown()
    (kept,) = stored(store, trace_id)
    assert (kept.name, kept.attributes["otel.scope.name"]) == ("chat", "tests")
    assert kept.events[0]["attributes"] == {"words": ["one", "two"]}
    with closing(Store(store)) as opened:
        (trace,) = [trace for trace in opened.traces() if trace.trace_id == trace_id]
    assert (trace.run_id, trace.service) == (compression.name, "travel agent")


@pytest.mark.parametrize("form", ["plain", "gzip", "chunked"])
def test_json_is_kept_as_it_was_sent(collector: Running, store: Path, form: str) -> None:
    trace_id, body = in_trace(len(form), a_span(1), a_span(2, parentSpanId=f"{1:016x}"))
    sent: Any = {"plain": body, "gzip": gzip.compress(body), "chunked": iter([body[:50], body[50:]])}[form]
    headers = {**JSON, **(GZIP if form == "gzip" else {})}
    answer = collector.post(sent, headers)
    assert (answer.status, answer.headers["content-type"], answer.json) == (200, "application/json", {})
    first, second = stored(store, trace_id)
    assert first.attributes == {"session.id": "talk-1", "resource.service.name": "travel agent"}
    assert (second.parent_id, second.start_ns, second.end_ns) == (f"{1:016x}", 20, 25)


def test_bad_spans_are_rejected_with_their_number_and_the_good_ones_kept(collector: Running, store: Path) -> None:
    trace_id, body = in_trace(20, a_span(1), a_span(0), a_span(2, startTimeUnixNano="never"), a_span(3))
    answer = collector.post(body)
    assert answer.status == 200
    assert answer.json["partialSuccess"]["rejectedSpans"] == "2"
    assert "1 with bad ids" in answer.json["partialSuccess"]["errorMessage"]
    assert len(stored(store, trace_id)) == 2


def test_protobuf_is_answered_in_protobuf(collector: Running) -> None:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    spans.add(trace_id=b"p" * 16, span_id=b"p" * 8, name="good", start_time_unix_nano=1, end_time_unix_nano=2)
    assert collector.post(request.SerializeToString(), PROTOBUF).body == b""
    for _ in range(200):
        spans.add(name="without ids")
    answer = collector.post(request.SerializeToString(), PROTOBUF)
    assert answer.headers["content-type"] == "application/x-protobuf"
    told = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert (told.rejected_spans, told.error_message) == (200, "Spans left out: 200 with bad ids.")
    refused = collector.post(b"\xff" * 10, PROTOBUF)
    assert (refused.status, refused.headers["content-type"]) == (400, "application/x-protobuf")
    assert "protobuf" in Status.FromString(refused.body).message


@pytest.mark.parametrize("path", ["/v1/metrics", "/v1/logs"])
def test_metrics_and_logs_are_thrown_away_and_it_is_said(collector: Running, path: str) -> None:
    assert "thrown away" in collector.post(b"{}", path=path).json["partialSuccess"]["errorMessage"]
    told = ExportTraceServiceResponse.FromString(collector.post(b"", PROTOBUF, path=path).body).partial_success
    assert (told.rejected_spans, "thrown away" in told.error_message) == (0, True)


@pytest.mark.parametrize(
    ("status", "method", "path", "headers", "body"),
    [
        (404, "POST", "/v1/trace", JSON, b"{}"),
        (405, "GET", "/v1/traces", {}, None),
        (405, "OPTIONS", "/v1/traces", {"Origin": "http://example.com"}, None),
        (415, "POST", "/v1/traces", {"Content-Type": "text/plain"}, b"{}"),
        (415, "POST", "/v1/traces", {}, b"{}"),
        (415, "POST", "/v1/traces", {**JSON, "Content-Encoding": "br"}, b"{}"),
        (400, "POST", "/v1/traces", JSON, b"{oh no"),
        (400, "POST", "/v1/traces", JSON, b""),
        (400, "POST", "/v1/traces", PROTOBUF, export(a_span(1))),
        (400, "POST", "/v1/traces", {**JSON, **GZIP}, export(a_span(1))),
        (400, "POST", "/v1/traces", {**JSON, **GZIP}, gzip.compress(export(a_span(1)))[:-9]),
        (413, "POST", "/v1/traces", JSON, b" " * 2_000_000),
        (413, "POST", "/v1/traces", JSON, [b" " * 50_000] * 40),
        (413, "POST", "/v1/traces", {**JSON, **GZIP}, gzip.compress(b" " * 2_000_000)),
    ],
)
def test_what_is_wrong_is_refused_with_a_message(
    collector: Running, status: int, method: str, path: str, headers: dict[str, str], body: Any
) -> None:
    answer = collector.post(body, headers, method=method, path=path)
    assert answer.status == status
    told = Status.FromString(answer.body).message if headers == PROTOBUF else answer.json["message"]
    assert told.endswith(".")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"505"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello \r\n\r\n", b"400"),
        (b"POST /v1/traces HTTP/1.1\r\n" + b"X: y\r\n" * 20_000, b"431"),
        (b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 1" + b"0" * 5_000 + b"\r\n\r\n", b"4"),
    ],
)
def test_what_is_no_request_is_answered_and_hung_up_on(collector: Running, sent: bytes, status: bytes) -> None:
    with collector.open_socket() as connection:
        connection.sendall(sent)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 " + status)


def test_a_connection_serves_many_requests_also_sent_at_once(collector: Running) -> None:
    with closing(collector.connect()) as connection:
        assert [ask(connection, export(a_span(number))).status for number in (1, 2)] == [200, 200]
        assert ask(connection, b"{oh no").status == 400
        assert ask(connection, b"{}", path="/nowhere").status == 404
        assert ask(connection, export(a_span(3))).status == 200
    head = b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
    with collector.open_socket() as raw:
        raw.sendall(head + b"\r\n{}" + head + b"Connection: close\r\n\r\n{}")
        assert b"".join(iter(lambda: raw.recv(65_536), b"")).count(b"HTTP/1.1 200") == 2


def test_a_sender_that_asks_whether_to_go_on_is_told_so(collector: Running) -> None:
    body = export(a_span(1))
    with collector.open_socket() as connection:
        connection.sendall(
            b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert b"".join(iter(lambda: connection.recv(65_536), b"")).startswith(b"HTTP/1.1 200")


def test_secrets_are_not_stored(collector: Running, store: Path) -> None:
    secret = "sk-thisisasecretkey0123456789"
    said = {"key": "gen_ai.tool.call.result", "value": {"stringValue": f"the key is {secret}, keep it safe " * 9}}
    event = {"name": "said", "timeUnixNano": "1", "attributes": [said]}
    status = {"code": 2, "message": secret}
    trace_id, body = in_trace(30, a_span(1, name=secret, attributes=[said], events=[event], status=status))
    assert collector.post(body).status == 200
    assert secret not in str(stored(store, trace_id))
    assert str(stored(store, trace_id)).count("the key is [redacted], keep it safe") == 18


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300) | st.binary(max_size=60).map(lambda end: export(a_span(1))[:-60] + end),
    st.sampled_from([JSON, PROTOBUF, {**JSON, **GZIP}]),
)
def test_whatever_is_sent_gets_an_answer(collector: Running, body: bytes, headers: dict[str, str]) -> None:
    assert collector.post(body, headers).status in (200, 400, 413)


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=4), st.integers(0, 900))
def test_no_more_is_unpacked_than_allowed(parts: list[bytes], most: int) -> None:
    whole = b"".join(parts)
    packed = b"".join(gzip.compress(part) for part in parts)
    if len(whole) <= most:
        assert unpacked(packed, most) == whole
    else:
        with pytest.raises(Refused) as caught:
            unpacked(packed, most)
        assert caught.value.status == 413


def test_slow_senders_are_given_up_and_others_served_meanwhile(tmp_path: Path) -> None:
    with collecting(tmp_path / "specloop.db", request_seconds=0.6, idle_seconds=0.3) as collector:
        slow = [collector.open_socket() for _ in range(50)]
        for connection in slow:
            connection.sendall(b"POST /v1/traces HTTP/1.1\r\nHost: ")
        silent = collector.open_socket()
        assert collector.post(export(a_span(1))).status == 200
        assert silent.recv(65_536) == b""
        slow[0].sendall(b"x")
        assert slow[0].recv(65_536).startswith(b"HTTP/1.1 408")
        for connection in (*slow, silent):
            connection.close()


def test_too_many_connections_are_turned_away_until_one_is_free(tmp_path: Path) -> None:
    with collecting(tmp_path / "specloop.db", connections=1) as collector:
        with closing(collector.connect()) as first:
            assert ask(first, export(a_span(1))).status == 200
            turned_away = collector.post(export(a_span(2)))
            assert (turned_away.status, turned_away.headers["retry-after"]) == (503, "1")
        assert until_taken(collector, export(a_span(2)))


def test_no_more_is_held_than_there_is_room_for(tmp_path: Path) -> None:
    with collecting(tmp_path / "specloop.db", held=10_000) as collector:
        turned_away = collector.post(export(*(a_span(number) for number in range(1, 200))))
        assert (turned_away.status, turned_away.headers["retry-after"]) == (429, "1")
        packed = gzip.compress(export(*(a_span(number) for number in range(1, 200))))
        assert len(packed) < 10_000
        assert collector.post(packed, {**JSON, **GZIP}).status == 429
        for number in range(1, 60):  # what was held is given back
            assert collector.post(export(a_span(number))).status == 200
        assert collector.stop()["turned_away"] == 2


def test_a_store_that_lags_turns_senders_away_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "specloop.db"
    with collecting(path, behind_seconds=0.2) as collector:
        blocking = sqlite3.connect(path, isolation_level=None)
        blocking.execute("BEGIN IMMEDIATE")
        answers: list[int] = []
        waiting = threading.Thread(target=lambda: answers.append(collector.post(export(a_span(1))).status))
        waiting.start()
        time.sleep(0.6)
        turned_away = collector.post(export(a_span(2)))
        assert (turned_away.status, turned_away.headers["retry-after"]) == (503, "2")
        assert answers == []  # nothing is acknowledged that is not committed
        blocking.execute("ROLLBACK")
        blocking.close()
        waiting.join(20)
        assert answers == [200]
        assert until_taken(collector, export(a_span(2)))
    assert [span.name for span in stored(path)] == ["span 1", "span 2"]


def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "specloop.db"
    acknowledged: list[int] = []
    with collecting(path) as collector:
        senders = [
            threading.Thread(target=send_until_killed, args=(collector, range(first, 10**6, 4), acknowledged))
            for first in range(1, 5)
        ]
        for sender in senders:
            sender.start()
        while len(acknowledged) < 100:
            time.sleep(0.005)
        with closing(sqlite3.connect(path, isolation_level=None)) as blocking:  # killed with commits still to come
            blocking.execute("BEGIN IMMEDIATE")
            time.sleep(0.3)
            os.kill(collector.process.pid, signal.SIGKILL)
            collector.process.wait(20)
        for sender in senders:
            sender.join(20)
        port = collector.port
    kept = {int(span.span_id, 16) for span in stored(path)}
    assert set(acknowledged) <= kept
    with collecting(path, port=port) as restarted:
        assert restarted.post(export(*(a_span(number) for number in range(1, max(kept) + 2)))).status == 200
        counts = restarted.stop()
    assert (counts["stored"], counts["repeated"]) == (max(kept) + 1 - len(kept), len(kept))
    assert {int(span.span_id, 16) for span in stored(path)} == set(range(1, max(kept) + 2))


def test_collectors_turn_senders_away_while_the_database_is_gone_and_lose_nothing(tmp_path: Path) -> None:
    if not postgres.is_installed():
        pytest.skip(NOT_INSTALLED)
    acknowledged: list[int] = []
    enough = threading.Event()
    with postgres.running(("fsync=off",)) as server, ThreadPoolExecutor(2) as senders:
        place = schema_of(tmp_path, server.url)
        with collecting(place) as one, collecting(place) as another:
            sending = [
                senders.submit(send_until_told, collector, range(first, 10**6, 2), acknowledged, enough)
                for first, collector in ((1, one), (2, another))
            ]
            until(lambda: len(acknowledged) > 20)
            server.stop()
            refused = one.post(export(a_span(2 * 10**6)))
            assert (refused.status, refused.headers["retry-after"]) in ((503, "5"), (503, "2"))
            server.start()
            before = len(acknowledged)
            until(lambda: len(acknowledged) > before + 20)
            enough.set()
            assert all(set(turned_away.result()) == {503} for turned_away in sending)
            counts = one.stop(), another.stop()
        with closing(open_spans(place)) as opened:
            kept = {int(span.span_id, 16) for span in opened.spans(trace_id=TRACE)}
        assert set(acknowledged) <= kept
        assert sum(count["stored"] for count in counts) <= len(kept)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(tmp_path: Path, number: int) -> None:
    path = tmp_path / "specloop.db"
    body = export(a_span(1), a_span(2))
    with collecting(path) as collector, closing(collector.connect()) as idle, collector.open_socket() as busy:
        assert ask(idle, export(a_span(3), a_span(0))).status == 200
        busy.sendall(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        busy.sendall(b"Content-Length: %d\r\n\r\n" % len(body))
        assert collector.post(b"{}", path="/nowhere").status == 404
        collector.process.send_signal(number)
        time.sleep(0.3)
        busy.sendall(body)
        answer = b"".join(iter(lambda: busy.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in answer.lower()
        counts = json.loads(collector.process.stdout.readline()) if collector.process.stdout else {}
        assert collector.process.wait(20) == 0
    assert counts.items() >= {"requests": 2, "stored": 3, "rejected": 1, "refused": 1, "turned_away": 0}.items()
    assert len(stored(path)) == 3
    assert not path.with_name("specloop.db-wal").exists()


def test_a_port_that_is_taken_is_named(collector: Running, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"Port {collector.port} on 127.0.0.1 is taken"):
        serve(tmp_path / "specloop.db", port=collector.port, ready=lambda port: None)


def test_a_damaged_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "specloop.db").write_bytes(b"this is no database, " * 500)
    with pytest.raises(Missing, match=r"specloop\.db is damaged"):
        serve(tmp_path / "specloop.db", port=0, ready=lambda port: None)


def test_prometheus_reads_what_a_collector_and_its_project_have_done(tmp_path: Path) -> None:
    store = tmp_path / "specloop.db"
    with closing(Runs(store)) as runs:
        runs.start("r1", goal="g", change=None, settings={})
        runs.spend("r1", sent=700, received=90, cost=0.25)
        runs.update("r1", status="done")
        runs.start("r2", goal="g", change=None, settings={})
    with collecting(store) as running:
        _, body = in_trace(1, a_span(1))
        for _ in range(2):
            assert running.post(body).status == 200
        assert running.post(b"{").status == 400
        status, text = look(running, "/metrics")
        said = numbers(text)
    assert status == 200
    assert {key: value for key, value in said.items() if "created" not in key} == {
        "specloop_spans_total stored": 1,
        "specloop_spans_total repeated": 1,
        "specloop_spans_total rejected": 0,
        "specloop_requests_total taken": 2,
        "specloop_requests_total refused": 1,
        "specloop_requests_total turned_away": 0,
        "specloop_commits_behind_seconds": 0,
        "specloop_store_up": 1,
        "specloop_runs done": 1,
        "specloop_runs running": 1,
        "specloop_run_seconds_total": 0,
        "specloop_cost_dollars_total": 0.25,
        "specloop_tokens_total input": 700,
        "specloop_tokens_total output": 90,
        "specloop_trials_total": 0,
        "specloop_adoptions_total": 0,
        "specloop_rollbacks_total": 0,
    }


def test_a_collector_whose_store_is_damaged_lives_but_is_not_ready(tmp_path: Path) -> None:
    store = tmp_path / "specloop.db"
    with collecting(store) as running:
        assert look(running, "/ready") == (200, '{"status": "ready"}')
        for file in tmp_path.glob("specloop.db*"):
            file.unlink()
        store.write_bytes(b"no database" * 1000)
        status, told = look(running, "/ready")
        assert (status, json.loads(told)["status"]) == (503, "the store does not answer")
        assert look(running, "/health") == (200, '{"status": "alive"}')
        assert numbers(look(running, "/metrics")[1])["specloop_store_up"] == 0

"""A real collector in a process of its own, and OTLP requests to send to it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple

from systems.stores import Place

_SERVE = """
import json, sys, time
from pathlib import Path
from systems.collector import serve
from systems.collector.exchange import Limits
from systems.stores import Schema

begun = 0.0
def ready(port):
    global begun
    begun = time.process_time()
    print(port, flush=True)
where = json.loads(sys.argv[1])
place = Path(where[0]) if len(where) == 1 else Schema(*where)
counts = serve(place, port=int(sys.argv[3]), ready=ready, limits=Limits(**json.loads(sys.argv[2])))
print(json.dumps({**counts.model_dump(), "processor": time.process_time() - begun}), flush=True)
"""
ROOT = Path(__file__).parent.parent.parent
TRACE = "a" * 32
JSON = {"Content-Type": "application/json"}
PROTOBUF = {"Content-Type": "application/x-protobuf"}


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Running:
    """A collector process."""

    def __init__(self, store: Place, *, port: int = 0, **limits: float) -> None:
        where = [str(store)] if isinstance(store, Path) else [store.url, store.name, store.project]
        command = [sys.executable, "-c", _SERVE, json.dumps(where), json.dumps(limits), str(port)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self._output = self.process.stdout
        self.port = int(self._output.readline())

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=20)

    def open_socket(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def post(
        self, body: Any, headers: dict[str, str] = JSON, *, path: str = "/v1/traces", method: str = "POST"
    ) -> Answer:
        connection = self.connect()
        try:
            return ask(connection, body, headers, path=path, method=method)
        finally:
            connection.close()

    def stop(self, number: int = signal.SIGTERM) -> dict[str, Any]:
        """Ask it to end; what it says it did."""
        self.process.send_signal(number)
        counts: dict[str, Any] = json.loads(self._output.readline())
        assert self.process.wait(20) == 0
        return counts

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)
        self._output.close()


def ask(
    connection: HTTPConnection,
    body: Any,
    headers: dict[str, str] = JSON,
    *,
    path: str = "/v1/traces",
    method: str = "POST",
) -> Answer:
    connection.request(method, path, body, headers)
    reply = connection.getresponse()
    return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())


@contextmanager
def collecting(store: Place, *, port: int = 0, **limits: float) -> Iterator[Running]:
    running = Running(store, port=port, **limits)
    try:
        yield running
    finally:
        running.end()


def a_span(number: int, **changes: Any) -> dict[str, Any]:
    """A span as OTLP JSON has it."""
    return {
        "traceId": TRACE,
        "spanId": f"{number:016x}",
        "name": f"span {number}",
        "kind": 1,
        "startTimeUnixNano": str(number * 10),
        "endTimeUnixNano": str(number * 10 + 5),
        "attributes": [{"key": "session.id", "value": {"stringValue": "talk-1"}}],
        **changes,
    }


def export(*spans: dict[str, Any]) -> bytes:
    """An OTLP request with these spans, as JSON."""
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "travel agent"}}]}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}).encode()


def until_taken(collector: Running, body: bytes) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if collector.post(body).status == 200:
            return True
        time.sleep(0.05)
    return False


def send_until_killed(collector: Running, numbers: range, acknowledged: list[int]) -> None:
    with closing(collector.connect()) as connection, suppress(OSError, HTTPException):
        for number in numbers:
            if ask(connection, export(a_span(number))).status == 200:
                acknowledged.append(number)


def send_until_told(collector: Running, numbers: range, acknowledged: list[int], enough: threading.Event) -> list[int]:
    """Send spans one after the other, each until it is taken; the codes of the answers that turned it away."""
    turned_away: list[int] = []
    for number in numbers:
        while not enough.is_set():
            answer = collector.post(export(a_span(number)))
            if answer.status == 200:
                acknowledged.append(number)
                break
            assert answer.headers["retry-after"]
            turned_away.append(answer.status)
            time.sleep(0.1)
    return turned_away

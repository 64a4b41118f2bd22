"""How many spans a second go from HTTP into the store, and can be asked for.

    python -m tests.benchmarks.collect [SPANS]

A collector in one process takes batches of 512 spans, as exporters send them, over kept connections from another
process; what it is sent is encoded before. The clock stops when another reader of the store has counted all of them.
Prints one line of JSON last, with five numbers each for protobuf, protobuf in gzip, and JSON: `..._spans_per_second`,
`..._p95_ms` of a request, and `..._processor_us_per_span`, `..._memory_mib` (peak; Linux only) and
`..._bytes_per_span` of the collector and its store. The senders take processor time of the same machine.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from systems.spans import Store
from tests.systems.collector_support import JSON, PROTOBUF, collecting

BATCH = 512
SENDERS = 4
_TOOLS = ("search_flights", "get_weather", "read_file", "run_query", "list_orders")


def spans(count: int, *, seed: int = 7) -> list[dict[str, Any]]:
    """Spans of agents as GenAI instrumentations write them, in OTLP JSON; the same for the same seed."""
    chance = random.Random(seed)
    made: list[dict[str, Any]] = []
    trace = ""
    for number in range(count):
        if number % 20 == 0:
            trace, session = f"{chance.getrandbits(128):032x}", f"session-{chance.getrandbits(40):x}"
        start = 1_700_000_000 * 10**9 + number * 10**7
        tool = chance.choice(_TOOLS)
        name = f"execute_tool {tool}" if number % 2 else "chat gpt-4o"
        attributes = _tool(chance, tool) if number % 2 else _chat(chance)
        made.append(
            {
                "traceId": trace,
                "spanId": f"{chance.getrandbits(64):016x}",
                "parentSpanId": made[-1]["spanId"] if number % 20 else "",
                "name": name,
                "kind": 3,
                "startTimeUnixNano": str(start),
                "endTimeUnixNano": str(start + chance.randrange(10**9)),
                "attributes": [_pair("gen_ai.conversation.id", session), *(_pair(*one) for one in attributes.items())],
                "status": {},
            }
        )
    return made


def _tool(chance: random.Random, tool: str) -> dict[str, str | int]:
    return {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": tool,
        "gen_ai.tool.call.id": f"call_{chance.getrandbits(96):x}",
        "gen_ai.tool.call.arguments": json.dumps({"id": chance.randrange(10**6), "city": "Zagreb"}),
        "gen_ai.tool.call.result": json.dumps({"status": "ok", "rows": [chance.randrange(10**4) for _ in range(8)]}),
    }


def _chat(chance: random.Random) -> dict[str, str | int]:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.id": f"chatcmpl-{chance.getrandbits(120):x}",
        "gen_ai.usage.input_tokens": chance.randrange(4_000),
        "gen_ai.usage.output_tokens": chance.randrange(900),
        "server.address": "api.example.com",
        "server.port": 443,
    }


def _pair(key: str, value: str | int) -> dict[str, Any]:
    return {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}


def as_json(batch: Sequence[dict[str, Any]]) -> bytes:
    """An export of these spans, as JSON."""
    service = {"attributes": [_pair("service.name", "travel-agent"), _pair("telemetry.sdk.language", "python")]}
    scope = {"name": "opentelemetry.instrumentation.genai"}
    blocks = [{"resource": service, "scopeSpans": [{"scope": scope, "spans": list(batch)}]}]
    return json.dumps({"resourceSpans": blocks}, separators=(",", ":")).encode()


def as_protobuf(batch: Sequence[dict[str, Any]]) -> bytes:
    """An export of these spans, as protobuf."""
    from google.protobuf import json_format  # type: ignore[import-untyped]
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    in_base64 = [
        {
            **span,
            **{
                name: base64.b64encode(bytes.fromhex(span[name])).decode()
                for name in ("traceId", "spanId", "parentSpanId")
            },
        }
        for span in batch
    ]
    message: bytes = json_format.Parse(as_json(in_base64), ExportTraceServiceRequest()).SerializeToString()
    return message


def send(port: int, bodies: Sequence[bytes], headers: dict[str, str]) -> list[float]:
    """Send all over some connections at once; seconds that each request took."""
    waiting, taken = list(reversed(bodies)), []

    def sender() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
            while waiting:
                try:
                    body = waiting.pop()
                except IndexError:
                    return
                start = time.perf_counter()
                while True:
                    connection.request("POST", "/v1/traces", body, headers)
                    reply = connection.getresponse()
                    reply.read()
                    if reply.status == 200:
                        break
                    assert reply.status in (429, 503), reply.status
                    time.sleep(float(reply.headers["Retry-After"]))
                taken.append(time.perf_counter() - start)

    threads = [threading.Thread(target=sender) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def measured(folder: Path, form: str, bodies: Sequence[bytes], headers: dict[str, str], count: int) -> dict[str, float]:
    """Speed of one form of requests."""
    path = folder / f"{form}.db"
    with collecting(path) as collector:
        start = time.perf_counter()
        taken = send(collector.port, bodies, headers)
        with closing(Store(path)) as store:
            assert sum(trace.spans for trace in store.traces()) == count
        seconds = time.perf_counter() - start
        memory = Path(f"/proc/{collector.process.pid}/status")
        peak = int(memory.read_text().partition("VmHWM:")[2].split()[0]) / 1024 if memory.exists() else 0
        processor = collector.stop()["processor"]
    return {
        f"{form}_spans_per_second": round(count / seconds),
        f"{form}_p95_ms": round(sorted(taken)[int(len(taken) * 0.95)] * 1_000, 1),
        f"{form}_processor_us_per_span": round(processor / count * 1e6, 1),
        f"{form}_bytes_per_span": round(path.stat().st_size / count, 1),
        f"{form}_memory_mib": round(peak),
    }


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 51_200
    made = spans(count)
    batches = [made[first : first + BATCH] for first in range(0, count, BATCH)]
    protobuf = [as_protobuf(batch) for batch in batches]
    with tempfile.TemporaryDirectory() as folder:
        result = measured(Path(folder), "protobuf", protobuf, PROTOBUF, count)
        packed = [gzip.compress(body) for body in protobuf]
        result |= measured(Path(folder), "gzip", packed, {**PROTOBUF, "Content-Encoding": "gzip"}, count)
        result |= measured(Path(folder), "json", [as_json(batch) for batch in batches], JSON, count)
    print(json.dumps(result))


if __name__ == "__main__":
    main()

"""Spans in PostgreSQL: how fast they come in, what they take, how fast a day is asked, and analysis side by side.

    python -m tests.benchmarks.spans_postgres [SPANS] [TRACES] [COLLECTORS]

A server of its own that writes durably (Debian: `apt-get install postgresql`). Prints one line of JSON last:
`ingest_spans_per_second` of one store that is given rows made ready before, 4,096 a transaction, with the processor
time of it and of the server (Linux), which says more on a busy machine; `collected_spans_per_second` of each of so many
collectors (processes) side by side, from OTLP over HTTP to acknowledged; `bytes_per_span` with all indices; `p95_ms`
and `p50_ms` of one name in twenty over a day that has all SPANS, after the server has tidied them up, as it does by
itself in time; and of TRACES traces, 100 spans each, `analysis_seconds` with 1 and 2 workers and how many times faster
2 are. By default 200,000 spans, 200 traces and 2 collectors; the figures of the README take 10000000 and 1000.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from systems.records import Span
from systems.spans import Rows, as_rows, open_spans
from systems.spans.rows import DAY_NS
from systems.stores import VARIABLE, Schema, place_of
from systems.stores.postgres import connected
from tests import postgres
from tests.benchmarks import collect
from tests.systems.collector_support import PROTOBUF, collecting

BATCH = 4_096
NAMES = 20
MONDAY = 1_763_942_400 * 10**9
DURABLE = ("shared_buffers=512MB", "maintenance_work_mem=256MB", "max_wal_size=4GB")


def batches(count: int, *, seed: int = 7) -> Iterator[Rows]:
    """So many spans of one day, of twenty names, in traces of a hundred."""
    chance = random.Random(seed)
    for first in range(0, count, BATCH):
        yield as_rows(_span(chance, number, count) for number in range(first, min(first + BATCH, count)))


def _span(chance: random.Random, number: int, count: int) -> Span:
    start = MONDAY + number * (DAY_NS // count)
    tool = f"tool_{chance.randrange(NAMES)}"
    return Span(
        trace_id=f"{number // 100 + 1:032x}",
        span_id=f"{chance.getrandbits(64):016x}",
        parent_id=None if number % 100 == 0 else f"{number // 100:016x}",
        name=f"execute_tool {tool}",
        start_ns=start,
        end_ns=start + chance.randrange(10**9),
        attributes={
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool,
            "gen_ai.tool.call.id": f"call_{chance.getrandbits(96):x}",
            "gen_ai.tool.call.arguments": f'{{"path": "src/{chance.getrandbits(32):x}.py"}}',
        },
    )


def ingest(place: Schema, server: postgres.Server, count: int) -> dict[str, Any]:
    """Time of the store alone, processor time of it and of the server, and what it takes on the disk."""
    taken = ours = 0.0
    with closing(open_spans(place)) as store:
        theirs = server.processor_seconds()
        for rows in batches(count):
            start, busy = time.perf_counter(), time.process_time()
            store.add_rows([rows])
            taken, ours = taken + time.perf_counter() - start, ours + time.process_time() - busy
        theirs = server.processor_seconds() - theirs
    with connected(place) as connection:
        sizes = "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'spans'::regclass"
        ((size,),) = connection.execute(sizes).fetchall()
        connection.execute("VACUUM (ANALYZE) spans")
    return {
        "ingest_spans_per_second": round(count / taken),
        "ingest_processor_us_per_span": round(ours / count * 1e6, 1),
        "server_processor_us_per_span": round(theirs / count * 1e6, 1),
        "bytes_per_span": round(int(size) / count, 1),
    }


def asked(place: Schema) -> dict[str, Any]:
    """Milliseconds of percentiles over a day: the first time, and the best of three."""
    found: dict[str, Any] = {}
    with closing(open_spans(place)) as store:
        for percent in (95, 50):
            taken = []
            for _ in range(3):
                start = time.perf_counter()
                assert store.percentiles("execute_tool tool_7", (percent,), since=MONDAY, until=MONDAY + DAY_NS)
                taken.append(round((time.perf_counter() - start) * 1_000, 1))
            found |= {f"p{percent}_first_ms": taken[0], f"p{percent}_ms": min(taken)}
    return found


def collected(place: Schema, count: int, collectors: int) -> dict[str, Any]:
    """Spans a second and collector, from HTTP to acknowledged."""
    bodies = [
        [collect.as_protobuf(made[first : first + collect.BATCH]) for first in range(0, count, collect.BATCH)]
        for made in (collect.spans(count, seed=seed) for seed in range(collectors))
    ]
    with ExitStack() as stack:
        ports = [stack.enter_context(collecting(place)).port for _ in range(collectors)]
        start = time.perf_counter()
        senders = [
            threading.Thread(target=collect.send, args=(port, body, PROTOBUF))
            for port, body in zip(ports, bodies, strict=True)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        seconds = time.perf_counter() - start
    return {"collectors": collectors, "collected_spans_per_second": round(count / seconds)}


def analysis(url: str, folder: Path, traces: int) -> dict[str, Any]:
    """Seconds of `specloop analyze --since` over so many traces, with one worker and with two, in turns."""
    place = place_of(folder, {VARIABLE: url})
    with closing(open_spans(place)) as store:
        for rows in batches(100 * traces):
            store.add_rows([rows])
    program = shutil.which("specloop", path=str(Path(sys.executable).parent))
    command = [str(program), "analyze", "--since", "2025-11-24", "--project", str(folder), "--json", "--workers"]
    taken: dict[str, float] = {"1": 1e9, "2": 1e9}
    for _ in range(2):
        for workers in taken:
            start = time.perf_counter()
            done = subprocess.run(
                [*command, workers], check=True, stdout=subprocess.PIPE, env={VARIABLE: url, "PATH": "/usr/bin:/bin"}
            )
            taken[workers] = min(taken[workers], time.perf_counter() - start)
            assert done.stdout.count(b"\n") == traces
    return {"analysis_seconds": taken, "analysis_times_faster": round(taken["1"] / taken["2"], 2)}


def main() -> None:
    """Measure and print."""
    if not postgres.is_installed():
        print(json.dumps({"skipped": "PostgreSQL is not installed"}))
        return
    given = [int(argument) for argument in sys.argv[1:]]
    spans, traces, collectors = [*given, *(200_000, 200, 2)[len(given) :]]
    with tempfile.TemporaryDirectory() as name, postgres.running(DURABLE) as server:
        place = Schema(server.url, "day", "benchmark")
        measured: dict[str, Any] = {"spans": spans, "traces": traces}
        measured |= ingest(place, server, spans)
        print(measured, file=sys.stderr)
        measured |= asked(place)
        measured |= collected(Schema(server.url, "collected", "benchmark"), 20_480, collectors)
        print(measured, file=sys.stderr)
        measured |= analysis(server.url, Path(name), traces)
    print(json.dumps(measured))


if __name__ == "__main__":
    main()

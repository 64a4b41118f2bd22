"""How fast percentiles of one span name come out of a large store, and what their index costs.

    python -m tests.benchmarks.percentiles [SPANS]

Prints one line of JSON last, for 100,000 spans of one name among as many of others: `percentiles_ms` (p50, p95 and p99
together) beside `sorted_ms` (all durations in order); `ended_us_per_span` and `ended_memory_mib` (all spans in the
order of their ends, one at a time; memory on Linux only); for the insertion `processor_us_per_span` and
`bytes_per_span`. What begins with `unindexed_` is the same without the index.
"""

from __future__ import annotations

import json
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from systems.records import Span
from systems.spans import Rows, Store, as_rows

BATCH = 4_096
NAME = "execute_tool read_file"


def batches(count: int, *, seed: int = 7) -> Iterator[Rows]:
    """So many spans of `NAME`, and as many of a hundred others, in traces of 500."""
    chance = random.Random(seed)
    for first in range(0, 2 * count, BATCH):
        yield as_rows(_span(chance, number) for number in range(first, min(first + BATCH, 2 * count)))


def _span(chance: random.Random, number: int) -> Span:
    start = 1_700_000_000 * 10**9 + number * 10**7
    return Span(
        trace_id=f"{number // 500 + 1:032x}",
        span_id=f"{chance.getrandbits(64):016x}",
        name=NAME if number % 2 else f"execute_tool tool_{chance.randrange(100)}",
        start_ns=start,
        end_ns=start + chance.randrange(10**9),
        attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.id": f"call_{chance.getrandbits(96):x}"},
    )


def best_ms(work: Callable[[], object]) -> float:
    """Milliseconds of the fastest of five."""
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return round(min(taken) * 1_000, 2)


def filled(path: Path, rows: list[Rows], *, indexed: bool) -> tuple[Store, float]:
    """A store with these rows, and the processor seconds it took."""
    store = Store(path)
    if not indexed:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP INDEX spans_durations")
    start = time.process_time()
    for batch in rows:
        store.add_rows([batch])
    return store, time.process_time() - start


def ended(store: Store, count: int) -> dict[str, float]:
    """Time and memory of going through all spans."""
    before, most = _resident(), 0
    start = time.perf_counter()
    for number, _ in enumerate(store.ended()):
        if number % 10_000 == 0:
            most = max(most, _resident())
    seconds = time.perf_counter() - start
    return {"ended_us_per_span": round(seconds / count * 1e6, 2), "ended_memory_mib": round((most - before) / 2**20, 1)}


def _resident() -> int:
    statistics = Path("/proc/self/statm")
    return int(statistics.read_text().split()[1]) * resource.getpagesize() if statistics.exists() else 0


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rows = list(batches(count))
    with tempfile.TemporaryDirectory() as folder:
        measured: dict[str, float] = {}
        for indexed, words in ((True, ""), (False, "unindexed_")):
            path = Path(folder) / f"{words}.db"
            store, seconds = filled(path, rows, indexed=indexed)
            measured[f"{words}percentiles_ms"] = best_ms(lambda store=store: store.percentiles(NAME))  # type: ignore[misc]
            if indexed:
                measured["sorted_ms"] = best_ms(lambda store=store: store.durations(NAME))  # type: ignore[misc]
            store.close()
            measured[f"{words}processor_us_per_span"] = round(seconds / count / 2 * 1e6, 2)
            measured[f"{words}bytes_per_span"] = round(path.stat().st_size / count / 2, 1)
        rows.clear()
        with closing(Store(Path(folder) / ".db")) as store:
            measured |= ended(store, 2 * count)
    print(json.dumps(measured))


if __name__ == "__main__":
    main()

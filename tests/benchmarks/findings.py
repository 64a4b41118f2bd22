"""All detectors on long traces beside `snagtrace` 0.1.0 (three detectors), at the end and after every span.

Reading is timed apart and printed beside: vocabularies, messages, the order of ends, and the marks of each operation,
which are a cheap look at its content (`marks`). What is inside of what, which call repeats another one, and everything
else that takes more than one operation counts as detecting. Prints one JSON object:

- spans: 100,000 spans; seconds of reading and of all detectors, of snagtrace's, and the ratio (limit 1).
- linear: seconds a span at 1,000,000 spans over seconds a span at 100,000 (about 1), and the peak memory in MB.
- live: findings after each of the first 5,000 spans beside snagtrace's diagnosis after each; how many times faster
  (limit 100).
"""

from __future__ import annotations

import gc
import json
import logging
import resource
import time
from collections.abc import Callable, Sequence
from itertools import islice
from statistics import median

from snagtrace import ArgSchemaDetector, CostBudget, Doctor, LoopDetector
from snagtrace import Span as Step

from nodes.feedback_loop.analysis import Analysis
from nodes.feedback_loop.reading.operations import Operation, read
from nodes.feedback_loop.reading.ordering import in_order
from tests.benchmarks.long_trace import long_trace

SPANS = 100_000
LIVE = 5_000
REPEATS = 5


def timed(work: Callable[[], object]) -> float:
    """CPU seconds of this process for some work."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def analyse(operations: Sequence[Operation]) -> None:
    """All detectors, findings at the end."""
    analysis = Analysis()
    analysis.observe_all(operations)
    analysis.close()


def diagnose(steps: Sequence[Step]) -> None:
    """snagtrace's three detectors."""
    doctor().diagnose(list(steps))


def doctor() -> Doctor:
    """snagtrace with all its detectors."""
    return Doctor([LoopDetector(), ArgSchemaDetector(), CostBudget(1_000_000.0)])


def step(number: int, operation: Operation) -> Step:
    """An operation as snagtrace's adapters would give it."""
    kinds = {"tool": "tool_call", "model": "message"}
    tool = operation.kind == "tool"
    return Step(
        step_id=number,
        agent_id=operation.agent or "default",
        kind=kinds.get(operation.kind, "other"),
        tool=operation.name if tool else None,
        args=json.loads(operation.arguments) if tool else None,
        tokens=operation.tokens,
        cost_usd=0.0,
        status="error" if operation.failed else "ok",
        error=operation.error or None,
        timestamp=operation.start_ns / 1e9,
    )


def live(operations: Sequence[Operation]) -> None:
    """Findings after every span."""
    analysis = Analysis()
    for operation in operations:
        analysis.observe(operation)
        analysis.findings()


def live_peer(steps: Sequence[Step]) -> None:
    """snagtrace's diagnosis after every span."""
    peer = doctor()
    for one in steps:
        peer.feed(one)
        peer.diagnose()


def long_run(count: int) -> float:
    """CPU seconds a span of all detectors on a trace that is never held in memory."""
    analysis, spent = Analysis(), 0.0
    stream = in_order(map(read, long_trace(count)))
    while batch := list(islice(stream, 10_000)):
        start = time.process_time()
        analysis.observe_all(batch)
        spent += time.process_time() - start
    start = time.process_time()
    analysis.close()
    return (spent + time.process_time() - start) / count


def beside_peer() -> dict[str, object]:
    """All detectors at the end, and after every span, beside snagtrace."""
    spans = list(long_trace(SPANS))
    operations: list[Operation] = []
    reading = timed(lambda: operations.extend(in_order(map(read, spans))))
    steps = [step(number, one) for number, one in enumerate(operations)]
    pairs = [(timed(lambda: analyse(operations)), timed(lambda: diagnose(steps))) for _ in range(REPEATS)]
    ours, theirs = (median(times) for times in zip(*pairs, strict=True))
    fast, slow = timed(lambda: live(operations[:LIVE])), timed(lambda: live_peer(steps[:LIVE]))
    return {
        "spans": {
            "count": SPANS,
            "reading_seconds": round(reading, 3),
            "seconds": round(ours, 3),
            "snagtrace_seconds": round(theirs, 3),
            "ratio": round(median(one / other for one, other in pairs), 2),
            "limit": 1.0,
        },
        "live": {
            "count": LIVE,
            "seconds": round(fast, 3),
            "snagtrace_seconds": round(slow, 3),
            "times_faster": round(slow / fast, 1),
            "limit": 100,
        },
    }


def main() -> None:
    """Measure and print."""
    logging.getLogger("snagtrace").setLevel(logging.CRITICAL)
    short, long = long_run(SPANS), long_run(10 * SPANS)
    linear = {"ratio": round(long / short, 2), "peak_megabytes": peak_megabytes(), "limit_megabytes": 1000}
    print(json.dumps({**beside_peer(), "linear": linear}))


def peak_megabytes() -> int:
    """Most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()

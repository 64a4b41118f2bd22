"""What the profile of a long trace takes: time a span, and memory, for 100,000 and for 1,000,000 spans.

One trace of agents that call models and tools, in the order of ends, as exporters write it. Operations are made beside
the clock, so that only the profiler is measured; so is its memory, in processes of their own.

Run: python -m tests.benchmarks.profile
Limits: ten times the spans take about ten times the time (`ratio` below 13), 1,000,000 spans below 300 MB.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from nodes.feedback_loop.profile import Profiler
from nodes.feedback_loop.reading.operations import Operation
from systems import names

TRACE = "a" * 32
BATCH = 1_000
MODELS = ("large", "small", "tiny")
TOOLS = ("search", "read", "write", "count", "send")


def operations(count: int) -> Iterator[Operation]:
    """So many operations: a workflow of agents, each with 5 to 40 calls, some of them side by side, some failing."""
    chance = random.Random(3)
    root, now, made = f"{0:016x}", 0, 1
    while made < count:
        agent, name, began = f"{made:016x}", f"agent {chance.randrange(6)}", now
        made += 1
        for _ in range(min(count - made, chance.randrange(5, 40))):
            start = now if chance.random() < 0.9 else max(began, now - 10**8)
            now = max(now, start + chance.randrange(10**7, 10**9))
            yield _call(chance, f"{made:016x}", agent, start, now, name)
            made += 1
        yield _operation(agent, root, began, now, "agent", f"invoke_agent {name}", name, {names.AGENT: name})
    yield _operation(root, None, 0, now, "workflow", "invoke_workflow w", "w", {})


def _call(chance: random.Random, span_id: str, above: str, start: int, end: int, agent: str) -> Operation:
    failed = chance.random() < 0.05
    if chance.random() < 0.5:
        name = chance.choice(MODELS)
        used = {"input_tokens": chance.randrange(4_000), "output_tokens": chance.randrange(900), "server": "here"}
        kind = "model"
    else:
        name, kind = chance.choice(TOOLS), "tool"
        used = {"arguments": f'{{"number": {chance.randrange(1_000)}}}'}
    title = f"chat {name}" if kind == "model" else f"execute_tool {name}"
    return _operation(span_id, above, start, end, kind, title, name, {names.AGENT: agent}, failed=failed, **used)


def _operation(
    span_id: str, above: str | None, start: int, end: int, kind: Any, title: str, name: str, told: Any, **more: Any
) -> Operation:
    empty = dict.fromkeys(("server", "agent", "error_type", "error", "arguments", "result", "call_id", "output"), "")
    zero = dict.fromkeys(("size", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens"), 0)
    return Operation(
        trace_id=TRACE,
        span_id=span_id,
        parent_id=above,
        start_ns=start,
        end_ns=end,
        kind=kind,
        title=title,
        name=name,
        attributes=told,
        **{"failed": False, "messages": (), "calls": (), "finish": "", "cost": None, **empty, **zero, **more},
    )


def measured(count: int) -> dict[str, float]:
    """Microseconds of one core a span, and megabytes at most, of this process."""
    made, observing, profiler = operations(count), 0.0, Profiler()
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while batch := list(islice(made, BATCH)):
        start = time.process_time()
        for operation in batch:
            profiler.observe(operation)
        observing += time.process_time() - start
    start = time.process_time()
    found = profiler.profile()
    adding = time.process_time() - start
    assert abs(found.critical_seconds - found.seconds) < 1, "the one root's duration is the length of the critical path"
    return {
        "spans": count,
        "observe_us": round(observing / count * 1e6, 2),
        "profile_us": round(adding / count * 1e6, 2),
        "seconds": round(observing + adding, 2),
        "mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) / 1024, 1),
    }


def in_process_of_its_own(count: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.profile", str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(measured(int(sys.argv[1]))))
        return
    few, many = in_process_of_its_own(100_000), in_process_of_its_own(1_000_000)
    print(json.dumps({"runs": [few, many], "ratio": round(many["seconds"] / few["seconds"], 2)}))


if __name__ == "__main__":
    main()

"""What specloop adds to a LangGraph superstep: our node around no work, against a bare node with one span.

Both graphs count to N in a loop, with the same SQLite checkpointer, durability `sync`, and one span a node into the
same store; rounds alternate, medians of milliseconds a superstep. Run: python -m tests.benchmarks.superstep
Limit: 1.25 times bare LangGraph.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from graph.checkpoints import saver
from graph.context import Context
from graph.node import traced
from systems.connections import Run, Systems, opened
from systems.demo import lay_out
from tests.systems.imitation_server import ImitationServer

STEPS = 200
ROUNDS = 11


class Count(TypedDict):
    number: int


async def count(state: Count, run: Run) -> Count:
    return Count(number=state["number"] + 1)


def looped(node: Any) -> StateGraph[Count, Context, Count, Count]:
    builder: StateGraph[Count, Context, Count, Count] = StateGraph(Count, context_schema=Context)
    builder.add_node("count", node)
    builder.add_edge(START, "count")
    builder.add_conditional_edges("count", lambda state: END if state["number"] >= STEPS else "count", ["count", END])
    return builder


def bare(systems: Systems) -> Any:
    async def count_bare(state: Count, runtime: Runtime[Context]) -> Count:
        with systems.telemetry.tracer.start_as_current_span("count"):
            return Count(number=state["number"] + 1)

    return count_bare


async def milliseconds(node: Any, context: Context, thread: str) -> float:
    async with saver(Path(context.project)) as checkpoints:
        graph = looped(node).compile(checkpointer=checkpoints)
        began = time.perf_counter()
        await graph.ainvoke(
            Count(number=0),
            {"configurable": {"thread_id": thread}, "recursion_limit": STEPS + 10},
            context=context,
            durability="sync",
        )
        return (time.perf_counter() - began) * 1000 / STEPS


async def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, ImitationServer() as server:
        context = Context(project=str(lay_out(Path(folder) / "project")), model=server.url)
        ours, plain = [], []
        async with opened(context, linger=0) as systems:
            for number in range(ROUNDS):
                with systems.runs.alive(f"ours-{number}"):
                    ours.append(await milliseconds(traced(count)[0], context, f"ours-{number}"))
                plain.append(await milliseconds(bare(systems), context, f"bare-{number}"))
    ratio = statistics.median(a / b for a, b in zip(ours[1:], plain[1:], strict=True))
    return {
        "specloop_ms": round(statistics.median(ours[1:]), 3),
        "langgraph_ms": round(statistics.median(plain[1:]), 3),
        "ratio": round(ratio, 3),
        "limit": 1.25,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))

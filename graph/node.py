"""How a piece of work becomes a LangGraph node: it gets its systems, and a span of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, get_type_hints

from langgraph.runtime import Runtime

from graph.context import Context
from systems.connections import Run, opened

Work = Callable[[Any, Run], Awaitable[Any]]


def traced(work: Work) -> tuple[Callable[..., Awaitable[Any]], type[Any]]:
    """The node for `work(state, run)`, and the TypedDict of the keys it reads.

    The node's return type is the work's, because LangGraph draws the edges of a `Command[Literal[...]]` from it.
    """
    hints = get_type_hints(work)
    name = work.__name__

    async def node(state: Mapping[str, Any], runtime: Runtime[Context]) -> Any:
        run_id = _run_id(runtime)
        async with opened(runtime.context) as systems:
            step = state.get("step") or {}
            loop = state.get("loop") or step.get("loop") or 0
            systems.runs.update(run_id, node=name)
            telemetry = systems.telemetry
            with (
                telemetry.run(run_id),
                telemetry.scope(policy=systems.policy.hash),
                telemetry.node(name, step=step.get("artifact"), loop=loop + (name == "next_step")),
            ):
                return await work(state, Run(run_id, runtime.context, systems))

    node.__name__ = node.__qualname__ = name
    node.__annotations__ = {"state": hints["state"], "runtime": Runtime[Context], "return": hints["return"]}
    return node, hints["state"]


def _run_id(runtime: Runtime[Context]) -> str:
    info = runtime.execution_info
    if info is None or not info.thread_id:
        raise RuntimeError("specloop runs on a checkpointer: pass configurable.thread_id.")
    return info.thread_id

"""How a piece of work becomes a LangGraph node: it gets its systems, and a span of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, get_type_hints

from langgraph.errors import GraphInterrupt
from langgraph.runtime import Runtime

from graph.context import Context
from systems.connections import Run, Systems, opened

Work = Callable[[Any, Run], Awaitable[Any]]
BETWEEN = ("next_step", "workflow_end")  # they stand before the loop that comes, or after the last
PARALLEL = "answer"  # several run side by side: one that starts must not hide what another waits for


def traced(work: Work) -> tuple[Callable[..., Awaitable[Any]], type[Any]]:
    """The node for `work(state, run)`, and the TypedDict of the keys it reads.

    The node's return type is the work's, because LangGraph draws the edges of a `Command[Literal[...]]` from it.
    """
    hints = get_type_hints(work)
    name = work.__name__

    async def node(state: Mapping[str, Any], runtime: Runtime[Context]) -> Any:
        run_id, context = _run_id(runtime), runtime.context or Context()
        async with opened(context) as systems:
            step = state.get("step") or {}
            loop = state.get("loop") or step.get("loop") or 0
            systems.runs.update(run_id, node=name)
            if name != PARALLEL:
                systems.runs.update(run_id, status="running", waiting_for=())
            telemetry = systems.telemetry
            with (
                telemetry.run(run_id),
                telemetry.scope(policy=systems.policy.hash),
                telemetry.node(name, step=step.get("artifact"), loop=loop + (name in BETWEEN)),
            ):
                try:
                    return await work(state, Run(run_id, context, systems))
                except BaseException as stop:  # waiting for a person, failed or stopped: others may work on the change
                    if isinstance(stop, GraphInterrupt):
                        _note_pause(stop, run_id, systems)
                    systems.release(run_id)
                    raise

    node.__name__ = node.__qualname__ = name
    node.__annotations__ = {"state": hints["state"], "runtime": Runtime[Context], "return": hints["return"]}
    return node, hints["state"]


def _note_pause(pause: GraphInterrupt, run_id: str, systems: Systems) -> None:
    """Let `status` say what a run waits for, also where a LangGraph server runs it."""
    asked = [str(interrupt.value["text"]) for interrupt in pause.args[0]]
    waiting_for = tuple(dict.fromkeys([*systems.runs.get(run_id).waiting_for, *asked]))
    systems.runs.update(run_id, status="waiting", waiting_for=waiting_for)


def _run_id(runtime: Runtime[Context]) -> str:
    info = runtime.execution_info
    if info is None or not info.thread_id:
        raise RuntimeError("specloop runs on a checkpointer: pass configurable.thread_id.")
    return info.thread_id

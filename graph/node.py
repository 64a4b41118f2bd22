"""How a piece of work becomes a LangGraph node: it gets its systems, and a span of its own, and says what happens.

What it says goes over the custom stream (`graph.progress`), errors too: a server keeps their words to itself. A node
whose database went away is worked again once it answers (`systems/stores/outage.py`), as after a crash.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_type_hints

from langgraph.errors import GraphInterrupt
from langgraph.runtime import Runtime
from langgraph.types import Command, RetryPolicy

from graph.context import Context
from graph.permitted import permitted
from graph.progress import Event, chunk, chunks
from systems import draining
from systems.connections import Run, opened
from systems.errors import Away, SpecloopError
from systems.project.addresses import is_url
from systems.project.clones import checked_out
from systems.stores import outage
from systems.stores.place import database_of

Work = Callable[[Any, Run], Awaitable[Any]]
BETWEEN = ("next_step", "workflow_end", "documentation")  # they stand before the loop that comes, or after the last
AGAIN = RetryPolicy(retry_on=Away, max_attempts=5, initial_interval=0.5, jitter=False)
PARALLEL = "answer"  # several run side by side: one that starts must not hide what another waits for


def traced(work: Work) -> tuple[Callable[..., Awaitable[Any]], type[Any]]:
    """The node for `work(state, run)`, and the TypedDict of the keys it reads.

    The node's return type is the work's, because LangGraph draws the edges of a `Command[Literal[...]]` from it.
    """
    hints = get_type_hints(work)
    name = work.__name__

    async def node(state: Mapping[str, Any], runtime: Runtime[Context]) -> Any:
        context, say = runtime.context or Context(), runtime.stream_writer
        await draining.begin()
        say(chunk(Event("started", name, name)))
        try:
            await outage.over(database_of())
            asked = permitted(runtime, "run", "Working on a run")
            run_id = _run_id(runtime)
            checkout = await checked_out(context.project, run_id, _change(state)) if is_url(context.project) else None
            here = asked.in_folder(checkout.folder if checkout else Path(context.project))
            async with opened(here) as systems:
                run = Run(run_id, here, systems.of_run(run_id))
                with _at_work(name, state, run):
                    written = await work(state, run)
                if checkout and name != PARALLEL:
                    await checkout.publish(_change(_update(written)) or _change(state))
                for each in chunks(name, _update(written), systems.documents):
                    say(each)
                return written
        except SpecloopError as error:
            if isinstance(error, Away):
                say(chunk(Event("note", name, f"{error.message} It is waited for.", "warning")))
            say({"error": error.told()})
            raise

    node.__name__ = node.__qualname__ = name
    node.__annotations__ = {"state": hints["state"], "runtime": Runtime[Context], "return": hints["return"]}
    return node, hints["state"]


def _update(written: Any) -> Mapping[str, Any]:
    """What a node writes into the state."""
    found = written.update if isinstance(written, Command) else written
    return found if isinstance(found, Mapping) else {}


def _change(state: Mapping[str, Any]) -> str | None:
    """The change that is worked on, by what a node reads or writes."""
    return state.get("change") or (state.get("step") or {}).get("change")


@contextmanager
def _at_work(name: str, state: Mapping[str, Any], run: Run) -> Iterator[None]:
    """A node at work: seen in the list of runs and in the trace, and in order again however it ends."""
    telemetry = run.systems.telemetry
    step = state.get("step") or {}
    loop = state.get("loop") or step.get("loop") or 0
    try:
        with (
            _held(name, run),
            telemetry.run(run.id),
            telemetry.scope(policy=run.systems.policy.hash),
            telemetry.node(name, step=step.get("artifact"), loop=loop + (name in BETWEEN)),
        ):
            yield
            run.check()
    except BaseException:  # waiting for a person, failed or stopped: others may work on the change
        run.systems.claims.release(run.id)
        raise


@contextmanager
def _held(name: str, run: Run) -> Iterator[None]:
    """Hold a run while a node works, and let the list of runs say so."""
    with run.systems.runs.held(run.id):
        if name == PARALLEL:
            run.systems.runs.update(run.id, node=name)
        else:
            run.systems.runs.update(run.id, node=name, status="running", waiting_for=())
        try:
            yield
        except GraphInterrupt as pause:
            run.check()
            _note_pause(pause, run)
            raise


def _note_pause(pause: GraphInterrupt, run: Run) -> None:
    """Let `status` say what a run waits for, also where a LangGraph server runs it."""
    runs = run.systems.runs
    asked = [str(interrupt.value["text"]) for interrupt in pause.args[0]]
    waiting_for = tuple(dict.fromkeys([*runs.get(run.id).waiting_for, *asked]))
    runs.update(run.id, status="waiting", waiting_for=waiting_for)


def _run_id(runtime: Runtime[Context]) -> str:
    info = runtime.execution_info
    if info is None or not info.thread_id:
        raise RuntimeError("specloop runs on a checkpointer: pass configurable.thread_id.")
    return info.thread_id

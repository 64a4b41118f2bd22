"""The desk of a server: everything about a project that is not a run of the main graph.

It is a graph of one node beside the main one in `langgraph.json`, so that every server of the agent protocol serves it
without routes of its own. Some of it is a command of the program, run by the worker with exactly the options named
here; nothing a client says reaches a path of the worker.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from graph.context import Context
from graph.delivery import delivered
from graph.feedback.heeding import afresh, heeded_by, redrafting
from graph.learning.harvest.harvest import Stores
from graph.permitted import OF_A_WORKER, Permitted, permitted
from graph.stream import arrived
from systems.access.callers import Role
from systems.errors import SpecloopError, UsageError
from systems.feedback import Heeded
from systems.project.addresses import is_url
from systems.project.clones import checked_out
from systems.project.program import run
from systems.project.repository import check_project
from systems.records import Outcome
from systems.settings import HERE, load_settings

SECONDS = 300.0
OPTIONS: Mapping[str, frozenset[str]] = {
    "status": frozenset(),
    "doctor": frozenset({"--model"}),
    "next": frozenset(),
    "history": frozenset(),
    "report": frozenset(),
    "ask": frozenset({"--fresh"}),
    "feedback": frozenset({"--rating", "--keep", "--withdraw"}),
    "ledger": frozenset({"--all"}),
    "ledger show": frozenset(),
    "ledger verify": frozenset(),
}
"""The commands that the desk runs, and which of their options a client may give."""
ASK_A_MODEL = ("ask", "doctor")
READS = frozenset({"version", "hello", "status", "next", "history", "report", "ledger", "ledger show", "ledger verify"})
"""What everybody may who may see the project; the rest takes the role `run`."""
PROGRAM = (sys.executable, "-c", "from graph.cli import main; main(prog_name='specloop')")


class Asked(TypedDict):
    """What a client asks of the desk."""

    command: str
    given: dict[str, Any]


class Desk(Asked, total=False):
    """What it is asked, and what it says to that: a result or an error, and the worker's version of specloop."""

    result: dict[str, Any]
    error: dict[str, str]
    version: str


class Answered(TypedDict, total=False):
    """What the desk writes."""

    result: dict[str, Any]
    error: dict[str, str]
    version: str


async def desk(state: Asked, runtime: Runtime[Context]) -> Answered:
    """Do one thing that a client asks."""
    given = state.get("given", {})
    work = WORK.get(state["command"])
    try:
        asked = permitted(runtime, *needed(state["command"], given))
        if work is None:
            raise UsageError(f"The server knows no {state['command']!r}.", mend=f"It knows: {', '.join(WORK)}.")
        return Answered(result=await work(given, asked), version=version("specloop"))
    except SpecloopError as error:
        return Answered(error=error.told(), version=version("specloop"))


def needed(command: str, given: Mapping[str, Any]) -> tuple[Role, str]:
    """The role that something takes, and what it is as the subject of a sentence."""
    name = str(given.get("name")) if command == "command" else command
    only_listed = (
        name == "feedback" and len(given.get("words", ())) == 1 and set(given.get("options", ())) <= {"--json"}
    )
    return "read" if name in READS or only_listed else "run", name.capitalize()


async def _version(given: Mapping[str, Any], asked: Permitted) -> dict[str, Any]:
    """Nothing: every answer has the version."""
    return {}


async def _hello(given: Mapping[str, Any], asked: Permitted) -> dict[str, Any]:
    """What holds for a run of the project with these settings."""
    folder = await _folder(asked)
    asked.check(given["settings"], load_settings(folder, {}))
    settings = load_settings(folder, given["settings"])
    if asked.context.approve == "ask":
        settings = settings.model_copy(update={"approve": "ask"})
    if asked.context.supervised:  # what is the worker's own stays there
        unsaid = OF_A_WORKER.keys() - {key for key, value in given["settings"].items() if value is not None}
        settings = settings.model_copy(update={key: getattr(Context, key) for key in unsaid})
    return {"settings": settings.model_dump()}


async def _outcome(given: Mapping[str, Any], asked: Permitted) -> dict[str, Any]:
    """What a run came to or waits for, from the state of its thread."""
    run_id, named = given["run_id"], asked.context.project
    checkout = await checked_out(named, run_id, given["values"].get("change")) if is_url(named) else None
    project = checkout.folder if checkout else check_project(Path(named))
    outcome = arrived(run_id, given["values"], given["interrupts"], project)
    if checkout and outcome.status != "waiting":
        outcome = await delivered(outcome, checkout)
    return outcome.model_dump(mode="json")


async def _command(given: Mapping[str, Any], asked: Permitted) -> dict[str, Any]:
    """What a command of the program says."""
    name, options = given["name"], given.get("options", [])
    if name not in OPTIONS:
        raise UsageError(f"A server does not run {name!r}.", mend=f"It runs: {', '.join(OPTIONS)}.")
    if unknown := [each for each in options if each.partition("=")[0] not in {*OPTIONS[name], "--json"}]:
        raise UsageError(f"A server does not take {unknown[0]} with {name!r}.", mend="Leave it out.")
    folder = await _folder(asked, next(iter(given.get("words", [])), "") if name == "feedback" else "")
    environment = _environment(given)
    if name in ASK_A_MODEL:
        environment |= _model(asked, options, folder)
        options = [each for each in options if not each.startswith("--model")]
    argv = [*PROGRAM, *name.split(), *options, "--project", str(folder), "--", *given.get("words", [])]
    done = await run(argv, cwd=folder, env=environment, seconds=SECONDS)
    return {"code": done.returncode, "output": done.stdout, "errors": done.stderr}


def _model(asked: Permitted, options: Sequence[str], folder: Path) -> dict[str, str]:
    """Which model a command asks, and with which key: variables of its environment."""
    named = next((each.partition("=")[2] for each in options if each.startswith("--model=")), "")
    context = replace(asked.context, model=named) if named else asked.context
    here = asked._replace(context=context).in_folder(folder)
    if asked.caller is None and here.model == Context.model:
        return {}
    chosen = {"SPECLOOP_MODEL": here.model, "SPECLOOP_MODEL_URL": here.model_url}
    return {**chosen, "SPECLOOP_API_KEY": ""} if here.keyless else chosen


async def _folder(asked: Permitted, run_id: str = "") -> Path:
    """The project's folder on this worker; of a repository, its main branch or as far as a run has come."""
    project = asked.context.project
    if is_url(project):
        return (await checked_out(project, run_id)).folder
    return check_project(Path(project))


def _environment(given: Mapping[str, Any]) -> dict[str, str]:
    """That of the worker, as wide as the client's terminal; it asks no server in turn."""
    return {**os.environ, "SPECLOOP_SERVER": HERE, "COLUMNS": str(int(given.get("columns", 120)))}


async def _redraft(given: Mapping[str, Any], asked: Permitted) -> dict[str, Any]:
    """What the state of a run becomes when it goes on for feedback, or why it cannot."""
    kept = Heeded.model_validate(given["kept"])
    with Stores(await _folder(asked)) as stores:
        run = stores.runs.get(kept.run_id)
        again = redrafting(kept, run, ask=given["ask"])
        if isinstance(again, str):
            return {"note": again}
        return {"update": afresh(run, stores.documents.put_record(again))}


async def _heeded(given: Mapping[str, Any], asked: Permitted) -> dict[str, Any]:
    """Feedback with what a run did because of it."""
    kept, outcome = Heeded.model_validate(given["kept"]), Outcome.model_validate(given["outcome"])
    project = await _folder(asked)
    return heeded_by(project, kept, given["redraft_ref"], outcome).model_dump(mode="json")


WORK: Mapping[str, Callable[[Mapping[str, Any], Permitted], Awaitable[dict[str, Any]]]] = {
    "version": _version,
    "hello": _hello,
    "outcome": _outcome,
    "command": _command,
    "redraft": _redraft,
    "heeded": _heeded,
}


def build() -> CompiledStateGraph[Desk, Context, Asked, Desk]:
    """The graph of one node."""
    builder: StateGraph[Desk, Context, Asked, Desk] = StateGraph(
        Desk, context_schema=Context, input_schema=Asked, output_schema=Desk
    )
    builder.add_node("desk", desk, input_schema=Asked, metadata={"description": "Answers for what is no run"})
    builder.add_edge(START, "desk")
    builder.add_edge("desk", END)
    return builder.compile(name="desk")


graph = build()

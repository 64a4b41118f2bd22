"""The desk of a server: everything about a project that is not a run of the main graph.

It is a graph of one node beside the main one in `langgraph.json`, so that every server of the agent protocol serves it
without routes of its own. Some of it is a command of the program, run by the worker (`graph/commanding.py`).
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from graph import commanding
from graph.archiving import filed
from graph.context import Context
from graph.delivery import delivered
from graph.feedback.heeding import afresh, heeded_by, redrafting
from graph.learning.harvest.harvest import Stores
from graph.permitted import OF_A_WORKER, Permitted, permitted
from graph.stream import arrived
from systems.access.callers import Role
from systems.access.replies import Replies, replier
from systems.errors import SpecloopError, UsageError
from systems.feedback import Heeded
from systems.project.addresses import is_url
from systems.project.clones import checked_out
from systems.project.repository import check_project
from systems.records import Outcome
from systems.settings import load_settings
from systems.stores import place_of

ROLES: Mapping[str, Role] = {"version": "read", "hello": "read", "archive": "approve"}
"""What takes another role than `run`; a command says its own."""
ASK_A_MODEL = frozenset({"ask", "doctor", "analyze"})


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
        user = runtime.server_info.user if runtime.server_info else None
        return Answered(result=await work({**given, "by": replier(user)}, asked), version=version("specloop"))
    except SpecloopError as error:
        return Answered(error=error.told(), version=version("specloop"))


def needed(command: str, given: Mapping[str, Any]) -> tuple[Role, str]:
    """The role that something takes, and what it is as the subject of a sentence."""
    if command == "command":
        return commanding.role_of(given), str(given.get("name")).capitalize()
    return ROLES.get(command, "run"), command.capitalize()


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
    name, options = given["name"], list(given.get("options", []))
    commanding.check(name, options)
    folder = await _folder(asked, next(iter(given.get("words", [])), "") if name == "feedback" else "")
    chosen = {}
    if name in ASK_A_MODEL:
        chosen = _model(asked, options, folder)
        options = [each for each in options if not each.startswith("--model")]
    return await commanding.carried_out({**given, "options": options}, folder, chosen)


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


async def _archive(given: Mapping[str, Any], asked: Permitted) -> dict[str, Any]:
    """Put a change into the main specs, of a repository on the branch of the change; who did is kept with its run."""
    change, named = str(given["change"]), asked.context.project
    checkout = await checked_out(named, f"archive-{change}-{secrets.token_hex(3)}", change) if is_url(named) else None
    folder = checkout.folder if checkout else check_project(Path(named))
    done = await filed(folder, change)
    with Stores(folder) as stores, closing(Replies(place_of(folder))) as replies:
        if run := next((run for run in stores.runs.all() if run.change == change), None):
            question = {"kind": "archive", "text": f"Archive {change}?"}
            replies.keep(run.run_id, done.path, given["by"], question, "archive")
    if checkout:
        await checkout.publish(change)
        done = done.model_copy(update={"branch": await checkout.branch(change)})
    return done.model_dump(mode="json")


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
    "archive": _archive,
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

"""Who a server of the agent protocol lets in, and to what: its own hook for that, named in `langgraph.json`.

`langgraph dev`, Aegra and the LangGraph Platform read it (https://docs.langchain.com/langgraph-platform/auth). To the
server a user is the project that a request is about: so everybody of a project sees its threads, and nobody else. Who
they are themselves, and what they may, goes along to the nodes, which look at it once more (`graph/node.py`,
`graph/desk.py`): only there it is certain which project a graph is to work in.

Without any token, requests that were made on the server's own machine are let in, with every role.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from langgraph_sdk import Auth

from graph.desk import Asked
from graph.feedback.heeding import AFRESH_KEYS
from graph.permitted import OF_A_WORKER
from systems.access.callers import (
    DESK_HEADER,
    PROJECT_HEADER,
    Caller,
    Role,
    caller_of,
    refused,
    same_project,
    up_to,
)
from systems.access.peers import is_local
from systems.access.tokens import KnownTokens, Token
from systems.errors import SpecloopError

LOCAL = "local"
NOWHERE = "specloop"
"""Whose threads are that name no project."""
OWNER = "owner"
DESK = " (desk)"
"""Ends the identity of those who ask the desk: what they start there is seen and touched by no run."""
ABOUT = "specloop"
"""What the metadata of a run's thread say of it: its project, goal and settings."""
Wanted = tuple[Role, str]
"""The role that something takes, and what that is."""
auth = Auth()
tokens = KnownTokens()


@auth.authenticate
async def authenticate(
    headers: Mapping[Any, Any], scope: Mapping[str, Any] | None = None
) -> Auth.types.MinimalUserDict:
    """The user of a request; Aegra gives nothing but the headers, as texts, the others give bytes."""
    named = {_text(name).lower(): _text(value) for name, value in headers.items()}
    project = same_project(unquote(named.get(PROJECT_HEADER, "")) or NOWHERE)
    scheme, _, secret = named.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret.strip():
        token = await asyncio.to_thread(tokens.holder, secret.strip())
        if token is None:
            raise _unknown("This token is not known here: it is wrong, has expired or was revoked.")
        return _of_token(token, project, DESK if DESK_HEADER in named else "")
    if await asyncio.to_thread(tokens.are_any):
        raise _unknown("A token is needed here.")
    peer = (scope.get("client") or ("",))[0] if scope is not None else None
    if not is_local(named, peer):
        words = "Without tokens only programs on the server's own machine are let in, and not through a proxy."
        raise _unknown(f"{words} Make one there: specloop token add NAME --role run")
    return _user(LOCAL, "approve", project, bound="")


def _of_token(token: Token, project: str, where: str) -> Auth.types.MinimalUserDict:
    """The user with a token, in the project that the request names, or in the only one it is good for."""
    known = tuple(map(same_project, token.projects))
    if project == NOWHERE and len(known) == 1:
        project = known[0]
    if known and project not in known:
        error = refused(f"{token.name} has no access to the project {project}.", f"--role ROLE --project {project}")
        raise Auth.exceptions.HTTPException(status_code=403, detail=str(error))
    return _user(token.name, token.role, project, bound=project if known else "", where=where)


def _user(name: str, role: Role, project: str, *, bound: str, where: str = "") -> Auth.types.MinimalUserDict:
    user = {
        "identity": project + where,
        "display_name": name,
        "is_authenticated": True,
        "permissions": list(up_to(role)),
    }
    return {**user, "project": bound}  # type: ignore[typeddict-item]  # goes along to the nodes


@auth.on
async def authorize(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> Auth.types.FilterType | None:
    """Let a user do something, and show them only what is of their project; what they make is the project's."""
    caller = caller_of(ctx.user)
    rule = RULES.get((ctx.resource, ctx.action), _unusual)
    try:
        if caller is None or (rule is _unusual and caller.project):
            raise refused(f"{ctx.resource}.{ctx.action} is not for users of one project.", "--role approve")
        caller.require(*rule(value), caller.project)
        if ctx.resource != "threads":
            return None
        if ctx.action in ("create", "create_run"):
            _note(value, caller)
            value["metadata"][OWNER] = ctx.user.identity  # in place: servers look at their own
    except SpecloopError as error:
        raise Auth.exceptions.HTTPException(status_code=403, detail=str(error)) from error
    only_reads = ctx.action == "create_run" and not caller.may("run")
    if only_reads and not ctx.user.identity.endswith(DESK):
        raise Auth.exceptions.HTTPException(status_code=403, detail=f"The desk is asked with the header {DESK_HEADER}.")
    return {OWNER: ctx.user.identity} if caller.project or only_reads else None


def _note(value: dict[str, Any], caller: Caller) -> None:
    """Let what is noted of a thread be true and nobody's trap: whoever goes on with it takes it for what it began with.

    Raises:
        Missing: it names another project.
    """
    if value.get("metadata") is None:
        value["metadata"] = {}
    about = value["metadata"].get(ABOUT)
    if not isinstance(about, Mapping):
        return
    caller.require("run", "Starting a run", str(about.get("project", caller.project)))
    if not caller.may("approve"):
        kept = {key: each for key, each in dict(about.get("settings") or {}).items() if key not in OF_A_WORKER}
        value["metadata"][ABOUT] = {**about, "settings": {**kept, "approve": "ask"}}


def _sees(value: Mapping[str, Any]) -> Wanted:
    return "read", "Seeing runs"


def _begins(value: Mapping[str, Any]) -> Wanted:
    return "run", "Starting a run"


def _unusual(value: Mapping[str, Any]) -> Wanted:
    return "approve", "This"


def _changes(value: Mapping[str, Any]) -> Wanted:
    """Stopping a run, or changing the state of its thread, in which also stands what a person allowed."""
    stops = (value.get("action") or value.get("run_id")) and value.keys() <= STOPPING
    if stops and not set(value.get("metadata") or ()) - {"run_ids", "status"}:
        return "run", "Stopping a run"
    return "approve", "Changing a thread"


def _deletes(value: Mapping[str, Any]) -> Wanted:
    return "approve", "Deleting a thread"


STOPPING = {"thread_id", "run_id", "action", "wait", "status", "metadata"}
"""What is said to stop a run."""


def _works(value: Mapping[str, Any]) -> Wanted:
    """The desk, a run from its start or from where it stands, or one that is answered."""
    asked = value if {"input", "command"} & set(value) else value.get("kwargs") or {}
    return ("approve", "This") if _reaches(value) or _reaches(asked) else needed(asked)


def _reaches(asked: Mapping[str, Any]) -> bool:
    """Whether it has the server call somebody, goes back in a run, says what a run is, or what only its engine may."""
    config = asked.get("config") or {}
    inner = {**(config.get("configurable") or {}), **(asked.get("context") or {})}
    noted = {*(asked.get("metadata") or ()), *(config.get("metadata") or ())}
    back = asked.get("checkpoint") or asked.get("checkpoint_id") or asked.get("webhook")
    engine = any(key.startswith(ENGINE) and each for key, each in inner.items())
    return bool(back) or engine or bool(noted & {ABOUT, OWNER})


ENGINE = ("__pregel", "checkpoint_")
"""What LangGraph's engine keeps beside the context: where to go on, and what is answered."""

RULES: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Wanted]] = {
    ("assistants", "read"): _sees,
    ("assistants", "search"): _sees,
    ("threads", "read"): _sees,
    ("threads", "search"): _sees,
    ("threads", "create"): _begins,
    ("threads", "create_run"): _works,
    ("threads", "update"): _changes,
    ("threads", "delete"): _deletes,
}
"""What is done, by the names of the agent protocol, and what that takes; all else is unusual."""


def needed(asked: Mapping[str, Any]) -> Wanted:
    """The role that a piece of work takes, and what it is; what is in doubt takes the highest.

    Args:
        asked: its `input` and its `command`, as the agent protocol has them.
    """
    given, command = asked.get("input"), asked.get("command") or {}
    if not {"input", "command"} & set(asked) or "method" in asked or not isinstance(command, Mapping):
        return "approve", "This"
    if not command and isinstance(given, Mapping) and set(given) == set(Asked.__annotations__):
        return "read", "Seeing runs"  # the desk itself knows what its commands take
    if command.get("resume") is not None:
        return "approve", "Answering a run"
    update = command.get("update") or {}
    if isinstance(update, Mapping) and set(update) <= AFRESH_KEYS and command.get("goto") in (None, "next_step"):
        return "run", "Starting a run"
    return "approve", "Changing a thread"


def _unknown(words: str) -> Auth.exceptions.HTTPException:
    return Auth.exceptions.HTTPException(status_code=401, detail=words)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value

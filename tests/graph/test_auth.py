"""Who is let in, and to what, as the hook decides it by what servers tell it."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from langgraph_sdk import Auth

from graph.auth import authenticate, authorize, needed
from graph.commands.token import ROLES
from systems.access import tokens as token_store
from systems.access.tokens import Tokens

HERE = {"scope": {"client": ("127.0.0.1", 5)}}
HOST = {b"host": b"127.0.0.1:2024"}
DESK = {"input": {"command": "hello", "given": {}}, "command": None}


@pytest.mark.parametrize(
    ("asked", "role"),
    [
        (DESK, "read"),
        ({"input": {"goal": "x", "change": None}}, "run"),
        ({"input": None, "command": None}, "run"),
        ({"input": None, "command": {"goto": "next_step", "update": {"redraft_ref": "x", "goal": "y"}}}, "run"),
        ({"input": None, "command": {"resume": "approve"}}, "approve"),
        ({"input": DESK["input"], "command": {"resume": {"a": "approve"}}}, "approve"),
        ({"input": None, "command": {"resume": False}}, "approve"),
        ({"input": {"goal": "x"}, "command": {"update": {"allowed": ["documents"]}}}, "approve"),
        ({"input": None, "command": {"goto": "document_update"}}, "approve"),
        ({"input": None, "command": {"update": [["allowed", ["documents"]]]}}, "approve"),
        ({**DESK, "method": "input.respond"}, "approve"),
        ({"input": None, "command": ["resume"]}, "approve"),
        ({}, "approve"),
    ],
)
def test_what_a_piece_of_work_takes_is_known_by_what_is_asked(asked: dict[str, Any], role: str) -> None:
    assert needed(asked)[0] == role


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the hook looks for tokens, none yet."""
    place = tmp_path / "server.db"
    monkeypatch.setattr(token_store, "server_place", lambda: place)
    monkeypatch.setattr("graph.auth.tokens", token_store.KnownTokens())
    return place


def user(headers: dict[Any, Any], **scope: Any) -> Any:
    return asyncio.run(authenticate(headers, **scope))


def test_without_tokens_this_machine_alone_is_let_in(store: Path) -> None:
    local = user(HOST, **HERE)
    assert (local["display_name"], local["permissions"], local["project"]) == ("local", list(ROLES), "")
    refusals: tuple[tuple[dict[bytes, bytes], dict[str, Any]], ...] = (
        (HOST, {"scope": {"client": ("10.0.0.7", 5)}}),
        (HOST, {"scope": {}}),
        ({**HOST, b"x-forwarded-for": b"127.0.0.1"}, HERE),
        ({b"Host": b"runs.example.org"}, HERE),
    )
    for headers, scope in refusals:
        with pytest.raises(Auth.exceptions.HTTPException, match="specloop token add") as refused:
            user(headers, **scope)
        assert refused.value.status_code == 401
    with pytest.raises(Auth.exceptions.HTTPException, match="not known here"):
        user({**HOST, b"authorization": b"Bearer slp_wrong"}, **HERE)


def test_once_there_is_a_token_everybody_needs_one(store: Path) -> None:
    with closing(Tokens(store)) as tokens:
        secret, _ = tokens.add("ann", "run", ("/srv/a", "https://git.example/b"))
        tokens.revoke(tokens.add("bob", "run")[1].id)
    with pytest.raises(Auth.exceptions.HTTPException, match="A token is needed"):
        user(HOST, **HERE)
    of_aegra = {"authorization": f"Bearer {secret}", "x-specloop-project": "https://git.example/b.git"}
    ann = user(of_aegra)
    assert ann["identity"] == ann["project"] == "https://git.example/b" and ann["permissions"] == ["read", "run"]
    assert secret not in str(ann)
    for project in ("/srv/c", "/srv/a/../c", ""):
        with pytest.raises(Auth.exceptions.HTTPException, match="ann has no access") as refused:
            user({**of_aegra, "x-specloop-project": project})
        assert refused.value.status_code == 403


RUN_CALLER = SimpleNamespace(identity="/srv/a", display_name="rob", permissions=["read", "run"], project="/srv/a")
WORK = {"input": None, "command": None, "thread_id": "t"}


@pytest.mark.parametrize(
    ("action", "value", "may"),
    [
        ("create_run", WORK, True),
        ("create_run", {"kwargs": {**WORK, "config": {"configurable": {"approve": "auto"}}}}, True),
        ("create_run", {**WORK, "config": {"configurable": {"__pregel_resume_map": {"x": "approve"}}}}, False),
        ("create_run", {"kwargs": {**WORK, "config": {"configurable": {"__pregel_resuming": True}}}}, False),
        ("create_run", {**WORK, "checkpoint": {"checkpoint_id": "earlier"}}, False),
        ("create_run", {"kwargs": {**WORK, "config": {"configurable": {"checkpoint_id": "earlier"}}}}, False),
        ("create_run", {**WORK, "webhook": "https://example.org"}, False),
        ("create_run", {**WORK, "metadata": {"owner": "/srv/b"}}, False),
        ("create_run", {"kwargs": {**WORK, "config": {"metadata": {"specloop": {"project": "/srv/b"}}}}}, False),
        ("update", {"thread_id": "t", "run_id": "r"}, True),
        ("update", {"thread_id": "t", "action": "interrupt", "metadata": {"run_ids": ["r"], "status": None}}, True),
        ("update", {"thread_id": "t", "run_id": "r", "as_node": "document_update"}, False),
        ("update", {"thread_id": "t", "run_id": "r", "values": None}, False),
        ("update", {"thread_id": "t", "action": "interrupt", "metadata": {"owner": "/srv/b"}}, False),
        ("create", {"metadata": {"specloop": {"project": "/srv/a/", "settings": {}}}}, True),
        ("create", {"metadata": {"specloop": {"project": "/srv/b", "settings": {}}}}, False),
    ],
)
def test_what_a_server_tells_of_a_request_shows_whether_a_runner_may(
    action: str, value: dict[str, Any], may: bool
) -> None:
    context: Any = SimpleNamespace(user=RUN_CALLER, resource="threads", action=action)
    asked = json.loads(json.dumps(value))
    if may:
        assert asyncio.run(authorize(context, asked)) == {"owner": "/srv/a"}
        assert action == "update" or asked["metadata"]["owner"] == "/srv/a"
    else:
        with pytest.raises(Auth.exceptions.HTTPException, match=r"needs the role approve|has no access"):
            asyncio.run(authorize(context, asked))

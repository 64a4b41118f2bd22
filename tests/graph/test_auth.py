"""Who is let in, and to what: the hook by itself, and a server that uses it, with secrets all around."""

from __future__ import annotations

import asyncio
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import zstandard
from langgraph_sdk import Auth, get_sync_client

from graph import Workspace
from graph.auth import authenticate, needed
from graph.commands.token import ROLES
from graph.remote.workspace import RemoteWorkspace
from systems.access import tokens as token_store
from systems.access.callers import Role
from systems.access.tokens import Tokens
from systems.errors import Missing, UsageError
from systems.spans import open_spans
from systems.stores.place import place_of
from tests import postgres
from tests.graph.agent_server import serving
from tests.graph.conftest import BEGUN, GOAL, copied, program
from tests.systems.imitation_server import ImitationServer

HERE = {"scope": {"client": ("127.0.0.1", 5)}}
HOST = {b"host": b"127.0.0.1:2024"}
DESK = {"input": {"command": "hello", "given": {}}, "command": None}
SECRETS = {"password": "hush-4711-database", "key": "hush-4711-model-key", "git": "hush-4711-git"}


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


@dataclass
class Guarded:
    """A server with tokens, and what lies around it."""

    url: str
    folder: Path
    project: Path
    other: Path
    store: str
    tokens: dict[str, str]
    model: str


@pytest.fixture(scope="module")
def guarded(begun_template: Path, tmp_path_factory: pytest.TempPathFactory, database: postgres.Server) -> Iterator[Any]:
    """A server whose stores are in PostgreSQL, behind a password."""
    from tests.graph.scripted import scripted_reply

    folder = tmp_path_factory.mktemp("guarded")
    project, other = copied(begun_template, folder / "todo"), copied(begun_template, folder / "other")
    origin = f"https://bob:{SECRETS['git']}@git.example/todo.git"
    subprocess.run(["git", "-C", str(project), "remote", "add", "origin", origin], check=True)
    store = database.url.replace("@", f":{SECRETS['password']}@")
    with closing(Tokens(token_store.server_place({"SPECLOOP_STORE": store}))) as tokens:
        users: list[tuple[str, Role, Path]] = [("rita", "read", project), ("rob", "run", project)]
        users += [("ann", "approve", project), ("eve", "approve", other)]
        made = {name: tokens.add(name, role, (str(at),))[0] for name, role, at in users}
    (folder / "server").mkdir()
    environment = {"SPECLOOP_STORE": store, "SPECLOOP_API_KEY": SECRETS["key"], "SPECLOOP_CAPTURE_CONTENT": "true"}
    with ImitationServer(scripted_reply) as model, serving(folder / "server", **environment) as url:
        yield Guarded(url, folder, project, other, store, made, model.url)


@pytest.mark.external
def test_each_does_what_their_role_lets_them_and_no_secret_is_left_anywhere(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def of(name: str, project: Path = guarded.project) -> RemoteWorkspace:
        monkeypatch.setenv("SPECLOOP_TOKEN", guarded.tokens.get(name, name))
        found = Workspace(project, server=guarded.url, model=guarded.model, max_loops=3, capture_content=True)
        assert isinstance(found, RemoteWorkspace)
        return found

    def refused(match: str, work: Any, *given: Any, **named: Any) -> None:
        with pytest.raises((Missing, UsageError), match=match) as error:
            work(*given, **named)
        told.append(str(error.value))

    for nobody, words in (("", "A token is needed"), ("slp_00000000_" + "x" * 43, "not known here")):
        refused(words, of(nobody).status)
    refused("Starting a run needs the role run; rita has read", of("rita").run, GOAL, change=BEGUN)
    refused("eve has no access to the project", of("eve").status)
    outcome = of("rob").run(GOAL, change=BEGUN)
    assert outcome.status == "waiting"  # nobody set that: without `approve` a run asks
    refused("Answering a run needs the role approve; rob has run", of("rob").resume, outcome.run_id, "approve")
    refused("Ask needs the role run; rita has read", of("rita").ask, "What time is it?")
    refused("There is no run", of("eve", guarded.other).resume, outcome.run_id)
    assert of("rita").status(outcome.run_id)[0].status == "waiting"
    _cannot_go_around(guarded, outcome.run_id)
    while outcome.status == "waiting":
        answers = {each["id"]: "approve" if each["kind"] == "approval" else "In tests." for each in outcome.waiting_for}
        outcome = of("ann").resume(outcome.run_id, answers)
    assert outcome.status == "done"
    replies = of("rita").listing(outcome.run_id).replies
    assert {each.by for each in replies} == {"ann"} and replies[-1].answer == '{"decision":"approve","text":""}'
    shown = program("status", outcome.run_id, "--server", guarded.url, project=guarded.project)
    assert "ann answered" in shown.stderr
    refused("Feedback needs the role run; rita has read", of("rita").feedback, outcome.run_id, "Bad", -1)
    told += [shown.stdout, shown.stderr]
    _no_secret(guarded, told)


def _cannot_go_around(guarded: Guarded, run_id: str) -> None:
    """A client of one's own gets no further than the program."""
    context = {"project": str(guarded.project), "approve": "auto"}
    allowed: Any = {"update": {"allowed": ["documents"]}, "goto": "document_update"}
    header = {"authorization": f"Bearer {guarded.tokens['rob']}", "x-auth-scheme": "langsmith"}
    with get_sync_client(url=guarded.url, headers=header) as client:
        for forbidden in (
            lambda: client.runs.wait(run_id, "specloop", command=allowed, context=context),
            lambda: client.threads.update_state(run_id, {"allowed": ["documents"]}),
            lambda: client.threads.update(run_id, metadata={"owner": str(guarded.other)}),
            lambda: client.threads.delete(run_id),
            lambda: client.store.put_item(("a",), "b", {"c": 1}),
            lambda: client.assistants.create("specloop", context={"project": str(guarded.other)}),
        ):
            with pytest.raises(httpx.HTTPStatusError) as refused:
                forbidden()
            assert refused.value.response.status_code == 403
        asked: Any = {"command": "command", "given": {"name": "status", "words": []}}
        answer: Any = client.runs.wait(None, "desk", input=asked, context={"project": str(guarded.other)})
        assert "rob has no access to the project" in str(answer["error"])
        client.runs.wait(run_id, "specloop", context=context)  # goes on, and asks again, whatever is said of `auto`
        assert client.threads.get_state(run_id)["interrupts"]


def _no_secret(guarded: Guarded, told: list[str]) -> None:
    """No table, file or word has any of the secrets."""
    place = place_of(guarded.project, {"SPECLOOP_STORE": guarded.store})
    (guarded.project / ".git" / "config").unlink()  # here somebody wrote one themselves
    with psycopg.connect(guarded.store) as connection:
        named = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema LIKE 'specloop%'"
        tables = connection.execute(named).fetchall()
        assert {"tokens", "replies", "runs", "checkpoints"} <= {table for _, table in tables}
        rows = [connection.execute(f'SELECT * FROM "{at}"."{table}"'.encode()).fetchall() for at, table in tables]
    found = [str(value).encode() if not isinstance(value, bytes) else value for row in _cells(rows) for value in row]
    found += [path.read_bytes() for path in guarded.folder.rglob("*") if path.is_file()]
    with closing(open_spans(place)) as spans:
        every = [span for trace in spans.traces() for span in spans.spans(trace_id=trace.trace_id)]
    assert every
    everything = b"\n".join([*map(_unpacked, found), *(span.model_dump_json().encode() for span in every)])
    everything += "\n".join(told).encode()
    assert GOAL.encode() in everything
    for name, secret in {**SECRETS, **guarded.tokens}.items():
        assert secret.encode() not in everything, name


def _cells(tables: list[list[tuple[Any, ...]]]) -> Iterator[tuple[Any, ...]]:
    for table in tables:
        yield from table


def _unpacked(body: bytes) -> bytes:
    """What compressed texts say."""
    for unpack in (zlib.decompress, zstandard.decompress):
        try:
            return bytes(unpack(body))
        except (zlib.error, zstandard.ZstdError):
            continue
    return body

"""A server with tokens whose stores are in PostgreSQL behind a password, with secrets all around."""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
import zstandard
from langgraph_sdk import get_sync_client
from langgraph_sdk.client import SyncLangGraphClient

from graph import Workspace
from graph.remote.workspace import RemoteWorkspace
from systems.access import tokens as token_store
from systems.access.callers import Role
from systems.access.tokens import Tokens
from systems.spans import open_spans
from systems.stores.place import place_of
from tests import postgres
from tests.graph.agent_server import serving
from tests.graph.conftest import copied
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer

SECRETS = {
    "password": "hush-4711-database",
    "key": "hush-4711-model-key",
    "git": "hush-4711-git",
    "mcp": "hush-4711-mcp",
}
MCP = {"command": sys.executable, "args": ["-m", "mcp_server_time"], "env": {"TIME_KEY": "${GUARDED_KEY}"}}


@dataclass
class Guarded:
    """The server, and what lies around it.

    Attributes:
        model: the worker's own, by its settings.
        thief: a model server that somebody else would have asked.
        told: what clients were told.
    """

    url: str
    folder: Path
    project: Path
    other: Path
    store: str
    tokens: dict[str, str]
    model: ImitationServer
    thief: ImitationServer
    told: list[str] = field(default_factory=list)

    def of(self, name: str, patch: pytest.MonkeyPatch, project: Path | None = None, **settings: Any) -> RemoteWorkspace:
        """The project as somebody works with it."""
        patch.setenv("SPECLOOP_TOKEN", self.tokens.get(name, name))
        found = Workspace(project or self.project, server=self.url, max_loops=3, capture_content=True, **settings)
        assert isinstance(found, RemoteWorkspace)
        return found

    def client(self, name: str, **headers: str) -> SyncLangGraphClient:
        """A client of one's own, which says whatever it likes."""
        token = {"authorization": f"Bearer {self.tokens[name]}", "x-auth-scheme": "langsmith"}
        return get_sync_client(url=self.url, headers={**token, **headers})

    def everything(self) -> bytes:
        """All that tables, files and words have kept, unpacked."""
        place = place_of(self.project, {"SPECLOOP_STORE": self.store})
        (self.project / ".git" / "config").unlink()  # there somebody wrote one themselves
        with psycopg.connect(self.store) as connection:
            named = "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema !~ '^(pg_|inf)'"
            tables = connection.execute(named).fetchall()
            assert {"tokens", "replies", "runs", "checkpoints", "ledger", "documents"} <= {name for _, name in tables}
            rows = [connection.execute(f'SELECT * FROM "{at}"."{name}"'.encode()).fetchall() for at, name in tables]
        values = (value for table in rows for row in table for value in row)
        found = [value if isinstance(value, bytes) else str(value).encode() for value in values]
        found += [path.read_bytes() for path in self.folder.rglob("*") if path.is_file()]
        with closing(open_spans(place)) as spans:
            every = [span for trace in spans.traces() for span in spans.spans(trace_id=trace.trace_id)]
        assert every
        found += [span.model_dump_json().encode() for span in every] + [words.encode() for words in self.told]
        return b"\n".join(map(_unpacked, found))


@contextmanager
def guarded_server(begun: Path, folder: Path, database: postgres.Server) -> Iterator[Guarded]:
    """The server for the length of the block.

    Args:
        begun: template of its projects.
        folder: an empty one, for everything.
        database: where its stores are.
    """
    project, other = copied(begun, folder / "todo"), copied(begun, folder / "other")
    (project / "mcp.json").write_text(json.dumps({"mcpServers": {"time": MCP}}))
    origin = f"https://bob:{SECRETS['git']}@git.example/todo.git"
    subprocess.run(["git", "-C", str(project), "remote", "add", "origin", origin], check=True)
    store = database.url.replace("@", f":{SECRETS['password']}@")
    with closing(Tokens(token_store.server_place({"SPECLOOP_STORE": store}))) as tokens:
        users: list[tuple[str, Role, tuple[Path, ...]]] = [("rita", "read", (project,)), ("rob", "run", (project,))]
        users += [("ann", "approve", (project,)), ("eve", "approve", (other,)), ("una", "run", ())]
        made = {name: tokens.add(name, role, tuple(map(str, at)))[0] for name, role, at in users}
    (folder / "server").mkdir()
    environment = {"SPECLOOP_STORE": store, "SPECLOOP_API_KEY": SECRETS["key"], "SPECLOOP_CAPTURE_CONTENT": "true"}
    with ImitationServer(scripted_reply, key=SECRETS["key"]) as model, ImitationServer(scripted_reply) as thief:
        environment |= {"SPECLOOP_MODEL": model.url, "GUARDED_KEY": SECRETS["mcp"]}
        with serving(folder / "server", **environment) as url:
            yield Guarded(url, folder, project, other, store, made, model, thief)


def _unpacked(body: bytes) -> bytes:
    """What compressed texts say."""
    for unpack in (zlib.decompress, zstandard.decompress):
        try:
            return bytes(unpack(body))
        except (zlib.error, zstandard.ZstdError):
            continue
    return body

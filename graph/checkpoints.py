"""Checkpoints in SQLite: `make` is what `langgraph.json` names, `saver` what `Workspace` uses."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

FILE = "checkpoints.db"


@asynccontextmanager
async def saver(project: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """The checkpoints of a project, in `<project>/.specloop/checkpoints.db`."""
    path = project / ".specloop" / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    async with AsyncSqliteSaver.from_conn_string(str(path)) as checkpoints:
        await checkpoints.setup()
        await checkpoints.conn.execute("PRAGMA synchronous=NORMAL")
        yield checkpoints


@asynccontextmanager
async def make() -> AsyncIterator[AsyncSqliteSaver]:
    """The checkpoints for a LangGraph server: those of SPECLOOP_PROJECT, else of the folder it runs in."""
    async with saver(Path(os.environ.get("SPECLOOP_PROJECT", "."))) as checkpoints:
        yield checkpoints

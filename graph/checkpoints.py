"""Checkpoints in SQLite: `make` is what `langgraph.json` names, `saver` what `Workspace` uses."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from systems.database import mapped, on_the_loop

FILE = "checkpoints.db"


class Checkpoints(AsyncSqliteSaver):
    """LangGraph's checkpoints in SQLite, with errors that name the file and the way out."""

    path = Path(FILE)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint of a thread; `Missing` where the file is damaged."""
        with mapped(self.path):
            return await super().aget_tuple(config)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Keep a checkpoint; `Missing` where the disk is full or the file damaged."""
        with mapped(self.path):
            return await super().aput(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Keep what a finished task wrote; `Missing` where the disk is full or the file damaged."""
        with mapped(self.path):
            await super().aput_writes(config, writes, task_id, task_path)


@asynccontextmanager
async def saver(project: Path) -> AsyncIterator[Checkpoints]:
    """The checkpoints of a project, in `<project>/.specloop/checkpoints.db`.

    Raises:
        Missing: the file is damaged or cannot be written.
    """
    path = project / ".specloop" / FILE
    with mapped(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    async with on_the_loop(path) as connection:
        checkpoints = Checkpoints(connection)
        checkpoints.path = path
        with mapped(path):
            await checkpoints.setup()
            await checkpoints.conn.execute("PRAGMA synchronous=NORMAL")
        yield checkpoints


@asynccontextmanager
async def make() -> AsyncIterator[AsyncSqliteSaver]:
    """The checkpoints for a LangGraph server: those of SPECLOOP_PROJECT, else of the folder it runs in."""
    async with saver(Path(os.environ.get("SPECLOOP_PROJECT", "."))) as checkpoints:
        yield checkpoints

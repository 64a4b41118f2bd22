"""Checkpoints: `make` is what `langgraph.json` names, `saver` what `Workspace` uses.

They are LangGraph's own, in SQLite or in PostgreSQL, with errors that name the place and the way out.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from systems.errors import Away, Missing
from systems.stores import Schema, outage, place_of
from systems.stores.locks import taken
from systems.stores.sqlite import BUSY_SECONDS, mapped, on_the_loop

FILE = "checkpoints.db"
SET_UP = "checkpoints"
"""Name of the lock under which the tables are made."""
POLL_SECONDS = 0.05
TRIES = 3
Done = TypeVar("Done")
_HELD = """
SELECT coalesce(sum(size), 0) AS held FROM (
    SELECT pg_column_size(checkpoint) + pg_column_size(metadata) FROM checkpoints WHERE thread_id = %(run)s
    UNION ALL SELECT length(blob) FROM checkpoint_blobs WHERE thread_id = %(run)s
    UNION ALL SELECT length(blob) FROM checkpoint_writes WHERE thread_id = %(run)s
) AS sizes (size)
"""


class Mapped(BaseCheckpointSaver[str]):
    """A saver whose errors come out as `Missing`: put before LangGraph's own among the bases of a class."""

    errors: Callable[[], AbstractContextManager[None]]
    """What turns the errors of the engine into ours."""
    database: str | None = None
    """URL of the database, where they are in one."""

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint of a thread; `Missing` where it is damaged or cannot be reached."""
        return await self._lasting(lambda: super(Mapped, self).aget_tuple(config))

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Keep a checkpoint; `Missing` where the disk is full, the store damaged or out of reach."""
        return await self._lasting(lambda: super(Mapped, self).aput(config, checkpoint, metadata, new_versions))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Keep what a finished task wrote; `Missing` where the disk is full, the store damaged or out of reach."""
        await self._lasting(lambda: super(Mapped, self).aput_writes(config, writes, task_id, task_path))

    async def _lasting(self, call: Callable[[], Awaitable[Done]]) -> Done:
        """What a call comes to that does no harm when it is made again: it outlasts a database that is away a while."""
        for _ in range(TRIES):
            await outage.over(self.database)
            with suppress(Away), self.errors():
                return await call()
        with self.errors():
            return await call()

    async def held_of(self, run_id: str) -> int:
        """Bytes of the checkpoints of a run; none where it has none."""
        raise NotImplementedError

    async def forget(self, run_id: str) -> None:
        """Delete the checkpoints of a run."""
        with self.errors():
            await super().adelete_thread(run_id)


class Checkpoints(Mapped, AsyncSqliteSaver):
    """LangGraph's checkpoints in SQLite."""

    async def held_of(self, run_id: str) -> int:
        """Bytes of the checkpoints of a run; none where it has none."""
        tables = (("checkpoints", "LENGTH(checkpoint) + LENGTH(metadata)"), ("writes", "LENGTH(value)"))
        with self.errors():
            found = [
                await self.conn.execute_fetchall(f"SELECT SUM({size}) FROM {table} WHERE thread_id = ?", (run_id,))
                for table, size in tables
            ]
        return sum(size or 0 for rows in found for (size,) in rows)


def saver(project: Path) -> AbstractAsyncContextManager[Mapped]:
    """The checkpoints of a project: in `<project>/.specloop/checkpoints.db`, or where SPECLOOP_STORE says.

    Raises:
        Missing: they are damaged, or cannot be reached or written.
    """
    place = place_of(project)
    return in_schema(place) if isinstance(place, Schema) else in_file(place.with_name(FILE))


@asynccontextmanager
async def in_file(path: Path) -> AsyncIterator[Mapped]:
    """Checkpoints in a SQLite file, made where there is none."""
    with mapped(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    async with on_the_loop(path) as connection:
        checkpoints = Checkpoints(connection)
        checkpoints.errors = lambda: mapped(path)
        with mapped(path):
            await checkpoints.setup()
            await checkpoints.conn.execute("PRAGMA synchronous=NORMAL")
        yield checkpoints


@asynccontextmanager
async def in_schema(place: Schema) -> AsyncIterator[Mapped]:
    """Checkpoints in a schema of PostgreSQL."""
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

    from systems.stores import postgres

    class InPostgres(Mapped, AsyncPostgresSaver):
        """LangGraph's checkpoints in PostgreSQL."""

        async def held_of(self, run_id: str) -> int:
            """Bytes of the checkpoints of a run; none where it has none."""
            with self.errors():
                async with self._cursor() as cursor:
                    await cursor.execute(_HELD, {"run": run_id})
                    found = await cursor.fetchone()
            return int(found["held"]) if found else 0

    async with postgres.on_the_loop(place) as pool:
        checkpoints = InPostgres(pool)
        checkpoints.errors, checkpoints.database = lambda: postgres.mapped(place), place.url
        async with _alone(place):
            with postgres.mapped(place):
                await checkpoints.setup()
        yield checkpoints


@asynccontextmanager
async def _alone(place: Schema) -> AsyncIterator[None]:
    """Keep others from making the tables: workers that begin together, and runs of this very event loop.

    Raises:
        Missing: somebody else has been at it for too long.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while (lock := taken(place, SET_UP)) is None:
        if time.monotonic() > deadline:
            raise Missing(
                f"Another worker has been making the tables of checkpoints in {place} for {BUSY_SECONDS} s.",
                system="store",
                mend="Wait for it, or end its session (`specloop locks` in pg_stat_activity); then start again.",
            )
        await asyncio.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        lock.release()


@asynccontextmanager
async def make() -> AsyncIterator[BaseCheckpointSaver[str]]:
    """The checkpoints for a LangGraph server: those of SPECLOOP_PROJECT, else of the folder it runs in."""
    async with saver(Path(os.environ.get("SPECLOOP_PROJECT", "."))) as checkpoints:
        yield checkpoints

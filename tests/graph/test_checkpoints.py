"""Where checkpoints are kept, and that they outlive the process that wrote them."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, interrupt

from graph.checkpoints import FILE, SET_UP, Checkpoints, in_schema, make, saver
from systems.errors import Missing
from systems.stores import Schema
from systems.stores.locks import taken
from tests import postgres

CONFIG: RunnableConfig = {"configurable": {"thread_id": "one"}}


class Talk(TypedDict, total=False):
    said: str


def asking(state: Talk) -> Talk:
    return Talk(said=interrupt("What shall it be?"))


def compiled(checkpoints: BaseCheckpointSaver[str]) -> CompiledStateGraph[Talk, None, Talk, Talk]:
    builder = StateGraph(Talk)
    builder.add_node("asking", asking)
    builder.add_edge(START, "asking")
    return builder.compile(checkpointer=checkpoints)


async def test_checkpoints_are_kept_in_the_project(tmp_path: Path) -> None:
    async with saver(tmp_path / "todo"):
        pass
    assert (tmp_path / "todo" / ".specloop" / FILE).is_file()


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where checkpoints are kept in this test."""
    if request.param == "postgres":
        monkeypatch.setenv("SPECLOOP_STORE", request.getfixturevalue("database").url)
    return str(request.param)


@pytest.mark.usefixtures("kept")
async def test_a_paused_graph_goes_on_where_it_was_kept(tmp_path: Path) -> None:
    async with saver(tmp_path) as checkpoints:
        paused = await compiled(checkpoints).ainvoke(Talk(), CONFIG)
    async with saver(tmp_path) as checkpoints:
        resumed = await compiled(checkpoints).ainvoke(Command(resume="tea"), CONFIG)
    assert [each.value for each in paused["__interrupt__"]] == ["What shall it be?"]
    assert resumed == {"said": "tea"}


@pytest.mark.usefixtures("kept")
async def test_two_processes_may_read_and_write_at_once(tmp_path: Path) -> None:
    async with saver(tmp_path) as checkpoints, saver(tmp_path) as others:
        await compiled(checkpoints).ainvoke(Talk(), CONFIG)
        snapshot = await compiled(others).aget_state(CONFIG)
    assert snapshot.next == ("asking",)


@pytest.mark.parametrize("kind", ["a checkpoint", "what a task wrote"])
async def test_a_write_keeps_nobody_else_from_writing_while_the_event_loop_is_busy(kind: str, tmp_path: Path) -> None:
    async with saver(tmp_path) as checkpoints:
        await compiled(checkpoints).ainvoke(Talk(), CONFIG)
        config = (await compiled(checkpoints).aget_state(CONFIG)).config
        found = await checkpoints.aget_tuple(config)
        assert found is not None
        if kind == "a checkpoint":
            work: Any = checkpoints.aput(config, {**found.checkpoint, "id": "1f0"}, found.metadata, {})
        else:
            work = checkpoints.aput_writes(config, [("said", "tea"), ("said", "milk")], "task")
        write = asyncio.create_task(work)
        while not write.done():
            await asyncio.sleep(0)
            time.sleep(0.01)  # the loop is busy, and the connection's own thread is not
            with closing(sqlite3.connect(tmp_path / ".specloop" / FILE, timeout=1)) as another:
                another.execute("BEGIN IMMEDIATE")
        await write


async def test_of_what_a_task_wrote_all_or_nothing_is_kept(tmp_path: Path) -> None:
    async with saver(tmp_path) as checkpoints:
        await compiled(checkpoints).ainvoke(Talk(), CONFIG)
        config = (await compiled(checkpoints).aget_state(CONFIG)).config
        refusal = "WHEN NEW.channel = 'refused' BEGIN SELECT RAISE(FAIL, 'no'); END"
        assert isinstance(checkpoints, Checkpoints)
        await checkpoints.conn.execute(f"CREATE TRIGGER refused BEFORE INSERT ON writes {refusal}")
        with pytest.raises(Missing, match="no"):
            await checkpoints.aput_writes(config, [("said", "tea"), ("refused", "milk")], "task")
        await checkpoints.aput_writes(config, [("said", "tea")], "another")
        found = await checkpoints.aget_tuple(config)
        assert found and [task for task, *_ in found.pending_writes or () if task in ("task", "another")] == ["another"]


async def test_writing_is_journalled_ahead_and_not_synced_each_time(tmp_path: Path) -> None:
    async with saver(tmp_path) as checkpoints:
        assert isinstance(checkpoints, Checkpoints)
        async with checkpoints.conn.execute("PRAGMA synchronous") as answer:
            assert await answer.fetchone() == (1,)
    with closing(sqlite3.connect(tmp_path / ".specloop" / FILE)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / ".specloop" / FILE
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(Missing, match=f"{path} is damaged"):
        async with saver(tmp_path):
            pytest.fail("a damaged file was opened")
    assert path.read_bytes() == b"no database at all" * 100


async def test_a_server_keeps_them_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPECLOOP_PROJECT", str(tmp_path / "named"))
    async with make():
        pass
    assert (tmp_path / "named" / ".specloop" / FILE).is_file()


async def test_a_server_that_is_told_nothing_keeps_them_where_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SPECLOOP_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    async with make():
        pass
    assert (tmp_path / ".specloop" / FILE).is_file()


async def test_tables_are_made_by_one_at_a_time_and_who_waits_too_long_is_told(
    database: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Schema(database.url, "specloop_set_up", "set up")

    async def opened() -> None:
        async with in_schema(place):
            pass

    await asyncio.gather(opened(), opened())
    lock = taken(place, SET_UP)
    assert lock
    monkeypatch.setattr("graph.checkpoints.BUSY_SECONDS", 0.2)
    with pytest.raises(Missing, match="making the tables of checkpoints") as raised:
        await opened()
    lock.release()
    assert raised.value.system == "store" and "pg_stat_activity" in raised.value.mend
    await opened()

"""A history with real spans and checkpoints is taken along whole, also by a copy that was killed and begun again."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from graph import Workspace
from graph.copying import copied
from systems.errors import Missing
from systems.records import Outcome
from systems.runs import Runs
from systems.spans import open_spans
from systems.stores import STORE, Schema
from systems.stores.place import schema_of
from systems.telemetry import trace_id
from tests import postgres
from tests.graph.conftest import BEGUN, GOAL
from tests.graph.conftest import copied as copied_project
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer
from tests.systems.otlp.forms import a_span

pytestmark = pytest.mark.external
KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from graph import copying
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from systems.spans.postgres import PostgresStore
from systems.stores.place import schema_of

def dies_at(owner, name, most):
    real, calls = getattr(owner, name), []
    def counted(*given, **more):
        calls.append(name)
        if len(calls) == most:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **more)
    setattr(owner, name, counted)

async def copy():
    async for one in copying.copied(Path(sys.argv[1]), schema_of(Path(sys.argv[2]), sys.argv[3])):
        print(one.table, flush=True)

copying.PAGE = 4
dies_at({"spans": PostgresStore, "checkpoints": AsyncPostgresSaver}[sys.argv[4]], sys.argv[5], 3)
asyncio.run(copy())
"""


@pytest.fixture(scope="module")
def run(begun_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A project with a run in its files."""
    project = copied_project(begun_template, tmp_path_factory.mktemp("run") / "todo")
    with ImitationServer(scripted_reply) as model:
        return project, Workspace(project, model=model.url, max_loops=3).run(GOAL, change=BEGUN)


@pytest.fixture
def source(run: tuple[Path, Outcome]) -> Path:
    return run[0] / STORE


@pytest.fixture
def target(tmp_path: Path, database: postgres.Server) -> Schema:
    return schema_of(tmp_path, database.url)


async def parts(source: Path, target: Schema) -> dict[str, bool]:
    """What of the history was copied now."""
    return {one.table: one.new async for one in copied(source, target)}


async def test_a_copy_that_was_killed_among_spans_or_checkpoints_goes_on_and_is_whole(
    source: Path, target: Schema, tmp_path: Path, run: tuple[Path, Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    for part, call in (("spans", "add_rows"), ("checkpoints", "aput_writes")):
        argv = [sys.executable, "-c", KILLED, str(source), str(tmp_path), target.url, part, call]
        killed = subprocess.run(argv, capture_output=True, text=True, timeout=120)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert ("spans" in killed.stdout) == (part == "checkpoints")
    whole = await parts(source, target)
    assert whole["checkpoints"] and not whole["spans"] and not whole["documents"]
    assert not any((await parts(source, target)).values())
    project, outcome = run
    with closing(open_spans(source)) as old, closing(open_spans(target)) as new:
        assert new.spans(trace_id=trace_id(outcome.run_id)) == old.spans(trace_id=trace_id(outcome.run_id)) != []
    monkeypatch.setenv("SPECLOOP_STORE", target.url)
    shutil.copytree(project, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".specloop"))
    assert Workspace(tmp_path).outcome(outcome.run_id) == outcome


async def test_where_others_have_spans_or_runs_already_nothing_is_touched(source: Path, target: Schema) -> None:
    with closing(open_spans(target)) as spans:
        spans.add([a_span(1)])
    with pytest.raises(Missing, match="another history of this project: its spans differ"):
        await parts(source, target)
    with closing(open_spans(target)) as spans:
        assert len(list(spans.ended())) == 1
    with closing(Runs(target)) as runs:
        runs.start("theirs", goal="g", change=None, settings={})
    with pytest.raises(Missing, match="its runs differ"):
        await parts(source, target)

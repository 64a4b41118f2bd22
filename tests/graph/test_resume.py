"""A run that is stopped at any moment goes on where it was: nothing is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from graph import Workspace
from systems import names
from systems.records import Span
from systems.spans import Store
from systems.telemetry import trace_id
from tests.graph.conftest import BEGUN, GOAL, THEIRS, change_folder, documents, drafted, held, said, started
from tests.graph.scripted import artifact_of, scripted_reply
from tests.systems.imitation_server import ImitationServer, Reply, Scripted

pytestmark = pytest.mark.external
FOR_EVER = 600.0


@dataclass
class Stage:
    """A project, a model and a server that can be held at a moment of a run."""

    project: Path
    log: Path
    holding: str = ""
    model: ImitationServer = field(init=False)

    def reply(self, request: dict[str, Any]) -> Scripted:
        if artifact_of(request) == self.holding:
            return Reply(seconds=FOR_EVER)
        return scripted_reply(request)

    def asked(self, kind: str) -> bool:
        return kind in [artifact_of(request) for request in self.model.requests]

    def node(self) -> str | None:
        store = self.project / ".specloop" / "specloop.db"
        if not store.exists():
            return None
        with closing(sqlite3.connect(store, timeout=5)) as database:
            try:
                row = database.execute("SELECT node FROM runs").fetchone()
            except sqlite3.OperationalError:
                return None
        return row[0] if row else None

    def entered(self) -> bool:
        """Whether the run is in the store; its first node comes seconds later."""
        return (self.project / ".specloop" / "locks").exists() and bool(
            list(self.project.glob(".specloop/locks/run-*"))
        )

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def run_id(self) -> str:
        (run,) = Workspace(self.project).status()
        return run.run_id

    def spans(self, run_id: str) -> list[Span]:
        with closing(Store(self.project / ".specloop" / "specloop.db")) as store:
            return store.spans(trace_id=trace_id(run_id))

    def nodes(self, run_id: str) -> Counter[str]:
        """How often each node came to its end, as its spans tell."""
        return Counter(span.name for span in self.spans(run_id) if span.name == span.attributes.get(names.NODE))

    @property
    def tasks(self) -> Path:
        return change_folder(self.project, BEGUN) / "tasks.md"

    @property
    def hold(self) -> Path:
        return self.log.with_name(f"{self.log.name}.hold")


@pytest.fixture
def stage(begun: Path, tmp_path: Path) -> Iterator[Stage]:
    found = Stage(begun, tmp_path / "calls.log")
    (begun / "mcp.json").write_text(json.dumps(held(found.log)))
    with ImitationServer(found.reply) as server:
        found.model = server
        yield found


def until(reached: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert process.poll() is None, f"it ended first: {process.stderr.read() if process.stderr else ''}"
        assert time.monotonic() < end, "the moment never came"
        time.sleep(0.002)


def ended(process: subprocess.Popen[str], how: signal.Signals) -> tuple[int, str, str]:
    os.kill(process.pid, how)
    try:
        output, errors = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail(f"{how.name} was not heeded: {process.communicate()[1]}")
    return process.returncode, output, errors


MOMENTS: dict[str, Callable[[Stage], bool]] = {
    "opening its systems": lambda stage: stage.entered(),
    "taking up the change": lambda stage: stage.node() == "next_step",
    "thinking of questions": lambda stage: stage.asked("OwnQuestions"),
    "answering": lambda stage: bool(stage.calls()),
    "drafting": lambda stage: stage.asked("tasks"),
    "between the write and the checkpoint": lambda stage: stage.tasks.exists(),
    "ending": lambda stage: stage.node() == "workflow_end",
}
HELD = {"thinking of questions": "OwnQuestions", "drafting": "tasks"}


def stop(stage: Stage, moment: str, how: signal.Signals, control_c: str = "SIG_DFL") -> tuple[int, str, str]:
    """Start a run and stop it at a moment."""
    stage.holding = HELD.get(moment, "")
    if moment == "answering":
        stage.hold.touch()
    arguments = ("run", GOAL, "--change", BEGUN, "--model", stage.model.url)
    process = started(*arguments, project=stage.project, control_c=control_c)
    until(lambda: MOMENTS[moment](stage), process)
    result = ended(process, how)
    stage.holding = ""
    stage.hold.unlink(missing_ok=True)
    return result


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_killed_while(moment: str, stage: Stage) -> None:
    code, _, _ = stop(stage, moment, signal.SIGKILL)
    assert code == -signal.SIGKILL
    written = stage.tasks.stat() if stage.tasks.exists() else None
    asked = len(drafted(stage.model.requests))
    run_id = stage.run_id()
    before = stage.nodes(run_id)

    resumed = said("resume", run_id, "--json", project=stage.project)
    assert resumed.code == 0, resumed.errors
    outcome = resumed.json
    assert outcome["status"] == "done" and outcome["change"] == BEGUN
    assert outcome["trace_id"] == trace_id(run_id)
    texts = documents(stage.project, BEGUN)
    assert set(texts) == {*THEIRS, "tasks.md"}
    for name, theirs in THEIRS.items():
        assert (change_folder(stage.project, BEGUN) / name).read_bytes() == theirs.encode()
    if written:
        assert stage.tasks.stat().st_ino == written.st_ino and stage.tasks.stat().st_mtime_ns == written.st_mtime_ns
    if asked:
        assert len(drafted(stage.model.requests)) == asked + (moment == "drafting")
    finished = stage.nodes(run_id)
    again = {name: finished[name] - before[name] for name in before if name not in ("next_step", "answer")}
    assert not any(again.values()), again
    assert finished["execution"] == finished["document_update"] == finished["feedback_loop"] == 1
    assert finished["next_step"] == 2


@pytest.mark.parametrize(
    ("how", "moment", "control_c"),
    [
        (signal.SIGINT, "answering", "SIG_DFL"),
        (signal.SIGTERM, "drafting", "SIG_DFL"),
        (signal.SIGTERM, "answering", "SIG_IGN"),
    ],
)
def test_a_run_told_to_stop_says_how_to_go_on_and_does(
    how: signal.Signals, moment: str, control_c: str, stage: Stage
) -> None:
    code, output, errors = stop(stage, moment, how, control_c)
    run_id = stage.run_id()
    assert code == 130 and output == ""
    assert f"specloop resume {run_id} --project {stage.project}" in errors and "Traceback" not in errors
    (stopped,) = Workspace(stage.project).status()
    assert stopped.status == "interrupted" and not stage.tasks.exists()
    outcome = Workspace(stage.project, model=stage.model.url).resume(run_id)
    assert outcome.status == "done" and stage.tasks.exists()
    assert Workspace(stage.project).status()[0].status == "done"


def test_a_run_killed_while_its_change_is_made_makes_no_second_one(project: Path) -> None:
    with ImitationServer(scripted_reply) as server:
        process = started("run", GOAL, "--max-loops", "1", "--model", server.url, project=project)
        changes = project / "openspec" / "changes"
        until(lambda: changes.exists() and len(list(changes.iterdir())) > 1, process)
        ended(process, signal.SIGKILL)
        (run,) = Workspace(project).status()
        outcome = Workspace(project, model=server.url).resume(run.run_id)
    assert outcome.loops == 1 and outcome.change == run.change
    assert {path.name for path in changes.iterdir()} == {"archive", run.change}


async def test_a_run_cancelled_while_answering_goes_on_with_the_answers_it_has(stage: Stage) -> None:
    stage.hold.touch()
    workspace = Workspace(stage.project, model=stage.model.url)
    going = asyncio.create_task(workspace.arun(GOAL, change=BEGUN))
    while not stage.calls():
        await asyncio.sleep(0.002)
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    stage.hold.unlink()
    outcome = await workspace.aresume(stage.run_id())
    assert outcome.status == "done" and stage.tasks.exists()
    assert stage.nodes(stage.run_id())["question_routing"] == 1

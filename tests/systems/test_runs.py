"""Runs: one row each, newest first, interrupted when the process that worked on it is gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from systems.errors import Busy, Missing, UsageError
from systems.locks import taken
from systems.runs import Runs


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    with closing(Runs(tmp_path / "specloop.db")) as found:
        yield found


def test_runs_are_listed_newest_first_and_entered_once(runs: Runs) -> None:
    for run_id in ("b", "a", "c"):
        runs.start(run_id, goal=f"goal {run_id}", change=None, settings={"model": "auto"})
    runs.start("b", goal="another", change="x", settings={})
    assert [(run.run_id, run.goal) for run in runs.all()] == [("c", "goal c"), ("a", "goal a"), ("b", "goal b")]
    assert runs.settings("b") == {"model": "auto"} and runs.change("b") is None


def test_what_is_not_given_stays(runs: Runs) -> None:
    runs.start("a", goal="g", change=None, settings={})
    runs.update("a", change="add", node="answer", loops=2, waiting_for=("Why?", "How?"))
    runs.update("a", status="done", outcome="abc")
    run = runs.get("a")
    assert (run.change, run.node, run.loops, run.waiting_for) == ("add", "answer", 2, ("Why?", "How?"))
    assert run.status == "done" and runs.outcome("a") == "abc"
    runs.update("a", waiting_for=())
    assert runs.get("a").waiting_for == ()


def test_a_run_is_alive_while_it_is_held(runs: Runs) -> None:
    runs.start("a", goal="g", change=None, settings={})
    assert runs.get("a").status == "interrupted"
    with runs.alive("a"):
        assert runs.get("a").status == "running"
        with pytest.raises(Busy, match="Run a"), runs.alive("a"):
            pass
    assert runs.get("a").status == "interrupted"


def test_a_run_whose_process_was_killed_is_interrupted(runs: Runs, tmp_path: Path) -> None:
    runs.start("a", goal="g", change=None, settings={})
    code = (
        "import sys, time; from pathlib import Path; from systems.runs import Runs\n"
        "with Runs(Path(sys.argv[1])).alive('a'): print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "specloop.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        assert runs.get("a").status == "running"
        process.kill()
    assert runs.get("a").status == "interrupted"


def test_an_unknown_run_is_refused_with_the_newest(runs: Runs) -> None:
    with pytest.raises(UsageError, match="none yet"):
        runs.get("x")
    runs.start("a", goal="g", change=None, settings={})
    with pytest.raises(UsageError, match="Newest runs: a"):
        runs.get("x")


def test_a_lock_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Missing, match=r"run\.lock") as raised:
        taken(tmp_path / "file" / "run.lock")
    assert raised.value.system == "disk"

"""Runs: one row each, newest first, interrupted when the process that worked on it is gone."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from systems.errors import Busy, Missing, Overtaken, Stopped, UsageError
from systems.records import Tokens
from systems.runs import Runs
from systems.stores import Place
from systems.stores.locks import taken
from tests.systems.store_support import on_file


@pytest.fixture
def runs(place: Place) -> Iterator[Runs]:
    with closing(Runs(place)) as found:
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


@on_file
def test_a_run_whose_process_was_killed_is_interrupted(runs: Runs, tmp_path: Path) -> None:
    runs.start("a", goal="g", change=None, settings={})
    code = (
        "import sys, time; from pathlib import Path; from systems.runs import Runs\n"
        "with Runs(Path(sys.argv[1])).alive('a'): print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / ".specloop" / "specloop.db")]
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
        taken(tmp_path / "file" / "store.db", "run")
    assert raised.value.system == "disk"


def test_who_works_on_a_run_is_told_while_it_lives(runs: Runs) -> None:
    runs.start("a", goal="g", change=None, settings={})
    with runs.alive("a"):
        run = runs.get("a")
        assert (run.pid, run.host) == (os.getpid(), platform.node())
    run = runs.get("a")
    assert (run.pid, run.host) == (None, None)


def test_a_process_that_died_is_not_told_of_even_when_its_number_lives_again(runs: Runs) -> None:
    runs.start("a", goal="g", change=None, settings={})
    with runs.alive("a"):
        pass
    runs._tables.run("UPDATE runs SET pid = ?, status = 'running' WHERE run_id = 'a'", os.getpid())
    assert runs.get("a").status == "interrupted" and runs.get("a").pid is None


def test_working_time_is_added_up_over_sessions_and_waiting_does_not_count(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr("time.time", lambda: now)
    runs.start("a", goal="g", change=None, settings={})
    with runs.alive("a"):
        now += 5
        assert runs.get("a").seconds == 5
    now += 3_600
    assert runs.get("a").seconds == 5
    with runs.held("a"):
        now += 2
        assert runs.get("a").seconds == 7
    assert runs.get("a").seconds == 7


def test_the_time_of_a_killed_process_counts_as_far_as_it_was_seen(runs: Runs) -> None:
    runs.start("a", goal="g", change=None, settings={})
    runs._tables.run("UPDATE runs SET since = 1000.0, seen = 1004.0, seconds = 1.0")
    assert runs.get("a").status == "interrupted" and runs.get("a").seconds == 5.0
    with runs.alive("a"):
        assert 5.0 <= runs.get("a").seconds < 65.0, "added once, and the time since then is not work"


def test_what_is_spent_is_added_up_and_unknown_costs_stay_unknown(runs: Runs) -> None:
    runs.start("a", goal="g", change=None, settings={})
    runs.spend("a", sent=10, received=2, cost=None)
    assert runs.get("a").tokens == Tokens(input=10, output=2) and runs.get("a").cost is None
    runs.spend("a", sent=1, received=1, cost=0.5)
    runs.spend("a", sent=1, received=1, cost=None)
    runs.spend("another", sent=1, received=1, cost=1.0)
    assert runs.get("a").tokens == Tokens(input=12, output=4) and runs.get("a").cost == 0.5


def test_a_stop_is_heeded_once_and_never_by_a_later_session(runs: Runs) -> None:
    runs.start("a", goal="g", change=None, settings={})
    with runs.alive("a"):
        assert not runs.heeds_stop("a")
        runs.ask_to_stop("a")
        assert runs.is_asked_to_stop("a") and runs.heeds_stop("a") and not runs.heeds_stop("a")
        runs.ask_to_stop("a")
    assert not runs.is_asked_to_stop("a"), "the run ended by itself"
    runs.ask_to_stop("a")
    with pytest.raises(Stopped, match="Run a"), runs.held("a"):
        pytest.fail("a node under a LangGraph server begins although the run is to stop")
    with runs.held("a"):
        pass


def test_nodes_side_by_side_hold_a_run_until_the_last_of_them_has_ended(runs: Runs) -> None:
    runs.start("a", goal="g", change=None, settings={})
    first, second = runs.held("a"), runs.held("a")
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert runs.get("a").status == "running"
    runs.check("a")
    second.__exit__(None, None, None)
    assert runs.get("a").status == "interrupted"


@on_file
def test_a_worker_finds_out_that_its_server_handed_its_run_on_to_another(runs: Runs, tmp_path: Path) -> None:
    another = (
        "import sys, time; from pathlib import Path; from systems.runs import Runs\n"
        "with Runs(Path(sys.argv[1])).held('a'): print('held', flush=True); time.sleep(60)"
    )
    runs.start("a", goal="g", change=None, settings={})
    with runs.held("a"):
        runs.check("a")
        command = [sys.executable, "-c", another, str(tmp_path / ".specloop" / "specloop.db")]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
            assert other.stdout and other.stdout.readline() == b"held\n"
            with pytest.raises(Overtaken, match="Another process went on with run a"):
                runs.check("a")
            with pytest.raises(Overtaken), runs.held("a"):
                pytest.fail("the next node begins all the same")
            other.kill()
    row = runs._tables.row("SELECT since, pid FROM runs WHERE run_id = 'a'")
    assert row and row[0] and row[1] == other.pid, "what the other noted is left alone"

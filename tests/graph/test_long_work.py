"""Long work: seen from another terminal, stopped from there, resumed; two changes of a repository side by side."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from graph.pulse import Pulse, spent
from graph.stopping import stoppable
from graph.view import runs_table
from systems.errors import Missing, Stopped
from systems.records import RunSummary, Tokens
from systems.runs import Runs
from tests.graph.conftest import BEGUN, GOAL, change_folder, said, started
from tests.graph.scripted import artifact_of, scripted_reply
from tests.systems.imitation_server import ImitationServer, Reply, Scripted
from tests.systems.serving.support import until

OTHER = "Let the user undo the last change"


class Model:
    """A model that keeps drafts of some documents back."""

    def __init__(self, *held: str) -> None:
        self.held = set(held)

    def __call__(self, request: dict[str, Any]) -> Scripted:
        reply = scripted_reply(request)
        return Reply(json.dumps(reply), seconds=600) if artifact_of(request) in self.held else reply


@pytest.fixture
def model() -> Iterator[Callable[..., tuple[Model, ImitationServer]]]:
    running = []

    def begin(*held: str) -> tuple[Model, ImitationServer]:
        script = Model(*held)
        server = ImitationServer(script)
        running.append(server)
        server.__enter__()
        return script, server

    yield begin
    for server in running:
        server.__exit__(None, None, None)


def asked(server: ImitationServer, artifact: str) -> int:
    return sum(artifact_of(request) == artifact for request in server.requests)


def listed(project: Path) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = said("status", "--json", project=project).json["runs"]
    return runs


def communicated(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=120)
    return process.returncode, output, errors


@pytest.mark.external
def test_a_run_in_the_background_is_listed_with_what_it_spends_and_stopped_and_resumed(
    begun: Path, model: Callable[..., tuple[Model, ImitationServer]]
) -> None:
    script, server = model("tasks")
    (begun / "specloop.toml").write_text("[prices]\nimitation = { input = 1000, output = 1000 }\n")
    process = started("run", GOAL, "--change", BEGUN, "--model", server.url, project=begun, control_c="SIG_IGN")
    until(lambda: asked(server, "tasks") > 0, seconds=120)
    (run,) = listed(begun)
    assert run["status"] == "running" and run["node"] == "execution" and run["seconds"] > 0
    assert os.getpgid(run["pid"]) == process.pid
    assert run["tokens"] == {"input": 11, "output": 7}, "the model's own questions, before any loop has ended"
    assert run["cost"] == pytest.approx(0.018)
    shown = said("status", project=begun).output
    assert f"running, pid {run['pid']}" in shown and "11 in 7 out, $0.02" in shown

    stopped = said("stop", run["run_id"], "--json", project=begun)
    assert stopped.code == 0 and stopped.json["status"] == "interrupted" and stopped.json["pid"] is None
    code, output, errors = communicated(process)
    assert code == 130 and output == "" and f"specloop resume {run['run_id']}" in errors and "Traceback" not in errors
    again = said("stop", run["run_id"], project=begun)
    assert again.code == 0 and "is interrupted; nobody works on it" in again.output
    assert said("stop", "no-such-run", project=begun).code == 2

    script.held.clear()
    resumed = said("resume", run["run_id"], "--model", server.url, "--json", project=begun)
    assert resumed.json["status"] == "done"
    (done,) = listed(begun)
    assert done["tokens"] == {"input": 22, "output": 14} and done["seconds"] > run["seconds"]


@pytest.mark.external
def test_two_changes_of_one_repository_are_worked_on_side_by_side(
    begun: Path, model: Callable[..., tuple[Model, ImitationServer]]
) -> None:
    script, server = model("tasks", "proposal")
    one = started("run", GOAL, "--change", BEGUN, "--model", server.url, "--json", project=begun)
    two = started("run", OTHER, "--model", server.url, "--json", project=begun)
    until(lambda: asked(server, "tasks") > 0 and asked(server, "proposal") > 0, seconds=120)
    runs = listed(begun)
    assert [run["status"] for run in runs] == ["running"] * 2
    assert {os.getpgid(run["pid"]) for run in runs} == {one.pid, two.pid}
    assert len({run["change"] for run in runs}) == 2
    script.held.clear()
    server.closing.set()  # what is held back is sent
    outcomes = [json.loads(communicated(process)[1]) for process in (one, two)]
    assert [outcome["status"] for outcome in outcomes] == ["done", "done"]
    for outcome in outcomes:
        folder = change_folder(begun, outcome["change"])
        assert {path.name for path in folder.glob("*.md")} >= {"proposal.md", "design.md", "tasks.md"}
        assert all(artifact["valid"] for artifact in outcome["artifacts"])


def test_status_watches_until_nothing_runs(project: Path) -> None:
    with closing(Runs(project / ".specloop" / "specloop.db")) as runs:
        runs.start("a", goal=GOAL, change=None, settings={})
        with runs.alive("a"):
            watching = started("status", "--watch", "--json", project=project)
            assert watching.stdout
            assert json.loads(watching.stdout.readline())["runs"][0]["status"] == "running"
            runs.update("a", node="execution")
            while json.loads(watching.stdout.readline())["runs"][0]["node"] != "execution":
                pass
    code, output, _ = communicated(watching)
    assert code == 0 and json.loads(output.splitlines()[-1])["runs"][0]["status"] == "interrupted"
    assert said("status", "--watch", "--json", project=project).json["runs"][0]["status"] == "interrupted"


async def test_a_stop_becomes_an_error_and_a_cancellation_stays_one(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "specloop.db")
    (tmp_path / "locks").mkdir()
    runs.ask_to_stop("a")
    with pytest.raises(Stopped, match="Run a was stopped"):
        async with stoppable(runs, "a"):
            await asyncio.sleep(60)

    async def work() -> None:
        async with stoppable(runs, "a"):
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(60), stoppable(runs, "a"):
        await asyncio.sleep(0)
    runs.close()


def summary(**given: Any) -> RunSummary:
    return RunSummary(run_id="r", goal="g", change=None, status="running", node="execution", loops=1, **given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "0:00, 0 in 0 out"),
        ({"seconds": 61.9, "tokens": Tokens(input=1_234, output=5)}, "1:01, 1,234 in 5 out"),
        ({"seconds": 3_723, "cost": 1.5}, "1:02:03, 0 in 0 out, $1.50"),
        ({"cost": 0.0004}, "0:00, 0 in 0 out, $0.0004"),
    ],
)
def test_what_is_spent_is_said_in_a_few_words(given: dict[str, Any], words: str) -> None:
    assert spent(summary(**given)) == words


def test_a_run_on_another_machine_is_named_so() -> None:
    console = Console(width=200, record=True)
    console.print(runs_table([summary(pid=7, host="build-server"), summary(pid=8)]))
    text = console.export_text()
    assert "running, pid 7 on build-server" in text and "running, pid 8 " in text


def test_the_terminal_shows_the_node_and_what_is_spent_and_survives_a_damaged_store() -> None:
    answers: list[RunSummary | Exception] = [summary(seconds=5), Missing("gone", system="store")]

    def look(run_id: str) -> RunSummary:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    pulse = Pulse(look)
    assert pulse.__rich__().plain.strip() == "starting: model, stores"
    pulse.run_id, pulse.doing = "r", "execution"
    assert pulse.__rich__().plain == pulse.__rich__().plain == "execution  0:05, 0 in 0 out", "looked up once a second"
    pulse._looked -= 2
    assert pulse.__rich__().plain.strip() == "execution"

"""Bad input gets a clear sentence, the right exit code, and loses nothing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from graph import Workspace
from graph.progress import Event
from systems.errors import Busy, Missing
from tests.graph.conftest import (
    BEGUN,
    GOAL,
    THEIRS,
    TIME_SERVER,
    change_folder,
    documents,
    said,
    started,
    workspace,
)
from tests.graph.scripted import artifact_of, scripted_reply
from tests.graph.test_resume import ended
from tests.systems.drafting import closed_port
from tests.systems.imitation_server import ImitationServer, Reply, Scripted

MISBEHAVING = str(Path(__file__).parent.parent / "systems" / "misbehaving_server.py")


def refused(*arguments: str, project: Path, code: int) -> str:
    """The one sentence and its mend, after checking the exit code and that `--json` says the same."""
    result = said(*arguments, "--json", project=project)
    assert result.code == code, result
    error = result.json["error"]
    assert set(result.json) == {"error"} and error["message"] and error["mend"]
    assert error["message"] in result.errors and "Traceback" not in result.errors
    return f"{error['message']} {error['mend']}"


def test_a_folder_that_is_no_git_repository_is_refused(tmp_path: Path) -> None:
    words = refused("run", GOAL, project=tmp_path, code=2)
    assert "not a git repository" in words and f"git -C {tmp_path} init" in words
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert "There is no folder" in refused("run", GOAL, project=tmp_path / "nowhere", code=2)


def test_brackets_in_a_name_are_words_and_no_markup(tmp_path: Path) -> None:
    assert "[/bold]" in refused("run", GOAL, project=tmp_path / "[" / "bold]", code=2)


def test_a_project_that_cannot_be_written_is_refused(project: Path, tmp_path: Path) -> None:
    with mounted(project, "--bind", str(project)), mounted(project, "-o", "remount,bind,ro"):
        assert "cannot be written" in refused("run", GOAL, project=project, code=2)


def test_an_unknown_run_is_refused_with_the_ones_there_are(project: Path) -> None:
    assert "no run 'nope'" in refused("resume", "nope", project=project, code=2)
    assert "no run 'nope'" in refused("status", "nope", project=project, code=2)


@pytest.mark.parametrize("goal", ["", " \n\t "])
def test_an_empty_goal_is_refused(goal: str, project: Path) -> None:
    assert "goal is empty" in refused("run", goal, project=project, code=2)
    assert said("status", "--json", project=project).json == {"runs": []}


def test_a_goal_of_100_kb_is_refused(project: Path) -> None:
    words = refused("run", "word " * 20_000, project=project, code=2)
    assert "99,999 characters" in words and len(words) < 500


@pytest.mark.external
def test_an_unknown_change_is_refused_with_the_ones_there_are(begun: Path, server: ImitationServer) -> None:
    words = refused("run", GOAL, "--change", "nope", "--model", server.url, project=begun, code=2)
    assert "no change 'nope'" in words and BEGUN in words
    assert not server.requests
    (run,) = said("status", "--json", project=begun).json["runs"]
    assert run["status"] == "failed"


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("specloop.toml", 'model = "auto"\napprove = ask\n', "line 2"),
        ("specloop.toml", 'modle = "auto"\n', "specloop.toml: modle"),
        ("specloop.toml", "max_loops = 0\n", "specloop.toml: max_loops"),
        ("specloop.toml", b"\xff\xfe", "specloop.toml is not valid TOML"),
        ("mcp.json", '{"mcpServers": {\n "time": }}\n', "line 2"),
        ("mcp.json", '{"mcpServers": []}', "mcpServers"),
        ("mcp.json", '{"mcpServers": {"time": {"command": 3}}}', "time"),
    ],
)
def test_a_broken_configuration_is_named(
    file: str, text: str | bytes, named: str, project: Path, server: ImitationServer
) -> None:
    (project / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    model = ("--model", server.url) if file == "mcp.json" else ()
    assert named in refused("run", GOAL, *model, project=project, code=2)
    assert (project / file).exists()


def test_a_bad_option_is_named(project: Path) -> None:
    assert "--max-loops" in refused("run", GOAL, "--max-loops", "0", project=project, code=2)


def test_a_model_that_cannot_be_reached_says_what_to_do(project: Path) -> None:
    words = refused("run", GOAL, "--model", closed_port(), project=project, code=4)
    assert "127.0.0.1" in words and "LM Studio" in words
    (run,) = said("status", "--json", project=project).json["runs"]
    assert run["status"] == "failed" and run["goal"] == GOAL


@pytest.mark.parametrize("name", ["specloop.db", "checkpoints.db"])
def test_a_damaged_store_is_named_and_left_as_it_is(name: str, begun: Path, server: ImitationServer) -> None:
    (begun / ".specloop").mkdir(exist_ok=True)
    store = begun / ".specloop" / name
    store.write_bytes(b"this is no database " * 500)
    words = refused("run", GOAL, "--change", BEGUN, "--model", server.url, project=begun, code=4)
    assert str(store) in words and f"mv {store} {store}.damaged" in words
    assert store.read_bytes() == b"this is no database " * 500
    assert not (change_folder(begun, BEGUN) / "tasks.md").exists()


def test_without_node_the_setup_step_is_named(
    begun: Path, server: ImitationServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(shutil.which("git") or "git")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("SPECLOOP_CACHE", str(tmp_path / "cache"))
    words = refused("run", GOAL, "--model", server.url, project=begun, code=4)
    assert "Node" in words and "make setup" in words


@pytest.mark.external
def test_servers_that_are_missing_hang_or_die_are_named_and_the_others_serve(
    begun: Path, server: ImitationServer
) -> None:
    (begun / "specloop.toml").write_text("[policy.servers]\nstart_seconds = 8\n")
    broken = {
        "missing": {"command": "there-is-no-such-program"},
        "hanging": {"command": sys.executable, "args": [MISBEHAVING, "--start", "hang"]},
        "dying": {"command": sys.executable, "args": [MISBEHAVING, "--start", "die"]},
    }
    (begun / "mcp.json").write_text(json.dumps({"mcpServers": {**broken, **TIME_SERVER["mcpServers"]}}))
    outcome = workspace(begun, server).run(GOAL, change=BEGUN)
    assert outcome.status == "done"
    for name in broken:
        assert any(note.startswith(f"MCP server {name} was left out") for note in outcome.notes), outcome.notes
    assert {"missing", "hanging", "dying"} <= {finding.where for finding in outcome.findings}
    answered = [question for question in outcome.questions if question.answered]
    assert [question.server for question in answered] == ["time"]


@pytest.mark.external
def test_a_model_server_that_dies_leaves_the_run_resumable(begun: Path) -> None:
    def dying(request: dict[str, Any]) -> Scripted:
        return Reply(drop=True) if artifact_of(request) == "tasks" else scripted_reply(request)

    with ImitationServer(dying) as server:
        words = refused("run", GOAL, "--change", BEGUN, "--model", server.url, project=begun, code=4)
    assert "cannot be reached" in words
    (run,) = Workspace(begun).status()
    assert run.status == "failed"
    with ImitationServer(scripted_reply) as server:
        outcome = workspace(begun, server).resume(run.run_id)
        assert [artifact_of(request) for request in server.requests] == ["tasks"]
    assert outcome.status == "done" and set(documents(begun, BEGUN)) == {*THEIRS, "tasks.md"}


@pytest.mark.external
def test_a_full_disk_leaves_nothing_half_written(begun_template: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted(disk, "-t", "tmpfs", "-o", "size=6m", "tmpfs"):
        project = disk / "todo"
        shutil.copytree(begun_template, project)

        def filling(request: dict[str, Any]) -> Scripted:
            if artifact_of(request) == "tasks":
                fill(disk / "ballast")
            return scripted_reply(request)

        with ImitationServer(filling) as server:
            words = refused("run", GOAL, "--change", BEGUN, "--model", server.url, project=project, code=4)
            assert "full" in words or "No space left" in words
            assert set(documents(project, BEGUN)) == set(THEIRS)
        (disk / "ballast").unlink()
        (run,) = Workspace(project).status()
        with ImitationServer(scripted_reply) as server:
            outcome = workspace(project, server).resume(run.run_id)
        assert outcome.status == "done" and set(documents(project, BEGUN)) == {*THEIRS, "tasks.md"}


@pytest.mark.external
def test_the_second_run_on_a_change_waits_says_so_and_finishes(begun: Path, server: ImitationServer) -> None:
    lock = FileLock(begun / ".specloop" / "locks" / f"change-{BEGUN}.lock", thread_local=False)
    (begun / ".specloop" / "locks").mkdir(parents=True, exist_ok=True)
    lock.acquire()
    told: list[str] = []

    def watch(event: Event) -> None:
        if "another run is working on change" in event.text:
            told.append(event.text)
            threading.Timer(0.3, lock.release).start()

    outcome = workspace(begun, server).run(GOAL, change=BEGUN, watch=watch)
    assert told and outcome.status == "done"


@pytest.mark.external
def test_a_run_that_waits_too_long_for_another_says_so(begun: Path, server: ImitationServer) -> None:
    (begun / ".specloop" / "locks").mkdir(parents=True, exist_ok=True)
    with FileLock(begun / ".specloop" / "locks" / f"change-{BEGUN}.lock"), pytest.raises(Busy, match=BEGUN):
        workspace(begun, server, max_seconds=0.5).run(GOAL, change=BEGUN)


@pytest.mark.external
def test_control_c_while_waiting_for_another_run_is_heeded(begun: Path, server: ImitationServer) -> None:
    (begun / ".specloop" / "locks").mkdir(parents=True, exist_ok=True)
    with FileLock(begun / ".specloop" / "locks" / f"change-{BEGUN}.lock"):
        process = started("run", GOAL, "--change", BEGUN, "--model", server.url, "--json", project=begun)
        assert process.stderr is not None
        for line in process.stderr:
            if "another run is working" in line:
                break
        code, output, errors = ended(process, signal.SIGINT)
    assert code == 130
    (run,) = Workspace(begun).status()
    assert f"specloop resume {run.run_id}" in errors and run.status == "interrupted"
    assert f"specloop resume {run.run_id}" in json.loads(output)["error"]["mend"]


@pytest.mark.external
def test_two_programs_cannot_work_on_one_run(begun: Path, server: ImitationServer) -> None:
    runs_folder = begun / ".specloop" / "locks"
    with pytest.raises(Missing):
        Workspace(begun, model=closed_port()).run(GOAL)
    (run,) = Workspace(begun).status()
    with FileLock(runs_folder / f"run-{run.run_id}.lock"):
        assert "another process" in refused("resume", run.run_id, "--model", server.url, project=begun, code=1)


@pytest.mark.external
def test_a_change_that_is_gone_when_its_run_goes_on_is_named(begun: Path, server: ImitationServer) -> None:
    (change_folder(begun, BEGUN) / "design.md").unlink()
    short = workspace(begun, server, max_loops=1).run(GOAL, change=BEGUN)
    shutil.rmtree(begun / "openspec")
    result = said("resume", short.run_id, "--max-loops", "9", "--model", server.url, "--json", project=begun)
    assert result.code == 2 and BEGUN in result.json["error"]["message"]
    assert not (begun / "openspec").exists()


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass


class mounted:
    """A mount for the length of a block; the test is skipped where mounting is not allowed."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder, self._options = folder, options

    def __enter__(self) -> None:
        command = ["mount", *self._options, str(self._folder)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("there is no mount program")
        if done.returncode:
            pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")

    def __exit__(self, *exception: object) -> None:
        if "remount,bind,ro" not in self._options:
            subprocess.run(["umount", "--lazy", str(self._folder)], check=False)

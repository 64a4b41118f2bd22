"""Repositories as they are: large, odd, in the middle of something, and worked on by two programs at once."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from graph.view import next_steps
from systems.openspec import OpenSpec
from systems.records import Outcome
from tests.graph.conftest import started
from tests.graph.worker import (
    CHANGE,
    CODE,
    DOUBLE,
    GOAL,
    PLAN,
    TRIPLE,
    Calls,
    git,
    playing,
    repository,
    results,
    right,
    tasks_of,
    worked,
)

pytestmark = pytest.mark.external
FILES = 10_000
ADDED = "\nMind the style.\n"
OTHER = "add-triple"
FILLED = Path("data")


def grown(folder: Path, outside: Path) -> None:
    """Ten thousand files, and every sort that is no plain text."""
    for number in range(FILES):
        path = folder / FILLED / f"{number % 50}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}\n")
    (folder / "image.png").write_bytes(b"\x89PNG\0" + bytes(range(256)))
    (folder / "windows.txt").write_bytes(b"one\r\ntwo\r\n")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_bytes(b"caf\xe9\n")
    (folder / "out").symlink_to(outside)
    (folder / "secret").symlink_to(outside / "secret.txt")
    (folder / "nowhere").symlink_to("no-such-file")


def in_the_middle_of_a_merge(folder: Path) -> None:
    """A detached HEAD, a merge with a conflict, a submodule, and changes that are not committed."""
    library = folder.parent / "library"
    library.mkdir()
    git(library, "init", "--quiet")
    git(library, "commit", "--quiet", "--allow-empty", "-m", "Begin")
    git(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "vendor/library")
    git(folder, "commit", "--quiet", "-m", "A library")
    git(folder, "checkout", "--quiet", "-b", "theirs")
    (folder / "windows.txt").write_bytes(b"theirs\r\n")
    git(folder, "commit", "--quiet", "--all", "-m", "Theirs")
    git(folder, "checkout", "--quiet", "--detach", "main")
    (folder / "windows.txt").write_bytes(b"mine\r\n")
    git(folder, "commit", "--quiet", "--all", "-m", "Mine")
    conflict = subprocess.run(["git", "-C", folder, "merge", "theirs"], capture_output=True, check=False)
    assert conflict.returncode == 1
    (folder / "data" / "0" / "0.txt").write_text("not committed\n")


@dataclass(frozen=True)
class Odd:
    """What a run over such a repository left."""

    project: Path
    outcome: Outcome
    before: tuple[str, str]


def standing(project: Path) -> tuple[str, str]:
    """Where the person stands: HEAD, and everything git says of the working tree but for the plan."""
    return git(project, "rev-parse", "HEAD"), git(project, "status", "--porcelain", "--", ".", ":!openspec")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Odd:
    folder = tmp_path_factory.mktemp("odd")
    (folder / "outside").mkdir()
    (folder / "outside" / "secret.txt").write_text("secret\n")
    project = repository(folder / "calc")
    grown(project, folder / "outside")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "-m", "All of it, and the plan")
    in_the_middle_of_a_merge(project)
    before = standing(project)

    def play(task: str, said: list[dict[str, Any]]) -> Calls | str:
        tasks = tasks_of(project)
        if ADDED not in tasks:  # a person edits the list while the first task is worked
            path = project / "openspec" / "changes" / CHANGE / "tasks.md"
            path.write_text(tasks.replace("# Tasks\n", f"# Tasks\n{ADDED}"))
        return right(task, said)

    with playing(play) as server:
        outcome = worked(project, server)
    return Odd(project, outcome, before)


def test_tasks_are_worked_in_it_and_nothing_of_the_persons_is_touched(odd: Odd) -> None:
    assert odd.outcome.status == "done"
    assert results(odd.outcome) == [(DOUBLE, True, "green"), (TRIPLE, True, "green")]
    assert standing(odd.project) == odd.before and "UU windows.txt" in odd.before[1]
    assert (odd.project / ".git" / "MERGE_HEAD").exists() and git(odd.project, "branch", "--show-current") == ""
    outside = odd.project.parent / "outside"
    assert [path.name for path in outside.iterdir()] == ["secret.txt"]
    done = odd.outcome.implementation
    assert (
        done
        and done.stat
        and sorted(done.stat.files)
        == [
            "calc.py",
            f"openspec/changes/{CHANGE}/tasks.md",
            "test_calc.py",
        ]
    )
    assert "submodules are empty in the worktree: vendor/library" in done.notes
    (unseen,) = [note for note in done.notes if note.startswith("uncommitted changes of yours are not on")]
    assert "windows.txt" in unseen and "data/0/0.txt" in unseen


def test_a_list_that_a_person_edits_meanwhile_keeps_the_edit_and_is_ticked_on_both_sides(odd: Odd) -> None:
    mine, branch = tasks_of(odd.project), odd.outcome.implementation and odd.outcome.implementation.branch
    ticked = PLAN["tasks.md"].replace("[ ]", "[x]")
    assert mine == ticked.replace("# Tasks\n", f"# Tasks\n{ADDED}")
    assert git(odd.project, "show", f"{branch}:openspec/changes/{CHANGE}/tasks.md") == ticked.strip()


def test_the_branch_is_merged_as_it_says(odd: Odd, tmp_path: Path) -> None:
    project = tmp_path / "calc"
    shutil.copytree(odd.project, project, symlinks=True, ignore=shutil.ignore_patterns(".specloop", str(FILLED)))
    git(project, "merge", "--abort")
    how = next_steps(odd.outcome, str(project), "specloop")[0]
    _, _, commit = how.partition("then ")
    for command in (commit.partition(" (its boxes")[0], commit.rpartition(", ")[2]):
        identity = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "Ada"}
        env = {**os.environ, **identity, "GIT_COMMITTER_EMAIL": "a@b"}
        merged = subprocess.run(["sh", "-c", command], env=env, capture_output=True, text=True, check=False)
        assert merged.returncode == 0, merged
    assert tasks_of(project) == tasks_of(odd.project) and "def triple" in (project / "calc.py").read_text()


def test_two_changes_are_implemented_side_by_side(tmp_path: Path) -> None:
    project = repository(tmp_path / "calc")
    asyncio.run(OpenSpec(project).new_change(OTHER, "Planned by a person"))
    for change, task in ((CHANGE, DOUBLE), (OTHER, TRIPLE)):
        for name, text in {**PLAN, "tasks.md": f"# Tasks\n\n- [ ] {task}\n"}.items():
            path = project / "openspec" / "changes" / change / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    both = threading.Barrier(2)

    def play(task: str, said: list[dict[str, Any]]) -> Calls | str:
        if not said:
            with suppress(threading.BrokenBarrierError):  # where one is late, the other goes on alone
                both.wait(timeout=60)
        return right(task, said)

    with playing(play) as server:
        arguments = ("--model", server.url, "--json")
        running = [started("run", GOAL, "--change", name, *arguments, project=project) for name in (CHANGE, OTHER)]
        outcomes = [json.loads(process.communicate(timeout=500)[0]) for process in running]
    assert [outcome["status"] for outcome in outcomes] == ["done", "done"]
    for change, name in ((CHANGE, "double"), (OTHER, "triple")):
        assert git(project, "diff", "--name-only", f"main...specloop/{change}").split() == ["calc.py", "test_calc.py"]
        assert f"def {name}" in git(project, "show", f"specloop/{change}:calc.py")
        path = project / "openspec" / "changes" / change / "tasks.md"
        assert "- [x]" in path.read_text() and "- [ ]" not in path.read_text()
    assert (
        git(project, "status", "--porcelain", "--", ".", ":!openspec") == ""
        and (project / "calc.py").read_text() == CODE["calc.py"]
    )

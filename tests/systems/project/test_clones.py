"""Projects that are named by a URL: two workers, each with its own clones, and a bare repository between them."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from systems.errors import Missing, UsageError
from systems.project import clones
from systems.project.addresses import checked_url, is_url
from systems.project.clones import Checkout, checked_out

PLAN = "openspec/changes/undo"
Worker = Callable[..., Checkout]


def said(folder: Path, *words: str) -> str:
    given = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    return subprocess.run(["git", "-C", str(folder), *given, *words], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    first = tmp_path / "first"
    first.mkdir()
    said(first, "init", "--quiet", "--initial-branch=main")
    (first / "app.py").write_text("print('hello')\n")
    said(first, "add", "--all")
    said(first, "commit", "--quiet", "-m", "Begin")
    said(tmp_path, "clone", "--quiet", "--bare", str(first), "app.git")
    return tmp_path / "app.git"


@pytest.fixture
def worker(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """Checks a run out at a worker, by the worker's name; nothing was fetched just before."""

    def at(name: str, run_id: str, change: str | None = None) -> Checkout:
        monkeypatch.setenv(clones.VARIABLE, str(tmp_path / name))
        clones._looked.clear()
        return asyncio.run(checked_out(bare.as_uri(), run_id, change))

    return at


def wrote(checkout: Checkout, path: str, text: str) -> None:
    file = checkout.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    asyncio.run(checkout.publish("undo"))


def pushed(bare: Path, branch: str = "specloop/undo") -> dict[str, str]:
    paths = said(bare, "ls-tree", "-r", "--name-only", branch).split()
    return {path: said(bare, "show", f"{branch}:{path}") for path in paths}


def test_a_run_goes_on_at_another_worker_and_back_with_everything_that_was_written(bare: Path, worker: Worker) -> None:
    one = worker("one", "run-1")
    wrote(one, f"{PLAN}/proposal.md", "why\n")
    (one.folder / PLAN / "design.md").write_text("half of a design, lost with its worker\n")
    two = worker("two", "run-1")
    assert (two.folder / PLAN / "proposal.md").read_text() == "why\n"
    wrote(two, f"{PLAN}/design.md", "how\n")
    back = worker("one", "run-1", "undo")
    assert back.folder == one.folder and (back.folder / PLAN / "design.md").read_text() == "how\n"
    wrote(back, f"{PLAN}/tasks.md", "what\n")
    written = {"app.py", *(f"{PLAN}/{name}.md" for name in ("proposal", "design", "tasks"))}
    assert pushed(bare).keys() == written
    assert said(bare, "rev-list", "--count", "main..specloop/undo").strip() == "3"
    assert pushed(bare, "main").keys() == {"app.py"}


def test_nothing_new_makes_no_commit_and_a_commit_that_was_not_pushed_is(bare: Path, worker: Worker) -> None:
    run = worker("one", "run-1")
    wrote(run, f"{PLAN}/proposal.md", "why\n")
    before = said(bare, "rev-parse", "specloop/undo")
    asyncio.run(run.publish("undo"))
    assert said(bare, "rev-parse", "specloop/undo") == before
    (run.folder / "app.py").write_text("print('bye')\n")
    said(run.folder, "commit", "--quiet", "-am", "Killed before its push\n\nSpecloop-Run: run-1")
    asyncio.run(run.publish("undo"))
    assert pushed(bare)["app.py"] == "print('bye')\n"


def test_runs_of_one_clone_share_its_stores_and_nothing_else(worker: Worker) -> None:
    one, two = worker("one", "run-1"), worker("one", "run-2")
    assert (one.folder / ".specloop").resolve() == (two.folder / ".specloop").resolve()
    wrote(one, "app.py", "print('one')\n")
    assert (two.folder / "app.py").read_text() == "print('hello')\n"
    assert said(two.folder, "status", "--porcelain") == ""


def test_a_change_of_the_same_name_does_not_touch_the_branch_of_another_run(bare: Path, worker: Worker) -> None:
    two = worker("two", "run-2")  # checked out before the other has pushed anything
    wrote(worker("one", "run-1"), f"{PLAN}/proposal.md", "theirs\n")
    worker("two", "run-2")
    wrote(two, f"{PLAN}/proposal.md", "ours\n")
    assert pushed(bare)[f"{PLAN}/proposal.md"] == "theirs\n"
    assert pushed(bare, "specloop/undo-run-2")[f"{PLAN}/proposal.md"] == "ours\n"


def test_a_run_that_takes_a_change_up_begins_at_its_branch(bare: Path, worker: Worker) -> None:
    wrote(worker("one", "run-1"), f"{PLAN}/proposal.md", "why\n")
    wrote(worker("two", "run-2", "undo"), f"{PLAN}/design.md", "how\n")
    assert f"{PLAN}/design.md" in pushed(bare)


def test_what_a_person_pushes_meanwhile_is_kept_and_what_cannot_be_merged_is_said(
    bare: Path, worker: Worker, tmp_path: Path
) -> None:
    run = worker("one", "run-1")
    wrote(run, f"{PLAN}/proposal.md", "why\n")
    said(tmp_path, "clone", "--quiet", "--branch", "specloop/undo", str(bare), "ann")

    def ann(path: str, text: str) -> None:
        (tmp_path / "ann" / path).write_text(text)
        said(tmp_path / "ann", "add", "--all")
        said(tmp_path / "ann", "commit", "--quiet", "-m", "Ann's")
        said(tmp_path / "ann", "push", "--quiet", "origin", "HEAD")

    ann("notes.md", "mind the gap\n")
    wrote(run, f"{PLAN}/design.md", "how\n")
    assert pushed(bare)["notes.md"] == "mind the gap\n" and f"{PLAN}/design.md" in pushed(bare)
    said(tmp_path / "ann", "pull", "--quiet", "--rebase", "origin", "specloop/undo")
    ann(f"{PLAN}/proposal.md", "because\n")
    with pytest.raises(Missing, match="git push failed"):
        wrote(run, f"{PLAN}/proposal.md", "therefore\n")
    assert (run.folder / PLAN / "proposal.md").read_text() == "therefore\n"
    assert pushed(bare)[f"{PLAN}/proposal.md"] == "because\n"


def test_what_the_tasks_committed_comes_with_the_documents(bare: Path, worker: Worker) -> None:
    run = worker("one", "run-1")
    wrote(run, f"{PLAN}/tasks.md", "- [ ] 1.1 Undo\n")
    said(run.folder, "switch", "--quiet", "-c", "specloop/undo")
    (run.folder / "app.py").write_text("print('undone')\n")
    said(run.folder, "commit", "--quiet", "-am", "1.1 Undo")
    said(run.folder, "switch", "--quiet", "--detach", "HEAD~1")
    wrote(run, f"{PLAN}/tasks.md", "- [x] 1.1 Undo\n")
    assert pushed(bare)["app.py"] == "print('undone')\n"
    assert pushed(bare)[f"{PLAN}/tasks.md"] == "- [x] 1.1 Undo\n"


def test_a_repository_that_is_not_there_is_told_of_and_leaves_nothing_in_the_way(bare: Path, worker: Worker) -> None:
    gone = bare.rename(bare.with_name("gone.git"))
    with pytest.raises(Missing, match=r"git clone failed: .*app\.git"):
        worker("one", "run-1")
    gone.rename(bare)
    assert (worker("one", "run-1").folder / "app.py").is_file()


def test_a_run_that_is_a_path_is_refused(worker: Worker) -> None:
    with pytest.raises(UsageError, match="is no run"):
        worker("one", "../../run")


@pytest.mark.parametrize(
    "url",
    [
        "https://ann:secret@example.org/app.git",
        "https://token@example.org/app",
        "ssh://git:secret@h/app",
        "ext::sh -c x://",
    ],
)
def test_a_url_with_a_secret_or_of_another_scheme_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        checked_url(url)
    assert "secret@" not in str(refused.value) and "token" not in str(refused.value)


@pytest.mark.parametrize(
    ("project", "named_by_url"),
    [
        ("https://example.org/app.git", True),
        ("git@example.org:team/app.git", True),
        ("ssh://git@example.org/app", True),
        ("/home/ann/app", False),
        ("app", False),
        ("C:/Users/ann/app", False),
        (Path("app"), False),
    ],
)
def test_a_url_is_told_from_a_folder(project: str | Path, named_by_url: bool) -> None:
    assert is_url(project) == named_by_url
    assert not named_by_url or checked_url(str(project)) == project

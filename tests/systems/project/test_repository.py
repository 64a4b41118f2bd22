"""What the project's repository holds, through git itself."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from systems.errors import Missing, UsageError
from systems.project.repository import best_file, check_project, checked_out, is_test, refs, tracked_files


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


def test_a_folder_below_a_repository_is_a_project(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "below").mkdir()
    assert check_project(repository / "below") == (repository / "below").resolve()
    monkeypatch.chdir(repository)
    assert check_project(Path()) == repository.resolve()
    assert (repository / ".specloop" / ".gitignore").read_text() == "*\n"


def test_what_is_no_project_is_refused(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no folder"):
        check_project(tmp_path / "nowhere")
    (repository / "file").write_text("")
    with pytest.raises(UsageError, match="no folder"):
        check_project(repository / "file")
    (repository / ".specloop").write_text("in the way")
    with pytest.raises(UsageError, match="cannot be written"):
        check_project(repository)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="git is not installed"):
        check_project(repository)


async def test_branches_and_tags_are_known_here_and_at_the_remote_and_which_is_checked_out(repository: Path) -> None:
    assert await refs(repository) == ()
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    for arguments in (
        ("checkout", "--quiet", "-b", "work"),
        (*identity, "commit", "--quiet", "--allow-empty", "--message", "First"),
        ("tag", "v1"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
        ("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"),
    ):
        subprocess.run(["git", "-C", str(repository), *arguments], check=True)
    assert sorted(await refs(repository)) == ["origin/main", "v1", "work"] and await checked_out(repository) == "work"
    subprocess.run(["git", "-C", str(repository), "checkout", "--quiet", "--detach"], check=True)
    assert await checked_out(repository) == ""


async def test_tracked_and_new_files_are_listed_without_ignored_and_own_ones(repository: Path) -> None:
    for name in ("a.py", "src/b c.py", "ignored.log", "openspec/x.md", ".specloop/y.db", "häßlich.py"):
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (repository / ".gitignore").write_text("*.log\n")
    subprocess.run(["git", "-C", str(repository), "add", "a.py"], check=True)
    assert await tracked_files(repository) == (".gitignore", "a.py", "häßlich.py", "src/b c.py")


async def test_a_name_that_is_not_utf_8_is_left_out(repository: Path) -> None:
    (repository / "a.py").write_text("x")
    Path(os.fsdecode(os.fsencode(repository) + b"/caf\xe9.py")).write_text("x")
    assert await tracked_files(repository) == ("a.py",)


async def test_a_broken_repository_is_named(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    with pytest.raises(Missing, match="git ls-files failed"):
        await tracked_files(tmp_path)


def test_the_file_that_speaks_of_the_goal_is_best(repository: Path) -> None:
    texts = {"todo/cli.py": "def list_items(): print", "todo/store.py": "def save(): json", "tests/test_cli.py": "list"}
    for name, text in texts.items():
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text(text)
    assert best_file(repository, tuple(texts), "print the list of items") == "todo/cli.py"
    assert best_file(repository, tuple(texts), "saving") == "todo/store.py"
    assert best_file(repository, tuple(texts), "quaternions") == "todo/cli.py"
    assert best_file(repository, ("README.md", "gone.py"), "gone") == "gone.py"
    assert best_file(repository, ("README.md",), "anything") is None


@pytest.mark.parametrize(
    ("path", "test"), [("tests/a.py", True), ("src/test_a.py", True), ("src/tests.py", False), ("attest/a.py", False)]
)
def test_tests_are_known_by_their_names(path: str, test: bool) -> None:
    assert is_test(path) is test

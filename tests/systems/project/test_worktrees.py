"""The worktree of a change: made, mended and taken back without ever touching what is the person's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from systems.documents import write_file
from systems.errors import Missing
from systems.project.worktrees import Worktree
from tests.graph.worker import git


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.txt").write_text("one\n")
    (folder / ".gitignore").write_text("*.log\n.specloop/\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "Begin")
    return folder


@pytest.fixture
def worktree(project: Path) -> Worktree:
    return Worktree(project, "change")


async def commit(worktree: Worktree, name: str, text: str, subject: str) -> str:
    (worktree.folder / name).write_text(text)
    assert await worktree.stage()
    return await worktree.commit(subject, "Specloop-Step: run/1")


async def test_a_commit_is_on_the_branch_and_the_person_sees_nothing_of_it(project: Path, worktree: Worktree) -> None:
    (project / "a.txt").write_text("mine\n")
    (project / ".git" / "hooks" / "pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (project / ".git" / "hooks" / "pre-commit").chmod(0o755)
    notes = await worktree.prepare()
    assert notes == ("uncommitted changes of yours are not on specloop/change: a.txt",)
    assert (worktree.folder / "a.txt").read_text() == "one\n"
    made = await commit(worktree, "b.txt", "two\n", "1.1 Add `b`: # all")
    assert git(project, "log", "-1", "--format=%H %s", "specloop/change") == f"{made} 1.1 Add `b`: # all"
    assert (await worktree.last()).message.endswith("Specloop-Step: run/1")
    assert (project / "a.txt").read_text() == "mine\n" and not (project / "b.txt").exists()
    assert git(project, "branch", "--show-current") == "main"
    stat = await worktree.stat()
    assert (stat.files, stat.insertions, stat.deletions) == (("b.txt",), 1, 0)


async def test_what_a_check_leaves_behind_or_changes_is_not_committed(worktree: Worktree) -> None:
    await worktree.prepare()
    (worktree.folder / "b.txt").write_text("two\n")
    assert await worktree.stage()
    (worktree.folder / "b.txt").write_text("changed by the check\n")
    (worktree.folder / "report.xml").write_text("report")
    (worktree.folder / "deep").mkdir()
    (worktree.folder / "deep" / "cache").write_text("x")
    await worktree.tidy()
    await worktree.commit("b", "body")
    assert git(worktree.root, "show", "HEAD:b.txt") == "two"
    assert sorted(path.name for path in worktree.folder.iterdir()) == [".git", ".gitignore", "a.txt", "b.txt"]


async def test_a_patch_holds_what_is_no_text_too_and_can_be_applied(
    project: Path, worktree: Worktree, tmp_path: Path
) -> None:
    await worktree.prepare()
    odd = {"latin.txt": b"caf\xe9\r\n", "image.png": bytes(range(256)), "b.txt": "\u00fc\n".encode()}
    for name, body in odd.items():
        (worktree.folder / name).write_bytes(body)
    assert await worktree.stage()
    write_file(tmp_path / "patch", await worktree.patch())
    git(project, "apply", "--whitespace=nowarn", str(tmp_path / "patch"))
    assert {name: (project / name).read_bytes() for name in odd} == odd


async def test_files_that_git_ignores_are_no_change(worktree: Worktree) -> None:
    await worktree.prepare()
    (worktree.folder / "run.log").write_text("x")
    assert not await worktree.stage()


async def test_half_done_work_a_lock_and_a_stray_branch_are_mended(project: Path, worktree: Worktree) -> None:
    await worktree.prepare()
    made = await commit(worktree, "b.txt", "two\n", "b")
    (worktree.folder / "a.txt").unlink()
    (worktree.folder / "half").write_text("half")
    Path(git(worktree.root, "rev-parse", "--absolute-git-dir"), "index.lock").touch()
    await worktree.prepare()
    assert (await worktree.last()).id == made and (worktree.folder / "a.txt").exists()
    assert not (worktree.folder / "half").exists()
    git(worktree.root, "checkout", "--quiet", "--detach")
    (worktree.folder / "theirs.txt").write_text("kept")
    assert not await worktree.alive()
    await worktree.prepare()
    assert (await worktree.last()).id == made and await worktree.alive()
    kept = [path for path in worktree.root.parent.iterdir() if path != worktree.root]
    assert [(path / "theirs.txt").read_text() for path in kept] == ["kept"]


async def test_a_deleted_worktree_is_made_again_from_its_branch(worktree: Worktree) -> None:
    await worktree.prepare()
    made = await commit(worktree, "b.txt", "two\n", "b")
    shutil.rmtree(worktree.root)
    assert not await worktree.alive()
    await worktree.prepare()
    assert (await worktree.last()).id == made and (worktree.folder / "b.txt").read_text() == "two\n"


async def test_a_repository_without_commits_and_a_branch_in_use_are_obstacles(
    project: Path, worktree: Worktree, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "--quiet")
    assert "no commit yet" in await Worktree(empty, "change").obstacle()
    assert await worktree.obstacle() == ""
    await worktree.prepare()
    assert await worktree.obstacle() == ""
    git(project, "worktree", "remove", "--force", str(worktree.root))
    git(project, "checkout", "--quiet", "specloop/change")
    assert f"checked out in {project}" in await worktree.obstacle()
    with pytest.raises(Missing, match="worktree"):
        git(project, "branch", "--quiet", "-f", "main")
        await Worktree(project, "bad..name").prepare()


async def test_a_branch_of_the_persons_that_takes_the_name_is_an_obstacle(project: Path, worktree: Worktree) -> None:
    git(project, "branch", "specloop")
    assert await worktree.obstacle() == "branch specloop stands in the way of specloop/change: rename it, then resume"


async def test_a_detached_head_is_where_the_branch_begins(project: Path, worktree: Worktree) -> None:
    git(project, "checkout", "--quiet", "--detach")
    await worktree.prepare()
    assert (await worktree.last()).id == git(project, "rev-parse", "HEAD")


async def test_a_merged_branch_goes_on_from_the_persons_commit_and_another_stays(
    project: Path, worktree: Worktree
) -> None:
    await worktree.prepare()
    (project / "later.txt").write_text("later\n")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "-m", "Later")
    await worktree.prepare()
    assert (worktree.folder / "later.txt").exists()
    made = await commit(worktree, "b.txt", "two\n", "b")
    git(project, "commit", "--quiet", "--allow-empty", "-m", "Latest")
    await worktree.prepare()
    assert (await worktree.last()).id == made


async def test_conflicts_with_the_persons_commits_are_named_and_nothing_is_merged(
    project: Path, worktree: Worktree
) -> None:
    await worktree.prepare()
    await commit(worktree, "a.txt", "from the task\n", "a")
    assert await worktree.conflicts() == ()
    (project / "a.txt").write_text("from the person\n")
    git(project, "commit", "--quiet", "--all", "-m", "Mine")
    assert await worktree.conflicts() == ("a.txt",)
    assert (project / "a.txt").read_text() == "from the person\n" and git(project, "status", "--porcelain") == ""


async def test_a_project_in_a_folder_of_its_repository_is_worked_there(project: Path) -> None:
    inner = project / "services" / "one"
    inner.mkdir(parents=True)
    uncommitted = Worktree(inner, "change")
    with pytest.raises(Missing, match="in no commit yet"):
        await uncommitted.prepare()
    (inner / "c.txt").write_text("c\n")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "-m", "Inner")
    worktree = Worktree(inner, "change")
    await worktree.prepare()
    assert worktree.folder == inner / ".specloop" / "worktrees" / "change" / "services" / "one"
    assert (worktree.folder / "c.txt").read_text() == "c\n"


async def test_submodules_are_empty_and_said_to_be(project: Path, worktree: Worktree, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    git(other, "commit", "--quiet", "--allow-empty", "-m", "Begin")
    git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "vendor/other")
    git(project, "commit", "--quiet", "-m", "Add a submodule")
    assert await worktree.prepare() == ("submodules are empty in the worktree: vendor/other",)
    (worktree.folder / "vendor" / "other" / "x").write_text("x")
    assert not await worktree.stage()


@pytest.mark.parametrize("sort", ["submodule", "worktree"])
async def test_a_project_whose_git_is_elsewhere_is_worked_as_any_other(
    sort: str, project: Path, tmp_path: Path
) -> None:
    inner = tmp_path / "inner"
    if sort == "submodule":
        inner = project / "inner"
        other = tmp_path / "other"
        git(tmp_path, "clone", "--quiet", str(project), str(other))
        git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "inner")
    else:
        git(project, "worktree", "add", "--quiet", "-b", "theirs", str(inner))
    assert (inner / ".git").is_file()
    worktree = Worktree(inner, "change")
    assert await worktree.obstacle() == ""
    await worktree.prepare()
    made = await commit(worktree, "b.txt", "two\n", "b")
    assert git(inner, "rev-parse", "specloop/change") == made and not (inner / "b.txt").exists()
    assert git(inner, "status", "--porcelain") == ""
    shutil.rmtree(worktree.root)
    await worktree.prepare()
    assert (await worktree.last()).id == made

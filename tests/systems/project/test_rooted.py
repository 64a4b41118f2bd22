"""The files of a worktree, for a model that must not leave it: refused in words, and never a byte lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from systems.errors import ToolFailed
from systems.project.rooted import Rooted
from tests.graph.worker import git


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "src").mkdir(parents=True)
    (root / "src" / "a.py").write_text("one = 1\ntwo = 2\n")
    (tmp_path / "secret.txt").write_text("secret")
    git(root, "init", "--quiet")
    return root


@pytest.fixture
def files(folder: Path) -> Rooted:
    return Rooted(folder, characters=1_000)


OUTSIDE = ["../secret.txt", "src/../../secret.txt", "/etc/passwd", "link/secret.txt", "linked", ".git/config", "a\0b"]


@pytest.mark.parametrize("path", [*OUTSIDE, ".GIT/hooks/x", ".specloop/specloop.db", "C:\\x"])
def test_nothing_leads_out(path: str, files: Rooted, folder: Path) -> None:
    (folder / "link").symlink_to(folder.parent)
    (folder / "linked").symlink_to(folder.parent / "secret.txt")
    attempts: list[Callable[[], str]] = [
        partial(files.read_file, path),
        partial(files.write_file, path, "x"),
        partial(files.edit_file, path, "secret", "x"),
        partial(files.delete_file, path),
    ]
    for attempt in attempts:
        with pytest.raises(ToolFailed) as refused:
            attempt()
        assert str(refused.value)
    assert (folder.parent / "secret.txt").read_text() == "secret"


@given(parts=st.lists(st.sampled_from(["..", ".", "src", "link", "a.py", "~", "", "new"]), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_whatever_is_written_is_inside(parts: list[str], files: Rooted, folder: Path) -> None:
    if not (folder / "link").exists():
        (folder / "link").symlink_to(folder.parent)
    before = sorted(path.name for path in folder.parent.iterdir())
    with suppress(ToolFailed):
        files.write_file("/".join(parts), "x\n")
    assert sorted(path.name for path in folder.parent.iterdir()) == before


@pytest.mark.parametrize("path", ["openspec/changes/c/tasks.md", "OpenSpec/x.md", "specloop.toml", "mcp.json"])
def test_the_plan_and_the_settings_are_not_the_models_to_change(path: str, files: Rooted, folder: Path) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text("- [ ] 1.1 Do it\n")
    assert "- [ ]" in files.read_file(path)
    attempts: list[Callable[[], str]] = [
        partial(files.edit_file, path, "[ ]", "[x]"),
        partial(files.write_file, path, "- [x]"),
    ]
    for attempt in attempts:
        with pytest.raises(ToolFailed, match="not yours to change"):
            attempt()
    assert (folder / path).read_text() == "- [ ] 1.1 Do it\n"


def test_an_edit_keeps_line_ends_mode_and_odd_bytes(files: Rooted, folder: Path) -> None:
    path = folder / "odd.sh"
    path.write_bytes(b"#!/bin/sh\r\necho \xe4\xf6\r\necho b\r\n")
    path.chmod(0o755)
    assert "\r" not in files.read_file("odd.sh")
    files.edit_file("odd.sh", "echo b\n", "echo c\necho d\n")
    assert path.read_bytes() == b"#!/bin/sh\r\necho \xe4\xf6\r\necho c\r\necho d\r\n"
    assert path.stat().st_mode & 0o777 == 0o755
    files.write_file("odd.sh", "one\ntwo\n")
    assert path.read_bytes() == b"one\r\ntwo\r\n"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [("three", "x", "is not in"), (" = ", ":", "2 times"), ("", "x", "is not in"), ("one", "one", "the same")],
)
def test_an_edit_that_is_not_clear_is_refused(old: str, new: str, words: str, files: Rooted) -> None:
    with pytest.raises(ToolFailed, match=words):
        files.edit_file("src/a.py", old, new)
    assert files.read_file("src/a.py") == "one = 1\ntwo = 2\n"


def test_binary_files_folders_and_missing_files_are_refused(files: Rooted, folder: Path) -> None:
    (folder / "image.png").write_bytes(b"\x89PNG\0\0")
    os.mkfifo(folder / "pipe")
    for path, words in (
        ("image.png", "binary"),
        ("src", "no file"),
        ("none.py", "no file"),
        ("pipe", "no file"),
    ):
        with pytest.raises(ToolFailed, match=words):
            files.read_file(path)
    with pytest.raises(ToolFailed, match="folder"):
        files.write_file("src", "x")
    with pytest.raises(ToolFailed, match="cannot be written"):
        files.write_file("src/a.py/b.py", "x")


def test_a_long_file_is_read_in_parts(files: Rooted, folder: Path) -> None:
    (folder / "long.txt").write_text("".join(f"line {number}\n" for number in range(1, 501)))
    first = files.read_file("long.txt")
    assert first.startswith("(lines 1 to ") and len(first) < 1_100
    assert "line 400\n" in files.read_file("long.txt", first_line=400)
    with pytest.raises(ToolFailed, match="only 500 lines"):
        files.read_file("long.txt", first_line=600)


async def test_many_files_are_listed_by_folder_and_found_by_pattern(files: Rooted, folder: Path) -> None:
    for number in range(10_000):
        path = folder / f"p{number % 7}" / f"f{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    listed = await files.list_files()
    assert "10001 files" in listed and "p3/ (" in listed and len(listed) < 1_000
    assert (await files.list_files("src")) == "a.py"
    assert (await files.list_files(pattern="f9999.txt")) == f"p{9999 % 7}/f9999.txt"


async def test_a_search_gives_lines_with_their_places(files: Rooted, folder: Path) -> None:
    (folder / "binary").write_bytes(b"two\0")
    assert await files.search("^two") == "src/a.py:2:two = 2"
    assert await files.search("nowhere") == "Nothing fits nowhere."
    with pytest.raises(ToolFailed, match=r"[Uu]nmatched|parenthes"):
        await files.search("(")
    with pytest.raises(ToolFailed, match="leads out"):
        await files.search("secret", "..")

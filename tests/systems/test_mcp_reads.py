"""A read is made once while its source is as it was: in a trace, and across runs."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from systems.documents import Documents
from systems.knobs import AnswerKnobs
from systems.mcp import KeptReads, Reads, Result, ServerConfig, Sources, Tool
from systems.mcp.reads import Read
from systems.mcp.sources import PROGRAMS
from systems.records import canonical, content_hash

GIT, FILES = map(tuple, PROGRAMS)


class Project:
    """A repository, the reads kept in it, and a server that counts its calls."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder / "project", 0
        self.folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        (self.folder / "a.txt").write_text("one")
        self.commit()

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(self.folder), *who, *arguments], check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "more")

    def reads(self, documents: Documents, *, fresh: bool = False, command: str = "x", **knobs: Any) -> Reads:
        chosen = AnswerKnobs.model_validate(knobs)
        configs = {"s": ServerConfig(name="s", command=command)}
        kept = KeptReads(self.folder.parent / "specloop.db", documents, configs, limit=1_000)
        return Reads(Sources(self.folder, chosen.unchanged), kept, chosen, fresh=fresh)

    async def once(
        self, reads: Reads, tool: str, siblings: tuple[str, ...], *, trace: int = 1, text: str = "said", **given: Any
    ) -> Result:
        async def call() -> Result:
            self.calls += 1
            said = f"{text} {self.calls}"
            return Result(text=said, span_id="", content_hash=content_hash(said), bytes=9, cut=False, seconds=1)

        known = Tool(server="s", name=tool, input_schema={}, read_only=True)
        return await reads.once(Read(trace, "s", tool, content_hash(canonical(given))), known, given, siblings, call)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def documents(tmp_path: Path) -> Iterator[Documents]:
    with closing(Documents(tmp_path / "specloop.db")) as documents:
        yield documents


async def asked_again(
    project: Project, documents: Documents, tool: str, siblings: tuple[str, ...], **given: Any
) -> bool:
    """Whether the next run makes the same call again."""
    before = project.calls
    result = await project.once(project.reads(documents), tool, siblings, trace=project.calls + 100, **given)
    assert result.reused is (project.calls == before)
    return project.calls > before


async def test_the_history_is_read_again_when_there_is_a_new_commit_and_not_before(
    project: Project, documents: Documents
) -> None:
    where = {"repo_path": str(project.folder)}
    assert await asked_again(project, documents, "git_log", GIT, **where)
    assert not await asked_again(project, documents, "git_log", GIT, **where)
    (project.folder / "a.txt").write_text("two")
    assert not await asked_again(project, documents, "git_log", GIT, **where)
    project.commit()
    assert await asked_again(project, documents, "git_log", GIT, **where)
    project.git("branch", "other")
    assert await asked_again(project, documents, "git_log", GIT, **where)
    project.git("checkout", "--quiet", "other")
    assert await asked_again(project, documents, "git_branch", GIT, **where)


async def test_the_working_tree_is_read_again_when_anything_in_it_changed(
    project: Project, documents: Documents
) -> None:
    where = {"repo_path": str(project.folder)}
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: (project.folder / "a.txt").write_text("two"),
        lambda: (project.folder / "a.txt").write_text("six"),
        lambda: (project.folder / "new.txt").write_text("n"),
        lambda: project.git("add", "a.txt"),
        lambda: project.git("restore", "--staged", "a.txt"),
        lambda: (project.folder / "new.txt").unlink(),
    ]
    for change in steps:
        change()
        assert await asked_again(project, documents, "git_status", GIT, **where)
        assert not await asked_again(project, documents, "git_status", GIT, **where)


async def test_a_file_is_read_again_when_its_content_changed_though_its_size_and_time_did_not(
    project: Project, documents: Documents
) -> None:
    import os

    file = project.folder / "a.txt"
    stat = file.stat()
    assert await asked_again(project, documents, "read_text_file", FILES, path=str(file))
    assert not await asked_again(project, documents, "read_text_file", FILES, path=str(file))
    file.write_text("two")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert await asked_again(project, documents, "read_text_file", FILES, path=str(file))


async def test_a_folder_is_listed_again_when_a_name_in_it_changed(project: Project, documents: Documents) -> None:
    place = {"path": str(project.folder)}
    for tool in ("list_directory", "directory_tree"):
        assert await asked_again(project, documents, tool, FILES, **place)
        assert not await asked_again(project, documents, tool, FILES, **place)
        (project.folder / f"for-{tool}").mkdir()
        assert await asked_again(project, documents, tool, FILES, **place)
    assert await asked_again(project, documents, "list_directory", FILES, **place)
    (project.folder / "for-list_directory" / "deep").touch()
    assert await asked_again(project, documents, "directory_tree", FILES, **place)
    assert not await asked_again(project, documents, "list_directory", FILES, **place)


@pytest.mark.parametrize(
    ("tool", "siblings", "given"),
    [
        ("get_current_time", ("get_current_time", "convert_time"), {"timezone": "UTC"}),
        ("git_log", ("git_log", "deploy"), {"repo_path": "."}),
        ("read_text_file", FILES, {"path": "/etc/hostname"}),
        ("git_log", GIT, {"repo_path": "/"}),
    ],
)
async def test_what_a_clock_a_stranger_or_a_place_outside_gives_is_not_kept(
    project: Project, documents: Documents, tool: str, siblings: tuple[str, ...], given: dict[str, str]
) -> None:
    assert await asked_again(project, documents, tool, siblings, **given)
    assert await asked_again(project, documents, tool, siblings, **given)


async def test_the_policy_may_say_what_a_strangers_results_depend_on(project: Project, documents: Documents) -> None:
    for unchanged in ({"s": "age"}, {"s.lookup": "commit"}):
        calls = []
        for trace in (1, 2):
            reads = project.reads(documents, unchanged=unchanged)
            await project.once(reads, "lookup", (), trace=trace, key=str(unchanged))
            calls.append(project.calls)
        assert calls[0] == calls[1]


@pytest.mark.parametrize("otherwise", [{"fresh": True}, {"keep_days": 0}, {"command": "another"}])
async def test_a_kept_read_is_left_alone_when_told_so_or_when_the_server_is_another(
    project: Project, documents: Documents, otherwise: dict[str, Any]
) -> None:
    file: dict[str, Any] = {"path": str(project.folder / "a.txt")}
    await project.once(project.reads(documents), "read_text_file", FILES, trace=1, **file)
    result = await project.once(project.reads(documents, **otherwise), "read_text_file", FILES, trace=2, **file)
    assert not result.reused and project.calls == 2


async def test_what_was_read_freshly_replaces_what_was_kept(project: Project, documents: Documents) -> None:
    file: dict[str, Any] = {"path": str(project.folder / "a.txt")}
    await project.once(project.reads(documents), "read_text_file", FILES, trace=1, **file)
    await project.once(project.reads(documents, fresh=True), "read_text_file", FILES, trace=2, **file)
    again = await project.once(project.reads(documents), "read_text_file", FILES, trace=3, **file)
    assert again.reused and again.text == "said 2"


async def test_within_a_trace_nothing_is_read_twice_not_even_side_by_side(
    project: Project, documents: Documents
) -> None:
    reads = project.reads(documents)
    results = await asyncio.gather(*(project.once(reads, "get_current_time", ()) for _ in range(5)))
    assert project.calls == 1 and sorted(result.reused for result in results) == [False, True, True, True, True]
    (project.folder / "a.txt").write_text("two")
    file: dict[str, Any] = {"path": str(project.folder / "a.txt")}
    for text, calls in (("two", 2), ("two", 2), ("three", 3)):
        (project.folder / "a.txt").write_text(text)
        await project.once(reads, "read_text_file", FILES, **file)
        assert project.calls == calls, "a source that changed is another read"


async def test_a_failure_told_in_a_result_is_not_kept(project: Project, documents: Documents) -> None:
    file: dict[str, Any] = {"path": str(project.folder / "a.txt")}
    for trace in (1, 1, 2):
        await project.once(project.reads(documents), "read_text_file", FILES, trace=trace, text="Error: busy", **file)
    assert project.calls == 3


async def test_another_policys_reads_are_its_own(project: Project, documents: Documents) -> None:
    reads = project.reads(documents)
    file: dict[str, Any] = {"path": str(project.folder / "a.txt")}
    await project.once(reads, "read_text_file", FILES, **file)
    await project.once(reads.alone(), "read_text_file", FILES, **file)
    assert project.calls == 2

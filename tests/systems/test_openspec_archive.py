"""Archiving with the real OpenSpec CLI: what it would let through and should not is refused, and undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from systems.errors import Rejected, UsageError
from systems.openspec import OpenSpec, archive
from tests.systems.test_openspec_contract import DELTA, MAIN_SPEC, add_change, write

pytestmark = pytest.mark.external

PROPOSAL = "# Proposal\n\n## Why\nPeople want to be greeted.\n\n## What Changes\n- A greeting\n"
DONE = "# Tasks\n\n## 1. Greet\n\n- [x] 1.1 Greet\n"
NO_PURPOSE = DELTA.partition("## ADDED")[1] + DELTA.partition("## ADDED")[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A root with one sound main spec."""
    root = tmp_path / "project"
    write(root / "openspec" / "config.yaml", "schema: spec-driven\n")
    write(root / "openspec" / "specs" / "calculator" / "spec.md", MAIN_SPEC)
    return root


def greeting(project: Path, *, tasks: str = DONE, delta: str = DELTA) -> Path:
    folder = add_change(project, "greet", proposal=PROPOSAL, design="# Design\n\nPlain.\n", tasks=tasks)
    write(folder / "specs" / "greeting" / "spec.md", delta)
    return folder


def files(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


async def test_a_finished_change_becomes_part_of_the_main_specs(project: Path) -> None:
    folder = greeting(project)
    archived = await archive(OpenSpec(project), "greet")
    assert archived.specs == {"added": 1, "modified": 0, "removed": 0, "renamed": 0}
    assert (project / archived.path / "proposal.md").read_text() == PROPOSAL and not folder.exists()
    assert "### Requirement: Greeting" in (project / "openspec" / "specs" / "greeting" / "spec.md").read_text()
    assert (await OpenSpec(project).validate_specs()).valid


@pytest.mark.parametrize(
    ("tasks", "why"),
    [
        ("# Tasks\n\n- [ ] 1.1 Greet\n- [x] 1.2 Rest\n", "1 of its 2 tasks is open"),
        ("# Tasks\n\n- [ ] 1.1 Greet\n- [~] 1.2 Rest\n", "2 of its 2 tasks are open"),
        ("# Tasks\n\nNothing to do.\n", "it has no tasks"),
    ],
)
async def test_a_change_with_open_tasks_is_refused_with_words(project: Path, tasks: str, why: str) -> None:
    greeting(project, tasks=tasks)
    before = files(project / "openspec")
    with pytest.raises(Rejected, match=why):
        await archive(OpenSpec(project), "greet")
    assert files(project / "openspec") == before


async def test_a_change_that_openspec_refuses_is_not_archived(project: Path) -> None:
    greeting(project, delta=DELTA.replace("SHALL", "will"))
    with pytest.raises(Rejected, match="SHALL"):
        await archive(OpenSpec(project), "greet")


async def test_a_main_spec_that_is_broken_already_is_named_before_anything_moves(project: Path) -> None:
    greeting(project)
    write(project / "openspec" / "specs" / "calculator" / "spec.md", MAIN_SPEC.replace("SHALL", "will"))
    with pytest.raises(Rejected, match=r"specs/calculator/spec\.md"):
        await archive(OpenSpec(project), "greet")


async def test_an_archive_that_breaks_a_main_spec_is_undone(project: Path) -> None:
    greeting(project, delta=NO_PURPOSE)
    before = files(project / "openspec")
    with pytest.raises(Rejected, match=r"was undone: specs/greeting/spec\.md"):
        await archive(OpenSpec(project), "greet")
    assert files(project / "openspec") == before


async def test_a_second_archive_of_a_name_on_one_day_leaves_everything_as_it_is(project: Path) -> None:
    greeting(project)
    openspec = OpenSpec(project)
    await archive(openspec, "greet")
    again = DELTA.replace(
        "## Purpose\nSays hello to people by their name, for programs that greet their users.\n\n", ""
    )
    greeting(project, delta=again.replace("Greeting", "Farewell"))
    before = files(project / "openspec")
    with pytest.raises(Rejected, match="OpenSpec: "):
        await archive(openspec, "greet")
    assert files(project / "openspec") == before


async def test_an_unknown_change_is_a_usage_error(project: Path) -> None:
    with pytest.raises(UsageError, match="greet"):
        await archive(OpenSpec(project), "greet")

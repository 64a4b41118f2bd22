"""Every fact about the OpenSpec CLI that specloop relies on, asked of the real one."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypedDict

import pytest

from systems import node
from systems.errors import Rejected, UsageError
from systems.openspec import OpenSpec

pytestmark = pytest.mark.external

HERE = Path(__file__).parent
MAIN_SPEC = """# calculator

## Purpose
Provides basic arithmetic operations that callers can use on two numbers.

## Requirements

### Requirement: Subtract two numbers
The system SHALL return the difference of two numbers.

#### Scenario: Positive result
- **WHEN** the caller subtracts 2 from 5
- **THEN** the system returns 3
"""
DELTA = """## Purpose
Says hello to people by their name, for programs that greet their users.

## ADDED Requirements

### Requirement: Greeting
The system SHALL greet by name.

#### Scenario: A name
- **WHEN** a name is given
- **THEN** it is in the greeting
"""


class Delta(TypedDict):
    """One delta and what OpenSpec said of it when it was recorded."""

    path: str
    delta: str
    valid: bool
    issues: list[str]


DELTAS: dict[str, Delta] = json.loads((HERE / "data" / "openspec" / "deltas.json").read_text())


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, newline="")
    return path


def add_change(project: Path, change: str, **files: str) -> Path:
    """A change as `new change` leaves it, without the second it takes."""
    folder = project / "openspec" / "changes" / change
    write(folder / ".openspec.yaml", "schema: spec-driven\n")
    for name, text in files.items():
        write(folder / f"{name}.md", text)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder that is an OpenSpec root with one main spec, as `init` and an archived change leave it."""
    root = tmp_path / "project"
    write(root / "openspec" / "config.yaml", "schema: spec-driven\n")
    write(root / "openspec" / "specs" / "calculator" / "spec.md", MAIN_SPEC)
    (root / "openspec" / "changes" / "archive").mkdir(parents=True)
    return root


@pytest.fixture
async def openspec(project: Path) -> AsyncIterator[OpenSpec]:
    """The CLI for tests that ask it many things."""
    client = OpenSpec(project)
    async with client.kept_running():
        yield client


async def test_the_pinned_version_runs(project: Path) -> None:
    pinned = json.loads((node.LOCKED / "package.json").read_text())["dependencies"]["@fission-ai/openspec"]
    assert await OpenSpec(project).version() == pinned


async def test_a_project_below_another_root_becomes_a_root_of_its_own(project: Path) -> None:
    inner = project / "inner"
    inner.mkdir()
    openspec = OpenSpec(inner)
    assert await openspec.changes() == ()
    assert await openspec.specs() == {}
    with pytest.raises(UsageError, match=f"is {project}, not the project itself"):
        await openspec.validate("anything")
    await openspec.prepare()
    assert (inner / "openspec" / "config.yaml").is_file()
    assert await openspec.new_change("add-greeting", "Greet.") == inner / "openspec" / "changes" / "add-greeting"
    assert await OpenSpec(project).changes() == ()


async def test_preparing_twice_changes_nothing(project: Path) -> None:
    shutil.rmtree(project / "openspec")
    await OpenSpec(project).prepare()
    files = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert project / "openspec" / "config.yaml" in files
    await OpenSpec(project).prepare()
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == files


async def test_an_empty_openspec_folder_is_not_yet_a_root(tmp_path: Path) -> None:
    (tmp_path / "openspec").mkdir()
    assert await OpenSpec(tmp_path).changes() == ()
    await OpenSpec(tmp_path).prepare()
    assert (tmp_path / "openspec" / "changes").is_dir()


@pytest.mark.parametrize("config", [None, "store: elsewhere\n"], ids=["a file", "plans kept elsewhere"])
async def test_a_project_openspec_will_not_prepare_is_the_persons_to_mend(tmp_path: Path, config: str | None) -> None:
    write(tmp_path / "openspec", "") if config is None else write(tmp_path / "openspec" / "config.yaml", config)
    with pytest.raises(UsageError, match=r"EEXIST|store") as raised:
        await OpenSpec(tmp_path).prepare()
    assert raised.value.mend


async def test_a_project_reached_by_a_link_is_the_same_root(project: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(project)
    assert await OpenSpec(link).new_change("add-greeting", "") == project / "openspec/changes/add-greeting"


async def test_a_new_change_keeps_its_description_and_is_listed(project: Path) -> None:
    openspec = OpenSpec(project)
    folder = await openspec.new_change("add-greeting", "--greet\npeople; 'by' $NAME")
    assert "--greet\npeople; 'by' $NAME" in (folder / "README.md").read_text()
    add_change(project, "a-second")
    assert await openspec.changes() == ("a-second", "add-greeting")


async def test_a_bad_or_taken_name_is_rejected_in_openspecs_words(project: Path) -> None:
    add_change(project, "taken")
    openspec = OpenSpec(project)
    async with openspec.kept_running():
        for name, words in (
            ("taken", "already exists"),
            ("Add Greeting", "lowercase"),
            ("-x", "cannot start with a hyphen"),
            ("", "Missing required argument"),
            ("a" * 300, "too long"),
        ):
            with pytest.raises(Rejected, match=words) as raised:
                await openspec.new_change(name, "Greet.")
            assert raised.value.issues
    assert [path.name for path in (project / "openspec" / "changes").iterdir() if path.name != "archive"] == ["taken"]


async def test_four_writers_in_two_processes_that_want_one_name_make_one_change(project: Path) -> None:
    code = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom systems.errors import Rejected\n"
        "from systems.openspec import OpenSpec\n"
        "async def one():\n"
        "    try:\n"
        "        await OpenSpec(Path(sys.argv[1]), lock_seconds=120).new_change('one-name', 'x')\n"
        "        return 'made'\n"
        "    except Rejected as error:\n"
        "        return 'taken' if 'already exists' in str(error) else str(error)\n"
        "async def main():\n"
        "    print(*await asyncio.gather(one(), one()))\n"
        "asyncio.run(main())\n"
    )
    argv = [sys.executable, "-c", code, str(project)]
    two = [
        await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE, cwd=Path(node.__file__).parents[1])
        for _ in range(2)
    ]
    said = [(await process.communicate())[0].decode().split() for process in two]
    assert sorted(word for words in said for word in words) == ["made"] + ["taken"] * 3


async def test_what_is_ready_follows_what_is_written_and_blank_is_not_written(
    project: Path, openspec: OpenSpec
) -> None:
    folder = add_change(project, "add-greeting")
    template = (await openspec.instructions("proposal", "add-greeting")).template

    async def statuses() -> list[str]:
        return [each.status for each in (await openspec.status("add-greeting")).artifacts]

    assert await statuses() == ["ready", "blocked", "blocked", "blocked"]
    write(folder / "proposal.md", template)
    assert await statuses() == ["ready", "blocked", "blocked", "blocked"]
    write(folder / "proposal.md", "## Why\nPeople want to be greeted.\n")
    assert await statuses() == ["done", "ready", "ready", "blocked"]
    write(folder / "specs" / "greeting" / "spec.md", DELTA)
    write(folder / "design.md", "Print it.\n")
    assert await statuses() == ["done", "done", "done", "ready"]
    status = await openspec.status("add-greeting")
    assert (status.root, status.schema_name) == (folder, "spec-driven")
    assert status.artifacts[1].existing == (folder / "specs" / "greeting" / "spec.md",)


async def test_every_template_is_blank(project: Path) -> None:
    openspec, folder = OpenSpec(project), add_change(project, "add-greeting")
    async with openspec.kept_running():
        for artifact in ("proposal", "specs", "design", "tasks"):
            instructions = await openspec.instructions(artifact, "add-greeting")
            path = write(folder / instructions.output_path.replace("**/*", "greeting/spec"), instructions.template)
            status = {each.id: each for each in (await openspec.status("add-greeting")).artifacts}[artifact]
            assert status.existing
            assert status.status == ("ready" if artifact == "proposal" else "blocked")
            path.unlink()


async def test_instructions_of_a_blocked_artifact_come_with_what_is_missing(project: Path) -> None:
    folder = add_change(project, "add-greeting", proposal="## Why\nPeople want it.\n")
    write(folder / "specs" / "greeting" / "spec.md", "\n")
    tasks = await OpenSpec(project).instructions("tasks", "add-greeting")
    assert (tasks.dependencies_done, tasks.missing) == (False, ("specs", "design"))
    assert "- [ ] 1.1" in tasks.template
    assert "checkbox" in tasks.instruction


async def test_the_projects_context_and_rules_come_with_the_instructions(project: Path) -> None:
    write(
        project / "openspec" / "config.yaml",
        "schema: spec-driven\ncontext: Python 3.11\nrules:\n  proposal:\n    - Be short\n",
    )
    add_change(project, "add-greeting")
    proposal = await OpenSpec(project).instructions("proposal", "add-greeting")
    assert (proposal.context, proposal.rules) == ("Python 3.11", ("Be short",))


async def test_skipped_specs_block_nothing_and_are_valid(project: Path) -> None:
    folder = add_change(project, "tidy-up", proposal="## Why\nTidy.\n", design="Move files.\n")
    write(folder / ".openspec.yaml", "schema: spec-driven\nskip_specs: true\n")
    openspec = OpenSpec(project)
    status, tasks, found = await asyncio.gather(
        openspec.status("tidy-up"), openspec.instructions("tasks", "tidy-up"), openspec.validate("tidy-up")
    )
    assert [each.status for each in status.artifacts] == ["done", "skipped", "done", "ready"]
    assert tasks.dependencies_done
    assert found.valid


async def test_a_delta_is_judged_as_recorded_and_no_kinder_than_archive(project: Path) -> None:
    openspec, judged = OpenSpec(project), {}
    async with openspec.kept_running():
        for name, delta in DELTAS.items():
            write(add_change(project, "a-change") / "specs" / delta["path"], delta["delta"])
            found = await openspec.validate("a-change")
            judged[name] = {**delta, "valid": found.valid, "issues": list(found.issues)}
            shutil.rmtree(project / "openspec" / "changes" / "a-change")
    assert judged == DELTAS


async def test_an_unknown_change_or_artifact_is_a_usage_error_that_lists_those_there_are(
    project: Path, openspec: OpenSpec
) -> None:
    add_change(project, "add-greeting")
    for call in (openspec.status, openspec.validate, openspec.tasks):
        with pytest.raises(UsageError, match=r"Change 'nope' not found\. Available changes: add-greeting"):
            await call("nope")
    with pytest.raises(UsageError, match="Valid artifacts: proposal, specs, design, tasks"):
        await openspec.instructions("nope", "add-greeting")
    with pytest.raises(UsageError, match="archive is not an artifact"):
        await openspec.instructions("archive", "add-greeting")
    with pytest.raises(UsageError, match="path"):
        await openspec.status("../../elsewhere")


async def test_broken_metadata_is_told_in_words_by_status_and_validate(project: Path) -> None:
    folder = add_change(project, "add-greeting")
    write(folder / ".openspec.yaml", "schema: spec-driven\nbad: [\n")
    openspec = OpenSpec(project)
    with pytest.raises(Rejected, match=r"Invalid YAML in metadata file: .*line"):
        await openspec.status("add-greeting")
    found = await openspec.validate("add-greeting")
    assert not found.valid
    assert found.issues[0].startswith(".openspec.yaml: Invalid YAML in metadata file")


async def test_the_boxes_of_the_task_list_decide_its_state(project: Path, openspec: OpenSpec) -> None:
    folder = add_change(project, "add-greeting", proposal="Why.\n", design="How.\n")
    write(folder / "specs" / "greeting" / "spec.md", DELTA)
    for tasks, *wanted in (
        ("", "blocked", 0, 0),
        ("Do it.\n", "blocked", 0, 0),
        ("- [ ] a\n* [x] b\n1. [~] c\n", "ready", 3, 1),
        ("- [x] a\n- [X] b\n", "all_done", 2, 2),
    ):
        write(folder / "tasks.md", tasks)
        found = await openspec.tasks("add-greeting")
        assert [found.state, found.total, found.complete] == wanted


async def test_main_specs_are_listed_with_their_requirements_by_capability_path(project: Path) -> None:
    write(project / "openspec/specs/shop/cart/spec.md", MAIN_SPEC.replace("Subtract two numbers", "Fill a cart"))
    specs = await OpenSpec(project).specs()
    assert specs == {"calculator": ("Subtract two numbers",), "shop/cart": ("Fill a cart",)}

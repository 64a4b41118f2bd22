"""`specloop next` in real projects, with the real OpenSpec CLI."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from systems.openspec import OpenSpec
from systems.runs import Runs
from tests.graph.conftest import BEGUN, GOAL, change_folder, said


def line(project: Path) -> str:
    found = said("next", project=project)
    assert found.code == 0, found.errors
    assert found.output.count("\n") == 1
    return found.output


def test_a_project_without_openspec_needs_no_node(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPECLOOP_CACHE", str(project / "nothing-here"))
    assert "Start a change, because specloop was not run here yet" in line(project)
    assert not (project / ".specloop" / "specloop.db").exists(), "advice leaves nothing behind"


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    found = said("next", project=tmp_path)
    assert found.code == 2 and "git" in found.errors


@pytest.mark.external
def test_a_change_is_followed_from_its_first_document_to_the_archive(begun: Path) -> None:
    folder = change_folder(begun, BEGUN)
    assert f"Go on planning {BEGUN}, because tasks is not written yet" in line(begun)
    (folder / "tasks.md").write_text("# Tasks\n\nNone yet.\n")
    assert f"Give {BEGUN} tasks" in line(begun)
    (folder / "tasks.md").write_text("# Tasks\n\n- [x] 1.1 Begin\n1. [ ] 1.2 Print JSON\n")
    assert "1 of 2 tasks are done, and the next is: 1.2 Print JSON" in line(begun)
    (folder / "tasks.md").write_text("# Tasks\n\n- [x] 1.1 Begin\n1. [X] 1.2 Print JSON\n")
    found = said("next", "--json", project=begun).json
    assert found["do"] == f"Archive {BEGUN}" and f"archive {BEGUN}" in found["command"] and found["change"] == BEGUN
    with closing(Runs(begun / ".specloop" / "specloop.db")) as runs:
        runs.start("r", goal=GOAL, change=None, settings={})
        runs.update("r", change=BEGUN, status="waiting", waiting_for=("Write the tasks?",))
    assert line(begun).startswith("Answer run r, because it waits for you (Write the tasks?)")
    with closing(Runs(begun / ".specloop" / "specloop.db")) as runs:
        runs.update("r", status="done")
    (folder / "specs" / "listing" / "spec.md").write_text(
        "## ADDED Requirements\n\n### Requirement: JSON\nIt prints.\n"
    )
    assert f"Mend {BEGUN}, because OpenSpec does not accept it" in line(begun)


@pytest.mark.external
async def test_what_is_said_of_all_changes_at_once_is_what_is_said_of_each(begun: Path) -> None:
    openspec = OpenSpec(begun)
    await openspec.new_change("fresh", "Nothing yet")
    await openspec.new_change("broken", "Its metadata cannot be read")
    (change_folder(begun, "broken") / ".openspec.yaml").write_text("schema: [\n")
    tasks = "- [ ] a\n* [x] b\n1. [ ] c\n- [~] d\n+ [X] e\n  - [ ] nested\n"
    (change_folder(begun, BEGUN) / "tasks.md").write_text(f"# Tasks\n\n{tasks}")
    (change_folder(begun, "fresh") / "proposal.md").write_text("## Why\n<!-- to be filled in -->\n")
    found = {each.change: each for each in await openspec.standings()}
    assert sorted(found) == sorted(await openspec.changes()) == ["broken", "fresh", BEGUN]
    assert "Invalid YAML" in found["broken"].problem
    async with openspec.kept_running():
        for name in ("fresh", BEGUN):
            validation, state = await openspec.validate(name), await openspec.tasks(name)
            assert found[name].artifacts == (await openspec.status(name)).artifacts
            assert found[name].valid == validation.valid
            assert found[name].issues == (() if validation.valid else validation.issues)
            assert (found[name].total, found[name].complete) == (state.total, state.complete)
    assert [each.id for each in found["fresh"].undone][:1] == ["proposal"], "a template nobody filled in is not written"


@pytest.mark.external
async def test_a_folder_whose_root_is_above_it_has_no_changes_of_its_own(begun: Path) -> None:
    assert await OpenSpec(begun / "todo").standings() == ()

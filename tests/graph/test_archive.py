"""A finished change ends in the archive: when the person says so in a run, or by `specloop archive`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from graph import Workspace
from systems.records import Outcome
from tests.graph.conftest import BEGUN, GOAL, change_folder, copied, said, workspace
from tests.systems.imitation_server import ImitationServer

pytestmark = pytest.mark.external
DONE = "# Tasks\n\n## 1. Print\n\n- [x] 1.1 Print JSON\n"


@pytest.fixture
def finished(begun: Path) -> Path:
    """A project with a change whose tasks a person has done."""
    (change_folder(begun, BEGUN) / "tasks.md").write_text(DONE)
    return begun


def asked(project: Path, server: ImitationServer) -> Outcome:
    outcome = workspace(project, server, approve="ask").run(GOAL, change=BEGUN)
    assert [item["kind"] for item in outcome.waiting_for] == ["archive"] and "All 1 tasks" in str(outcome.waiting_for)
    return outcome


def test_a_run_that_finds_everything_done_asks_and_archives(finished: Path, server: ImitationServer) -> None:
    outcome = asked(finished, server)
    ended = workspace(finished, server, approve="ask").resume(outcome.run_id, "archive")
    assert ended.status == "done" and ended.archived and (finished / ended.archived / "tasks.md").read_text() == DONE
    assert "Requirement: JSON" in (finished / "openspec" / "specs" / "listing" / "spec.md").read_text()
    assert not change_folder(finished, BEGUN).exists() and [each.valid for each in ended.artifacts] == [True] * 4


def test_a_person_who_keeps_the_change_open_keeps_it(finished: Path, server: ImitationServer) -> None:
    outcome = asked(finished, server)
    ended = workspace(finished, server, approve="ask").resume(outcome.run_id, "keep")
    assert ended.status == "done" and ended.archived is None and change_folder(finished, BEGUN).exists()
    assert any(f"`specloop archive {BEGUN}`" in note for note in ended.notes)


def test_auto_never_archives_and_says_how(finished: Path, server: ImitationServer) -> None:
    ended = workspace(finished, server).run(GOAL, change=BEGUN)
    assert ended.status == "done" and ended.archived is None and change_folder(finished, BEGUN).exists()
    assert any(f"`specloop archive {BEGUN}`" in note for note in ended.notes)


def test_an_archive_that_breaks_a_spec_is_undone_and_said(finished: Path, server: ImitationServer) -> None:
    delta = change_folder(finished, BEGUN) / "specs" / "listing" / "spec.md"
    delta.write_text(
        delta.read_text().partition("\n\n## ADDED")[1].lstrip() + delta.read_text().partition("\n\n## ADDED")[2]
    )
    ended = workspace(finished, server, approve="ask").resume(asked(finished, server).run_id, "archive")
    assert ended.archived is None and delta.exists() and any("was undone" in note for note in ended.notes)


def test_the_command_archives_and_refuses_open_tasks_with_words(finished: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(finished, other)
    (change_folder(other, BEGUN) / "tasks.md").write_text(DONE.replace("[x]", "[ ]"))
    refused = said("archive", BEGUN, project=other)
    assert refused.code == 1 and "1 of its 1 tasks is open" in refused.errors and change_folder(other, BEGUN).exists()
    done = said("archive", BEGUN, "--json", project=finished)
    assert done.code == 0 and done.json["specs"]["added"] == 1 and (finished / done.json["path"]).is_dir()


def test_every_document_has_a_history_and_a_way_back(
    begun_template: Path, tmp_path: Path, server: ImitationServer
) -> None:
    project = copied(begun_template, tmp_path / "todo")
    run = Workspace(project, model=server.url).run(GOAL, change=BEGUN)
    tasks = change_folder(project, BEGUN) / "tasks.md"
    drafted, name = tasks.read_text(), tasks.relative_to(project).as_posix()
    tasks.write_text("mine\n")
    assert said("history", name, "--diff", "1", project=project).output.splitlines()[-1] == "+mine"
    assert said("history", name, "--restore", "1", project=project).code == 0 and tasks.read_text() == drafted
    listed = said("history", name, "--json", project=project).json["versions"]
    assert [version["by"] for version in listed] == [run.run_id, "person", "person"]
    assert said("history", name, "--show", "2", project=project).output == "mine\n"
    wrong = said("history", name, "--show", "9", project=project)
    assert wrong.code == 2 and "has no version 9" in wrong.errors
    assert said("history", "../elsewhere.md", project=project).code == 2
    files = said("history", "--run", run.run_id, "--json", project=project).json["files"]
    assert (name, 3) in [(each["path"], each["number"]) for each in files]
    archived = tasks.parents[1] / "archive" / f"9999-01-01-{BEGUN}" / "tasks.md"
    archived.parent.parent.mkdir(exist_ok=True)
    tasks.parent.rename(archived.parent)
    assert said("history", name, "--restore", "2", project=project).code == 0
    assert archived.read_text() == "mine\n" and not tasks.exists()

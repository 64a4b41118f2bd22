"""When a change is archived, the documents of `[documents] update` are kept true: shown first, never unasked."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph import Workspace
from tests.graph.conftest import BEGUN, GOAL, Said, change_folder, copied, said, workspace
from tests.graph.scripted import artifact_of, prompt_of, scripted_reply
from tests.graph.test_archive import DONE
from tests.systems.imitation_server import ImitationServer

pytestmark = pytest.mark.external
README = (
    b"\xef\xbb\xbf# Todo\r\n\r\nA list.\r\n\r\n## Usage\r\n\r\n"
    b"`todo list` prints the list for people.\r\nCaf\xc3\xa9 is spelt so.\r\n\r\n## Licence\r\n\r\nMIT, caf\xe9"
)
LINE = "`todo list` prints the list for people, and as JSON with `--json`."
EDITED = README.replace(b"`todo list` prints the list for people.", LINE.encode())
GUIDE = b"Usage\n=====\n\nScripts cannot read the list.\n"


def reply(request: dict[str, Any]) -> dict[str, Any]:
    """A model that sees that sections on usage are concerned, and in which line."""
    prompt = prompt_of(request)
    if artifact_of(request) == "Concern":
        listed = prompt.partition(". Usage:")
        return {"sections": [int(listed[0].rpartition("\n")[2])] if listed[1] else []}
    if artifact_of(request) == "LineEdit":
        return {"first": 2, "last": 2, "lines": [LINE if "`todo list`" in prompt else "2| Scripts read it as JSON."]}
    return scripted_reply(request)


@pytest.fixture(scope="module")
def model() -> Iterator[ImitationServer]:
    with ImitationServer(reply) as server:
        yield server


@pytest.fixture(scope="module")
def finished(begun_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a change whose tasks are done, and documents of its own that are named."""
    project = copied(begun_template, tmp_path_factory.mktemp("finished") / "todo")
    (change_folder(project, BEGUN) / "tasks.md").write_text(DONE)
    (project / "README.md").write_bytes(README)
    (project / "docs").mkdir()
    (project / "docs" / "guide.md").write_bytes(GUIDE)
    (project / "docs" / "history.md").write_text("# History\n\nOnce upon a time.\n")
    (project / "specloop.toml").write_text('[documents]\nupdate = ["README.md", "docs/*.md", "docs/*.rst"]\n')
    return project


@pytest.fixture(scope="module")
def archived(finished: Path, tmp_path_factory: pytest.TempPathFactory, model: ImitationServer) -> tuple[Path, Said]:
    """The project after `specloop archive`, where nobody was asked."""
    project = tmp_path_factory.mktemp("archived") / "todo"
    shutil.copytree(finished, project)
    return project, said("archive", BEGUN, "--model", model.url, "--json", project=project)


def test_unasked_nothing_is_written_but_a_patch_that_git_applies(archived: tuple[Path, Said], tmp_path: Path) -> None:
    project, done = archived
    assert done.code == 0 and done.json["specs"]["added"] == 1 and (project / done.json["path"]).is_dir()
    assert [(each["path"], each["status"]) for each in done.json["outcome"]["documents"]] == [
        ("README.md", "proposed"),
        ("docs/guide.md", "proposed"),
    ]
    assert (project / "README.md").read_bytes() == README and (project / "docs" / "guide.md").read_bytes() == GUIDE
    (run,) = Workspace(project).status()
    assert done.json["outcome"]["tokens"] == run.tokens.model_dump() and run.tokens.output > 0
    notes = done.json["outcome"]["notes"]
    assert any("docs/*.rst fits no file" in note for note in notes)
    assert any(note.startswith("docs/history.md stays as it is") for note in notes)
    (command,) = [note.split("`")[1] for note in notes if "git apply" in note]
    copy = tmp_path / "todo"
    shutil.copytree(project, copy)
    subprocess.run(command.split(), cwd=copy, check=True)
    assert (copy / "README.md").read_bytes() == EDITED
    assert (copy / "docs" / "guide.md").read_bytes() == GUIDE.replace(b"cannot read the list", b"read it as JSON")


def test_each_document_is_shown_and_changed_or_not_as_the_person_says(
    archived: tuple[Path, Said], tmp_path: Path, model: ImitationServer
) -> None:
    project = tmp_path / "todo"
    shutil.copytree(archived[0], project)
    ask = workspace(project, model, approve="ask")
    (asked,) = (outcome := ask.document(BEGUN)).waiting_for
    assert asked["kind"] == "documentation" and asked["text"] == f"Change README.md, now that {BEGUN} is archived?"
    diff = asked["files"][0]["diff"]
    assert f"+{LINE}" in diff and diff.count("\n+") == 2 and diff.count("\n-") == 1
    assert (project / "README.md").read_bytes() == README
    mine = README.replace(b"A list.", b"My list.")
    (project / "README.md").write_bytes(mine)
    requests = len(model.requests)
    (second,) = ask.resume(outcome.run_id, "approve").waiting_for
    assert second["text"].startswith("Change docs/guide.md") and len(model.requests) == requests
    ended = ask.resume(outcome.run_id, "reject:that is no guide")
    assert (project / "README.md").read_bytes() == EDITED.replace(b"A list.", b"My list.")
    assert (project / "docs" / "guide.md").read_bytes() == GUIDE
    assert ended.status == "done" and [(each.path, each.status) for each in ended.documents] == [
        ("README.md", "merged"),
        ("docs/guide.md", "rejected"),
    ]
    assert ended.documents[1].issues == ("that is no guide",)
    listed = said("history", "README.md", "--json", project=project).json["versions"]
    assert [version["by"] for version in listed] == ["person", ended.run_id]
    assert said("history", "README.md", "--restore", "1", project=project).code == 0
    assert (project / "README.md").read_bytes() == mine


def test_a_run_that_archives_goes_on_to_the_documents(finished: Path, tmp_path: Path, model: ImitationServer) -> None:
    project = tmp_path / "todo"
    shutil.copytree(finished, project)
    ask = workspace(project, model, approve="ask")
    outcome = ask.resume(ask.run(GOAL, change=BEGUN).run_id, "archive")
    assert not change_folder(project, BEGUN).exists() and outcome.status == "waiting"
    assert [item["kind"] for item in outcome.waiting_for] == ["documentation"]
    ended = ask.resume(outcome.run_id, "always")
    assert (project / "README.md").read_bytes() == EDITED and ended.archived
    assert [each.status for each in ended.documents] == ["written", "written"]

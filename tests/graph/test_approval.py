"""With `--approve ask` nothing is written without a person's word, and what no server knows is asked of the person."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from graph import Workspace
from systems.errors import UsageError, Waiting
from systems.records import Outcome
from tests.graph.conftest import (
    BEGUN,
    GOAL,
    THEIRS,
    change_folder,
    copied,
    documents,
    drafted,
    program,
    said,
    workspace,
)
from tests.graph.scripted import prompt_of, scripted_reply
from tests.systems.imitation_server import ImitationServer

pytestmark = pytest.mark.external


@dataclass
class Asked:
    """A run that waits for a person to approve the tasks, after every question was answered or left open."""

    project: Path
    run_id: str
    changed: dict[str, Any] = field(default_factory=dict)

    @property
    def tasks(self) -> Path:
        return change_folder(self.project, BEGUN) / "tasks.md"


def is_question(outcome: Outcome) -> bool:
    return {item["kind"] for item in outcome.waiting_for} == {"question"}


@pytest.fixture(scope="module")
def waiting(begun_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """A run up to its first document, with one question answered by the person and the others left open."""
    project = copied(begun_template, tmp_path_factory.mktemp("asked") / "todo")
    with ImitationServer(scripted_reply) as server:
        outcome = workspace(project, server, approve="ask").run(GOAL, change=BEGUN)
        assert is_question(outcome) and len(outcome.waiting_for) >= 2
        first, *others = outcome.waiting_for
        partly = workspace(project, server, approve="ask").resume(outcome.run_id, "They are in tests/.")
        assert [item["text"] for item in partly.waiting_for] == [item["text"] for item in others]
        rest = {str(item["id"]): {"answer": ""} for item in partly.waiting_for}
        asking = workspace(project, server, approve="ask").resume(outcome.run_id, rest)
        assert drafted(server.requests) == ["tasks"] and "They are in tests/." in prompt_of(server.requests[-1])
    assert asking.status == "waiting" and [item["kind"] for item in asking.waiting_for] == ["approval"]
    assert first["text"] not in [item["text"] for item in asking.waiting_for]
    return Asked(project, outcome.run_id, dict(asking.waiting_for[0]))


@pytest.fixture
def asked(waiting: Asked, tmp_path: Path) -> Asked:
    """The waiting run, for this test alone."""
    project = tmp_path / "todo"
    shutil.copytree(waiting.project, project)
    return Asked(project, waiting.run_id, waiting.changed)


def resumed(asked: Asked, answer: str, server: ImitationServer, *more: str) -> tuple[int, Outcome]:
    arguments = ("--answer", answer, "--model", server.url, "--json", *more)
    result = said("resume", asked.run_id, *arguments, project=asked.project)
    return result.code, Outcome.model_validate(result.json)


def test_nothing_is_written_before_the_person_says_so(waiting: Asked) -> None:
    assert set(documents(waiting.project, BEGUN)) == set(THEIRS)
    (run,) = said("status", "--json", project=waiting.project).json["runs"]
    assert run["status"] == "waiting" and run["waiting_for"] == [f"Write the tasks of {BEGUN}?"]
    (file,) = waiting.changed["files"]
    assert file["path"].endswith("tasks.md") and "+- [ ] 1.1" in file["diff"]


def test_a_run_that_waits_exits_with_3(begun: Path, server: ImitationServer) -> None:
    result = said("run", GOAL, "--change", BEGUN, "--approve", "ask", "--model", server.url, "--json", project=begun)
    assert result.code == 3 and result.json["status"] == "waiting" and result.json["waiting_for"]
    again = said("resume", result.json["run_id"], "--model", server.url, "--json", project=begun)
    assert again.code == 3 and "waits for a person" in again.json["error"]["message"]
    assert "--answer" in again.json["error"]["mend"]
    (run,) = said("status", "--json", project=begun).json["runs"]
    assert run["status"] == "waiting" and len(run["waiting_for"]) == len(result.json["waiting_for"])


def test_an_approved_document_is_written_as_drafted(asked: Asked, server: ImitationServer) -> None:
    code, outcome = resumed(asked, "approve", server)
    assert code == 0 and outcome.status == "done" and asked.tasks.exists()
    assert not drafted(server.requests)
    assert Workspace(asked.project).status()[0].waiting_for == ()
    person = [question for question in outcome.questions if question.server == "person"]
    assert [question.answered for question in person] == [True]
    text = asked.tasks.read_text()
    assert "A person: They are in tests/." in text and "left open by the person" in text


def test_a_rejected_document_is_drafted_again_with_the_reason(asked: Asked, server: ImitationServer) -> None:
    code, outcome = resumed(asked, "reject: say how it is tested", server)
    while code == 3 and is_question(outcome):
        code, outcome = resumed(asked, json.dumps({str(item["id"]): "" for item in outcome.waiting_for}), server)
    assert code == 3 and [item["kind"] for item in outcome.waiting_for] == ["approval"]
    assert not asked.tasks.exists() and drafted(server.requests) == ["tasks"]
    assert "say how it is tested" in prompt_of(server.requests[-1])
    code, outcome = resumed(asked, "approve", server)
    assert code == 0 and "say how it is tested" in str(outcome.plan_revisions)


def test_an_edited_document_is_written_as_edited_also_where_nobody_is_to_be_asked_from_now_on(
    asked: Asked, server: ImitationServer
) -> None:
    edit = {"decision": "edit", "text": "# Tasks\n\n- [ ] 1.1 As I say"}
    code, _ = resumed(asked, json.dumps(edit), server, "--approve", "auto")
    assert code == 0 and asked.tasks.read_text() == "# Tasks\n\n- [ ] 1.1 As I say\n"


def test_an_answer_by_id_is_taken_days_later_in_another_process(asked: Asked, server: ImitationServer) -> None:
    store, days = asked.project / ".specloop" / "specloop.db", 30 * 86_400
    with closing(sqlite3.connect(store)) as database, database:
        database.execute(
            "UPDATE runs SET started = '2020-01-01T00:00:00+00:00', since = since - 1e8, seen = seen - 1e8"
        )
    for path in asked.project.rglob("*"):
        os.utime(path, (path.stat().st_atime - days, path.stat().st_mtime - days), follow_symlinks=False)
    answer = json.dumps({asked.changed["id"]: "approve"})
    ended = program("resume", asked.run_id, "--answer", answer, "--model", server.url, "--json", project=asked.project)
    outcome = Outcome.model_validate_json(ended.stdout)
    assert (ended.returncode, outcome.status) == (0, "done") and asked.tasks.exists() and outcome.seconds < 600


@pytest.mark.parametrize("answer", ["maybe", '{"decision": "maybe"}', '{"answer": "approve"}', "7", '{"x": 1'])
def test_an_answer_that_is_none_is_refused_and_the_run_waits_on(answer: str, waiting: Asked) -> None:
    with ImitationServer(scripted_reply) as server, pytest.raises(UsageError) as refused:
        workspace(waiting.project, server).resume(waiting.run_id, answer)
    assert "approve" in refused.value.mend
    (run,) = Workspace(waiting.project).status()
    assert run.status == "waiting" and run.waiting_for


def test_no_answer_leaves_the_run_waiting(waiting: Asked, server: ImitationServer) -> None:
    with pytest.raises(Waiting, match="Write the tasks"):
        workspace(waiting.project, server).resume(waiting.run_id)
    assert Workspace(waiting.project).status()[0].status == "waiting"


def test_a_document_that_a_person_writes_while_asked_is_kept(asked: Asked, server: ImitationServer) -> None:
    asked.tasks.write_text("- [ ] 1.1 Mine\n")
    code, outcome = resumed(asked, "approve", server)
    assert code == 0 and asked.tasks.read_text() == "- [ ] 1.1 Mine\n"
    assert any("tasks.md" in note for note in outcome.notes)

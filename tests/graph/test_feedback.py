"""Feedback changes documents: what it is about is drafted again, shown, and written once a person approves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph.learning.final_report import sealed_cases
from systems.cases import Cases
from systems.spans import Store
from systems.telemetry import trace_id
from systems.trials import Case
from tests.graph.conftest import (
    BEGUN,
    GOAL,
    THEIRS,
    change_folder,
    copied,
    documents,
    drafted,
    said,
    started,
    workspace,
)
from tests.graph.scripted import artifact_of, prompt_of, scripted_reply
from tests.systems.imitation_server import ImitationServer, Reply, Scripted
from tests.systems.serving.support import until

pytestmark = pytest.mark.external
WINDOWS = "The tasks ignore Windows paths"
BOTH = "The design and the tasks ignore Windows paths"
VAGUE = "Nobody could work from that"


def heeding(request: dict[str, Any]) -> Scripted:
    """A model that does what feedback asks for, and writes nonsense where it is asked for that."""
    prompt = prompt_of(request)
    if artifact_of(request) == "Meant":
        return {"document": "tasks.md" if VAGUE in prompt else "none"}
    if artifact_of(request) == "tasks" and "only nonsense" in prompt:
        return {"nonsense": True}
    filled = scripted_reply(request)
    if artifact_of(request) == "tasks" and any(words in prompt for words in (WINDOWS, BOTH, VAGUE)):
        filled["groups"][0]["title"] = "Windows paths"
    if artifact_of(request) == "design" and BOTH in prompt:
        filled["context"] = "Paths are those of POSIX and of Windows paths alike."
    return filled


@pytest.fixture(scope="module")
def ran(begun_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A project with a run behind it that has drafted the tasks of a change."""
    project = copied(begun_template, tmp_path_factory.mktemp("ran") / "todo")
    with ImitationServer(heeding) as server:
        outcome = workspace(project, server).run(GOAL, change=BEGUN)
    assert outcome.status == "done"
    return project, outcome.run_id


@pytest.fixture
def run(ran: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    """That project, for this test alone."""
    shutil.copytree(ran[0], tmp_path / "todo")
    return tmp_path / "todo", ran[1]


@pytest.fixture
def model() -> Iterator[ImitationServer]:
    with ImitationServer(heeding) as running:
        yield running


def tasks_of(project: Path) -> Path:
    return change_folder(project, BEGUN) / "tasks.md"


def cases_of(project: Path) -> list[Case]:
    with closing(Cases(project / ".specloop" / "specloop.db")) as cases:
        return [*cases.working(), *cases.guard(), *sealed_cases(project)]


def test_a_document_is_drafted_again_and_written_once_approved(run: tuple[Path, str], model: ImitationServer) -> None:
    project, run_id = run
    tasks, first = tasks_of(project), {case.key for case in cases_of(project) if case.kind == "draft"}
    before = tasks.read_text() + "\nMind the release on Friday.\n"
    tasks.write_text(before)  # a person's edit, which stays
    given = said("feedback", run_id, WINDOWS, "--rating", "-1", "--model", model.url, "--json", project=project)
    assert given.code == 3, given.errors
    assert given.json["about"] == ["tasks.md"] and tasks.read_text() == before
    assert first.isdisjoint({case.key for case in cases_of(project)}), "disputed, and in no trial"
    (asked,) = given.json["outcome"]["waiting_for"]
    assert asked["kind"] == "approval" and "+## 1. Windows paths" in asked["files"][0]["diff"]
    assert drafted(model.requests) == ["tasks"], "what was found out before is not asked for again"
    assert "Document tasks.md, as it stands:" in prompt_of(model.requests[0])
    approved = said("resume", run_id, "--answer", "approve", "--model", model.url, "--json", project=project)
    assert approved.code == 0 and any(note.startswith("tasks.md was drafted again") for note in approved.json["notes"])
    text = tasks.read_text()
    assert (
        "## 1. Windows paths" in text
        and "## 1. Title 1" not in text
        and "Mind the release on Friday." in text
        and "## Sources" in text
    )
    (case,) = (case for case in cases_of(project) if case.key in first)
    assert case.origin == "person" and {"Windows", "paths"} <= set(case.check.terms), "the words are the check now"
    with closing(Store(project / ".specloop" / "specloop.db")) as store:
        names = [span.name for span in store.spans(trace_id=trace_id(run_id))]
    assert names.count("user_feedback") == 1 and names.count("draft tasks") == 2, "all of it is in the run's own trace"


def test_a_draft_that_is_not_sound_leaves_the_document_as_it_was(run: tuple[Path, str], model: ImitationServer) -> None:
    project, run_id = run
    (project / "specloop.toml").write_text("[policy.loop]\nattempts = 1\n")
    before = tasks_of(project).read_bytes()
    words = ("Write only nonsense into the tasks", "--rating", "-1", "--approve", "auto")
    given = said("feedback", run_id, *words, "--model", model.url, "--json", project=project)
    assert given.code == 1
    assert [(each["path"], each["status"]) for each in given.json["documents"]] == [("tasks.md", "failed")]
    assert tasks_of(project).read_bytes() == before and given.json["outcome"]["status"] == "done"


def test_feedback_on_a_finished_change_opens_a_follow_up_and_touches_nothing(
    run: tuple[Path, str], model: ImitationServer
) -> None:
    project, run_id = run
    tasks = tasks_of(project)
    tasks.write_text(tasks.read_text().replace("[ ]", "[x]"))
    before = documents(project, BEGUN)
    words = ("feedback", run_id, WINDOWS, "--rating", "-1", "--model", model.url, "--json")
    given = said(*words, project=project)
    assert given.code == 0, given.errors
    (opened,) = given.json["follow_ups"]
    proposal = (project / opened["path"]).read_text()
    assert f"> {WINDOWS}" in proposal and given.json["span_id"] in proposal
    assert "tasks of json-list are done" in proposal and drafted(model.requests) == []
    assert documents(project, BEGUN) == before
    folder = change_folder(project, BEGUN)
    (folder.parent / "archive").mkdir(exist_ok=True)
    shutil.move(folder, folder.parent / "archive" / f"2026-11-01-{BEGUN}")
    again = said(*words, project=project)
    assert again.json["known"] and [each["change"] for each in again.json["follow_ups"]] == [opened["change"]]
    assert "is archived in" in (project / opened["path"]).read_text(), "it is ours, and kept true"


def test_what_a_person_wrote_is_left_to_them(run: tuple[Path, str], model: ImitationServer) -> None:
    project, run_id = run
    words = ("The design says nothing of Windows", "--rating", "-1")
    given = said("feedback", run_id, *words, "--model", model.url, "--json", project=project)
    assert given.code == 0 and [each["status"] for each in given.json["documents"]] == ["left_alone"]
    assert documents(project, BEGUN)["design.md"] == THEIRS["design.md"] and drafted(model.requests) == []


def test_a_document_that_no_word_names_is_chosen_by_the_model_or_the_person_is_asked_to(
    run: tuple[Path, str], model: ImitationServer
) -> None:
    project, run_id = run
    before, words = tasks_of(project).read_bytes(), ("--rating", "-1", "--approve", "auto", "--model", model.url)
    unclear = said("feedback", run_id, "I had hoped for more", *words, "--json", project=project)
    assert unclear.code == 0 and unclear.json["documents"] == [] and tasks_of(project).read_bytes() == before
    assert (
        unclear.json["note"].startswith("its words name no document: say which of ")
        and "tasks.md" in unclear.json["note"]
    )
    given = said("feedback", run_id, VAGUE, *words, "--json", project=project)
    assert given.code == 0, given.errors
    (document,) = given.json["documents"]
    assert (document["path"], document["status"]) == ("tasks.md", "redrafted")
    assert [artifact_of(request) for request in model.requests].count("Meant") == 2
    assert "## 1. Windows paths" in tasks_of(project).read_text()


def test_feedback_on_two_documents_that_is_killed_between_them_goes_on_with_the_second(
    begun_template: Path, tmp_path: Path
) -> None:
    project, holding = copied(begun_template, tmp_path / "todo"), True
    design = change_folder(project, BEGUN) / "design.md"
    design.unlink()

    def reply(request: dict[str, Any]) -> Scripted:
        kept_back = holding and artifact_of(request) == "tasks" and BOTH in prompt_of(request)
        return Reply(seconds=600) if kept_back else heeding(request)

    with ImitationServer(reply) as model:
        run_id = workspace(project, model).run(GOAL, change=BEGUN).run_id
        words = ("feedback", run_id, BOTH, "--rating", "-1", "--approve", "auto", "--model", model.url)
        asked = len(model.requests)
        with started(*words, project=project) as process:
            until(lambda: drafted(model.requests[asked:]) == ["design", "tasks"], seconds=120)
            process.kill()
        assert "Windows paths" in design.read_text() and "Windows" not in tasks_of(project).read_text()
        (status,) = workspace(project, model).status()
        assert status.status == "interrupted"
        first, holding, asked = design.stat(), False, len(model.requests)
        outcome = workspace(project, model).resume(run_id)
        assert outcome.status == "done" and drafted(model.requests[asked:]) == ["tasks"]
    assert [note.partition(" ")[0] for note in outcome.notes if "was drafted again" in note] == [
        "design.md",
        "tasks.md",
    ]
    assert "## 1. Windows paths" in tasks_of(project).read_text()
    assert design.stat().st_ino == first.st_ino and design.stat().st_mtime_ns == first.st_mtime_ns


def test_feedback_is_kept_where_the_model_is_gone(run: tuple[Path, str]) -> None:
    project, run_id = run
    gone = ("--model", "http://127.0.0.1:9/v1")
    given = said("feedback", run_id, WINDOWS, "--rating", "-1", *gone, "--json", project=project)
    assert given.code == 4 and given.json["error"]["message"].startswith("The feedback is kept, but")
    listed = said("feedback", run_id, "--json", project=project).json
    assert [each["text"] for each in listed["feedback"]] == [WINDOWS]
    (status,) = said("status", "--json", project=project).json["runs"]
    assert status["status"] == "done", "nothing has begun"

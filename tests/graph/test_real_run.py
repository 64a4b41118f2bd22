"""The main job with nothing imitated: embedded model, OpenSpec CLI, MCP servers, git."""

import subprocess
from pathlib import Path

import click
import pytest

from graph import Workspace
from systems import names
from systems.documents import Documents
from systems.openspec import OpenSpec
from systems.spans import Store
from tests.conftest import RealRun
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer

pytestmark = [pytest.mark.embedded, pytest.mark.external]


async def test_the_demo_ends_with_a_change_that_openspec_accepts_strictly(real_run: RealRun) -> None:
    change = real_run.outcome.change
    assert change is not None
    validation = await OpenSpec(real_run.project).validate(change)
    assert (validation.valid, validation.issues) == (True, ())
    status = await OpenSpec(real_run.project).status(change)
    assert [(artifact.id, artifact.status) for artifact in status.artifacts] == [
        ("proposal", "done"),
        ("specs", "done"),
        ("design", "done"),
        ("tasks", "done"),
    ]


def test_three_real_servers_answered_and_every_source_can_be_checked(real_run: RealRun) -> None:
    answered = [question for question in real_run.outcome.questions if question.answered]
    assert {question.server for question in answered} == {"git", "time", "filesystem"}
    documents = Documents(real_run.project / ".specloop" / "specloop.db")
    store = Store(real_run.project / ".specloop" / "specloop.db")
    spans = {span.span_id: span for span in store.spans(trace_id=real_run.outcome.trace_id)}
    for question in answered:
        (source,) = question.sources
        assert documents.get(source.content_hash)
        assert spans[source.span_id].attributes[names.TOOL_NAME] == source.tool
    documents.close()
    store.close()


def test_every_document_names_its_sources_and_its_open_questions(real_run: RealRun) -> None:
    open_questions = {question.text for question in real_run.outcome.questions if not question.answered}
    texts = [(real_run.project / artifact.path).read_text() for artifact in real_run.outcome.artifacts]
    assert all("## Sources" in text and "sha256 " in text for text in texts)
    assert all(any(f"- {question[:60]}" in text for text in texts) for question in open_questions)


def test_the_spans_of_a_run_form_one_trace_with_tokens_and_every_node(real_run: RealRun) -> None:
    store = Store(real_run.project / ".specloop" / "specloop.db")
    spans = store.spans(trace_id=real_run.outcome.trace_id)
    store.close()
    assert {span.attributes.get(names.NODE) for span in spans} - {None} == {
        "next_step",
        "question_routing",
        "answer",
        "execution",
        "document_update",
        "feedback_loop",
        "workflow_end",
    }
    chats = [span for span in spans if span.attributes.get(names.OPERATION) == names.CHAT]
    assert sum(span.attributes[names.INPUT_TOKENS] for span in chats) == real_run.outcome.tokens.input > 0
    (root,) = (span for span in spans if span.parent_id is None)
    assert root.name == "invoke_workflow specloop"


def test_the_person_sees_the_steps_and_is_told_that_the_prose_is_a_stand_in(real_run: RealRun) -> None:
    for told in ("loop 1: proposal", "loop 4: tasks", "git.git_log", "wrote: openspec/changes/", "tokens in"):
        assert told in real_run.shown
    assert any("stand-in" in note for note in real_run.outcome.notes)


async def test_a_repository_that_nobody_here_wrote_gets_a_valid_change(tmp_path: Path) -> None:
    project = tmp_path / "click"
    source = Path(click.__file__).parent
    (project / "src" / "click").mkdir(parents=True)
    for path in source.glob("*.py"):
        (project / "src" / "click" / path.name).write_bytes(path.read_bytes())
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for arguments in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-qm", "Import click")):
        subprocess.run(["git", "-C", project, *arguments], check=True)
    with ImitationServer(scripted_reply) as server:
        workspace = Workspace(project, model=server.url)
        outcome = await workspace.arun("Show the default of an option in its help text unless told otherwise")
    assert (outcome.status, [artifact.valid for artifact in outcome.artifacts]) == ("done", [True] * 4)
    assert outcome.change is not None
    assert (await OpenSpec(project).validate(outcome.change)).valid

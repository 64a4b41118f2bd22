"""A run takes a goal to a complete OpenSpec change, and keeps what a person wrote."""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from graph import Workspace
from graph.progress import Event
from systems import names
from systems.documents import Documents
from systems.openspec import OpenSpec
from systems.policy import DEFAULT, Policy
from systems.records import SEVERITIES, Outcome, Source, Span
from systems.spans import Store
from systems.trials import Requested
from tests.graph.conftest import (
    ARTIFACTS,
    BEGUN,
    GOAL,
    THEIRS,
    change_folder,
    documents,
    drafted,
    program,
    said,
    workspace,
)
from tests.graph.scripted import artifact_of, scripted_reply
from tests.systems.imitation_server import ImitationServer, Scripted

pytestmark = pytest.mark.external
PRINTED = set(
    "run_id change status loops artifacts questions findings plan_revisions follow_ups tokens seconds trace_id".split()
)


@dataclass(frozen=True)
class First:
    """A whole run, with the three servers a project has by default, as the program prints it."""

    project: Path
    printed: dict[str, Any]
    errors: str
    code: int
    requests: tuple[dict[str, Any], ...]

    @property
    def outcome(self) -> Outcome:
        return Outcome.model_validate(self.printed)

    @property
    def texts(self) -> dict[str, str]:
        return documents(self.project, self.outcome.change)


@pytest.fixture(scope="module")
def first(template: Path, tmp_path_factory: pytest.TempPathFactory) -> First:
    project = tmp_path_factory.mktemp("first") / "todo"
    shutil.copytree(template, project)
    with ImitationServer(scripted_reply) as server:
        done = program("run", GOAL, "--json", "--model", server.url, project=project)
        return First(project, json.loads(done.stdout), done.stderr, done.returncode, tuple(server.requests))


def test_a_goal_becomes_a_complete_change(first: First) -> None:
    assert first.code == 0, first.errors
    outcome = first.outcome
    assert outcome.status == "done" and not outcome.missing and outcome.change == "add-json-flag-list-command"
    assert [artifact.id for artifact in outcome.artifacts] == list(ARTIFACTS)
    assert all(artifact.valid and (first.project / artifact.path).is_file() for artifact in outcome.artifacts)
    assert drafted(first.requests) == list(ARTIFACTS)
    validation = asyncio.run(OpenSpec(first.project).validate(outcome.change))
    assert validation.valid and not validation.issues


def test_what_is_printed_has_the_promised_form(first: First) -> None:
    assert set(first.printed) >= PRINTED
    assert {key for item in first.printed["artifacts"] for key in item} == {"id", "path", "valid"}
    questions = {"text", "server", "tool", "answered", "sources"}
    assert {key for item in first.printed["questions"] for key in item} == questions
    for finding in first.printed["findings"]:
        assert set(finding) >= {"kind", "severity", "where", "evidence", "impact"} and finding["severity"] in SEVERITIES
    assert set(first.printed["tokens"]) == {"input", "output"} and first.printed["tokens"]["output"] > 0
    assert first.printed["seconds"] > 0 and first.printed["loops"] == 4


def test_status_lists_the_run(first: First) -> None:
    (run,) = said("status", "--json", project=first.project).json["runs"]
    wanted = {"goal": GOAL, "status": "done", "loops": 4, "waiting_for": [], "change": first.outcome.change}
    assert {key: run[key] for key in wanted} == wanted
    assert set(run) >= {"run_id", "node"} and run["node"] == "workflow_end"


def test_every_document_is_written_by_document_update_once(first: First) -> None:
    with closing(Store(first.project / ".specloop" / "specloop.db")) as store:
        spans = store.spans(trace_id=first.outcome.trace_id)
    steps = [span.attributes.get(names.STEP) for span in spans if span.name == "document_update"]
    assert steps == list(ARTIFACTS)
    with closing(Documents(first.project / ".specloop" / "specloop.db")) as kept:
        folder = change_folder(first.project, first.outcome.change)
        for name, text in first.texts.items():
            written = kept.last_write((folder / name).relative_to(first.project).as_posix())
            assert written is not None and kept.get(written[0]) == text


def test_every_span_leads_to_the_policy_of_the_run(first: First) -> None:
    path = first.project / ".specloop" / "specloop.db"
    with closing(Store(path)) as store, closing(Documents(path)) as kept:
        spans = store.spans(trace_id=first.outcome.trace_id)
        (policy,) = {str(span.attributes.get(names.POLICY)) for span in spans}
        assert kept.get_record(policy, Policy) == DEFAULT
        requests = [kept.get_record(span.attributes[names.DRAFT_REQUEST], Requested) for span in spans if _drafts(span)]
    assert [request.artifact for request in requests] == list(ARTIFACTS) and all(one.facts for one in requests)


def _drafts(span: Span) -> bool:
    return span.name.startswith(f"{names.DRAFT} ")


def test_every_document_names_its_sources_and_they_are_kept(first: First) -> None:
    by_artifact = {"proposal.md": 0, "design.md": 0, "specs/json-output/spec.md": 0, "tasks.md": 0}
    with closing(Documents(first.project / ".specloop" / "specloop.db")) as kept:
        for question in first.outcome.questions:
            for source in question.sources:
                assert kept.get(source.content_hash).strip()
                for name, text in first.texts.items():
                    by_artifact[name] += _names_source(text, source)
    assert all(by_artifact.values()), by_artifact
    assert set(first.texts) == set(by_artifact)


def _names_source(text: str, source: Source) -> bool:
    mention = f"`{source.server}.{source.tool} "
    where = f"sha256 {source.content_hash[:12]}, span {source.span_id}"
    return any(mention in line and where in line for line in text.splitlines())


def test_what_nobody_answered_is_listed_as_open(first: First) -> None:
    asked = {question.text for question in first.outcome.questions if not question.answered}
    listed = {text for text in asked if any(f"- {text} (" in document for document in first.texts.values())}
    assert listed == asked
    for text in first.texts.values():
        assert ("## Open Questions" in text) == any(f"- {question} (" in text for question in asked)


def test_another_run_with_the_same_goal_makes_a_second_change(first: First) -> None:
    before = first.texts
    with ImitationServer(scripted_reply) as server:
        outcome = workspace(first.project, server, max_loops=1).run(GOAL)
    assert outcome.change == f"{first.outcome.change}-2" and list(documents(first.project, outcome.change)) == [
        "proposal.md"
    ]
    assert first.texts == before
    assert [run.run_id for run in Workspace(first.project).status()] == [outcome.run_id, first.outcome.run_id]


def test_what_a_person_wrote_is_kept_and_an_empty_document_is_drafted(begun: Path, server: ImitationServer) -> None:
    folder = change_folder(begun, BEGUN)
    (folder / "design.md").write_text(" \n")
    outcome = workspace(begun, server).run(GOAL, change=BEGUN)
    assert outcome.status == "done" and drafted(server.requests) == ["design", "tasks"]
    for name in ("proposal.md", "specs/listing/spec.md"):
        assert (folder / name).read_bytes() == THEIRS[name].encode()
    assert "## Decisions" in (folder / "design.md").read_text()


def test_a_template_that_nobody_filled_in_is_drafted_over(begun: Path, server: ImitationServer) -> None:
    folder = change_folder(begun, BEGUN)
    (folder / "tasks.md").write_text(
        "# Tasks\n\n## 1. <!-- Task Group Name -->\n\n- [ ] 1.1 <!-- Task description -->\n"
    )
    outcome = workspace(begun, server).run(GOAL, change=BEGUN)
    assert (outcome.status, outcome.loops, drafted(server.requests)) == ("done", 1, ["tasks"])


def test_a_capability_of_the_proposal_without_a_spec_gets_one_and_the_others_stay(
    begun: Path, server: ImitationServer
) -> None:
    folder = change_folder(begun, BEGUN)
    proposal = THEIRS["proposal.md"].replace("- `listing`", "- `printing`: How it is printed.\n- `listing`")
    assert proposal != THEIRS["proposal.md"]
    (folder / "proposal.md").write_text(proposal)
    outcome = workspace(begun, server).run(GOAL, change=BEGUN)
    assert (outcome.status, drafted(server.requests)) == ("done", ["specs", "tasks"])
    assert (folder / "specs/listing/spec.md").read_bytes() == THEIRS["specs/listing/spec.md"].encode()
    assert "## ADDED Requirements" in (folder / "specs/printing/spec.md").read_text()


def test_a_persons_invalid_specs_are_kept_and_named(begun: Path, server: ImitationServer) -> None:
    theirs = "# Spec\n\n## ADDED Requirements\n\n### Requirement: JSON\nThe list is printed.\n"
    folder = change_folder(begun, BEGUN)
    (folder / "specs" / "listing" / "spec.md").write_text(theirs)
    (folder / "tasks.md").write_text("- [ ] 1.1 Do it\n")
    result = said("run", GOAL, "--change", BEGUN, "--model", server.url, "--json", project=begun)
    assert result.code == 1 and not server.requests
    assert (folder / "specs" / "listing" / "spec.md").read_text() == theirs
    assert result.json["status"] == "unfinished"
    assert any("listing/spec.md" in words and "SHALL" in words for words in result.json["missing"])


def test_a_document_in_another_encoding_is_kept_and_read(begun: Path, server: ImitationServer) -> None:
    path = change_folder(begun, BEGUN) / "design.md"
    path.write_bytes("# Design\n\nÜber JSON.\n".encode("latin-1"))
    assert workspace(begun, server).run(GOAL, change=BEGUN).status == "done"
    assert path.read_bytes() == "# Design\n\nÜber JSON.\n".encode("latin-1")


def test_what_a_person_writes_while_the_model_drafts_wins(begun: Path) -> None:
    tasks = change_folder(begun, BEGUN) / "tasks.md"

    def meanwhile(request: dict[str, Any]) -> Scripted:
        if artifact_of(request) == "tasks":
            tasks.write_text("- [ ] 1.1 Mine\n")
        return scripted_reply(request)

    with ImitationServer(meanwhile) as server:
        outcome = workspace(begun, server).run(GOAL, change=BEGUN)
    assert tasks.read_text() == "- [ ] 1.1 Mine\n"
    assert outcome.status == "done" and any("tasks.md" in note and "kept" in note for note in outcome.notes)


def test_what_a_person_writes_while_openspec_validates_wins(begun: Path, tmp_path: Path) -> None:
    """Their editor saves as soon as the file appears: between the write and the end of the validation."""
    import threading

    tasks, stop = change_folder(begun, BEGUN) / "tasks.md", threading.Event()

    def editor() -> None:
        while not tasks.exists() and not stop.wait(0.001):
            pass
        tasks.write_text("- [ ] 1.1 Mine\n")

    person = threading.Thread(target=editor)
    person.start()
    seen: list[Event] = []
    with ImitationServer(scripted_reply) as server:
        outcome = workspace(begun, server).run(GOAL, change=BEGUN, watch=seen.append)
    stop.set()
    person.join()
    assert tasks.read_text() == "- [ ] 1.1 Mine\n"
    assert any("tasks.md" in note and "kept" in note for note in outcome.notes)
    assert any(event.kind == "document" and "a person's text" in event.text for event in seen)


def test_a_goal_in_another_script_gets_a_sensible_change(project: Path, server: ImitationServer) -> None:
    outcome = workspace(project, server, max_loops=1).run("为列表命令添加 JSON 输出")
    assert outcome.change == "json" and outcome.status == "unfinished"
    assert "为列表命令添加" in str(server.requests[0]["messages"])

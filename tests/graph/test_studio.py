"""LangGraph Studio: the real server, started from `langgraph.json`, runs a thread from its goal to its outcome."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from langgraph_sdk import get_sync_client
from langgraph_sdk.client import SyncLangGraphClient

from graph import Workspace
from graph.context import Context
from systems import names
from systems.records import RunSummary
from systems.spans import Store
from systems.telemetry import trace_id
from tests.graph.conftest import ARTIFACTS, GOAL, copied, documents
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer

pytestmark = pytest.mark.external

NODES = {
    *(
        "next_step",
        "question_routing",
        "answer",
        "execution",
        "document_update",
        "feedback_loop",
        "workflow_end",
        "documentation",
    ),
}
EDGES = {
    ("__start__", "next_step"),
    ("next_step", "question_routing"),
    ("next_step", "execution"),
    ("next_step", "workflow_end"),
    ("question_routing", "answer"),
    ("question_routing", "execution"),
    ("answer", "execution"),
    ("execution", "document_update"),
    ("document_update", "feedback_loop"),
    ("feedback_loop", "next_step"),
    ("workflow_end", "documentation"),
    ("workflow_end", "__end__"),
    ("documentation", "__end__"),
}
REPLIES = {"approval": {"decision": "approve"}, "question": {"answer": "The code is in todo/cli.py."}}
MOST_PAUSES = 12


@dataclass
class Thread:
    """What became of a thread that a person answered whenever it asked."""

    id: str
    pauses: list[list[dict[str, Any]]] = field(default_factory=list)
    mistaken: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[RunSummary] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def project(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(template, tmp_path_factory.mktemp("studio") / "todo")


@pytest.fixture(scope="module")
def client(agent_server: str) -> Iterator[SyncLangGraphClient]:
    with get_sync_client(url=agent_server, timeout=120) as opened:
        yield opened


@pytest.fixture(scope="module")
def finished(client: SyncLangGraphClient, project: Path) -> Thread:
    with ImitationServer(scripted_reply) as model:
        context: Any = {"project": str(project), "model": model.url, "approve": "ask", "max_loops": 6}
        thread = Thread(client.threads.create()["thread_id"])
        client.runs.wait(thread.id, "specloop", input={"goal": GOAL}, context=context)
        while interrupts := client.threads.get_state(thread.id)["interrupts"]:
            thread.pauses.append([dict(each) for each in interrupts])
            thread.statuses += Workspace(project).status(thread.id)
            assert len(thread.pauses) <= MOST_PAUSES
            if interrupts[0]["value"]["kind"] == "approval" and not thread.mistaken:
                wrong: Any = {"resume": {str(interrupts[0]["id"]): {"decision": "perhaps"}}}
                client.runs.wait(thread.id, "specloop", command=wrong, context=context)
                thread.mistaken = [dict(each) for each in client.threads.get_state(thread.id)["interrupts"]]
            answers = {str(each["id"]): REPLIES[each["value"]["kind"]] for each in interrupts}
            client.runs.wait(thread.id, "specloop", command={"resume": answers}, context=context)
        thread.state = dict(client.threads.get_state(thread.id))
        thread.history = [dict(each) for each in client.threads.get_history(thread.id, limit=200)]
        return thread


def test_the_server_draws_every_node_and_edge(client: SyncLangGraphClient) -> None:
    drawn: Any = client.assistants.get_graph("specloop")
    assert {node["id"] for node in drawn["nodes"]} == NODES | {"__start__", "__end__"}
    assert {(edge["source"], edge["target"]) for edge in drawn["edges"]} == EDGES
    described = {node["id"] for node in drawn["nodes"] if node.get("metadata", {}).get("description")}
    assert described == NODES


def test_the_form_has_every_setting_with_its_description(client: SyncLangGraphClient) -> None:
    (assistant,) = client.assistants.search(graph_id="specloop")
    form: Any = client.assistants.get_schemas(assistant["assistant_id"])["context_schema"]
    assert form["properties"].keys() == Context.__dataclass_fields__.keys()
    assert all(setting["description"] for setting in form["properties"].values())


def test_a_thread_pauses_for_each_question_and_for_each_document(finished: Thread) -> None:
    kinds = [{each["value"]["kind"] for each in pause} for pause in finished.pauses]
    assert kinds.count({"approval"}) == len(ARTIFACTS)
    assert {"question"} in kinds
    assert max(len(pause) for pause in finished.pauses) > 1  # several questions at once


def test_a_pause_brings_the_form_of_its_answer(finished: Thread) -> None:
    forms = {each["value"]["kind"]: each["response_schema"] for pause in finished.pauses for each in pause}
    assert forms["approval"]["properties"]["decision"]["enum"] == ["approve", "edit", "reject", "always"]
    assert forms["question"]["properties"]["answer"]["type"] == "string"


def test_a_wrong_answer_is_told_what_is_wrong_and_asked_again(finished: Thread) -> None:
    (again,) = finished.mistaken
    (asked,) = next(pause for pause in finished.pauses if pause[0]["value"]["kind"] == "approval")
    assert again["value"].pop("wrong").startswith("That is no answer: decision") and again["value"] == asked["value"]
    assert again["response_schema"] == asked["response_schema"]


def test_an_approval_shows_the_document_as_a_diff(finished: Thread) -> None:
    approvals = [each["value"] for pause in finished.pauses for each in pause if each["value"]["kind"] == "approval"]
    assert all(file["path"].endswith(".md") and "+#" in file["diff"] for one in approvals for file in one["files"])


def test_status_says_what_a_paused_thread_waits_for(finished: Thread) -> None:
    for pause, status in zip(finished.pauses, finished.statuses, strict=True):
        assert status.status == "waiting"
        assert sorted(status.waiting_for) == sorted(each["value"]["text"] for each in pause)


def test_a_thread_ends_done_with_its_outcome_in_the_project(finished: Thread, project: Path) -> None:
    assert finished.state["next"] == []
    outcome = Workspace(project).outcome(finished.id)
    assert (outcome.status, outcome.loops) == ("done", len(ARTIFACTS))
    assert finished.state["values"]["outcome_ref"] == outcome.hash
    assert len(documents(project, outcome.change)) == len(ARTIFACTS)
    (status,) = Workspace(project).status(finished.id)
    assert (status.status, status.waiting_for) == ("done", ())


def test_the_history_has_a_checkpoint_before_every_node(finished: Thread) -> None:
    assert {node for checkpoint in finished.history for node in checkpoint["next"]} >= NODES - {"documentation"}
    ids = [checkpoint["checkpoint"]["checkpoint_id"] for checkpoint in finished.history]
    assert len(set(ids)) == len(ids)


def test_the_spans_of_a_thread_are_one_trace(finished: Thread, project: Path) -> None:
    with closing(Store(project / ".specloop" / "specloop.db")) as store:
        (trace,) = store.traces()
        spans = store.spans(trace_id=trace.trace_id)
    assert (trace.trace_id, trace.run_id) == (trace_id(finished.id), finished.id)
    assert {span.name for span in spans} >= NODES - {"documentation"}
    assert any(span.attributes.get(names.OPERATION) == names.CHAT for span in spans)
    assert not [span.name for span in spans if span.status == "error"]


def test_a_thread_without_a_context_is_told_what_is_wrong(client: SyncLangGraphClient) -> None:
    thread = client.threads.create()["thread_id"]
    with pytest.raises(Exception, match="UsageError"):
        client.runs.wait(thread, "specloop", input={"goal": GOAL})

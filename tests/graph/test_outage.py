"""A database that goes away in the midst of a run: the run waits for it and goes on, or says why it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph import Workspace
from graph.progress import Event
from systems import names
from systems.documents import Documents
from systems.errors import Missing
from systems.spans import open_spans
from systems.stores import outage, place_of
from systems.stores.place import database_of
from systems.telemetry import trace_id
from tests import postgres
from tests.graph.conftest import BEGUN, GOAL
from tests.graph.scripted import artifact_of, scripted_reply
from tests.proxy import Proxy, between
from tests.systems.imitation_server import ImitationServer

pytestmark = pytest.mark.external
PLAN = f"openspec/changes/{BEGUN}/tasks.md"
AWAY_SECONDS = 3.0
HASTY_SECONDS, PATIENT_SECONDS = 1.0, 60.0


@pytest.fixture
def network(database: postgres.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """What is between the stores and this process, which has patience but while it is disturbed."""
    monkeypatch.setattr(outage, "LOOP_SECONDS", PATIENT_SECONDS)
    with between(database.port) as network:
        monkeypatch.setenv("SPECLOOP_STORE", database.url.replace(f":{database.port}", f":{network.port}"))
        yield network


def nodes_of(project: Path, run_id: str) -> list[str]:
    with closing(open_spans(place_of(project))) as spans:
        found = spans.spans(trace_id=trace_id(run_id))
    return [span.name for span in found if names.NODE in span.attributes and span.status != "error"]


async def test_a_run_waits_for_a_database_that_hangs_and_holds_up_nobody_meanwhile(
    begun: Path, network: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, told, stalled = asyncio.get_running_loop(), list[Event](), list[bool]()

    def mend() -> None:
        monkeypatch.setattr(outage, "LOOP_SECONDS", PATIENT_SECONDS)
        network.mend()

    def reply(request: dict[str, Any]) -> Any:
        if artifact_of(request) == "tasks" and not stalled:
            stalled.append(True)
            monkeypatch.setattr(outage, "LOOP_SECONDS", HASTY_SECONDS)
            network.stall()
            loop.call_soon_threadsafe(loop.call_later, AWAY_SECONDS, mend)  # only a loop that is free mends it
        return scripted_reply(request)

    with ImitationServer(reply) as model:
        there = Workspace(begun, model=model.url, max_loops=3)
        outcome = await there.arun(GOAL, change=BEGUN, watch=told.append)
    assert outcome.status == "done"
    assert any("It is waited for." in event.text for event in told)
    with closing(Documents(place_of(begun))) as texts:
        assert [version.by for version in texts.versions(PLAN)] == [outcome.run_id]
    assert (begun / PLAN).read_text().count("## 1.") == 1
    spans = nodes_of(begun, outcome.run_id)
    assert {"next_step", "execution", "document_update", "feedback_loop", "workflow_end"} <= set(spans)
    assert there.status(outcome.run_id)[0].tokens.output > 0


async def test_a_run_whose_database_stays_away_says_so_and_goes_on_later(
    begun: Path, network: Proxy, server: ImitationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "AWAY_SECONDS", 1.0)
    there, run = Workspace(begun, model=server.url, max_loops=3), list[str]()

    def watch(event: Event) -> None:
        run.extend([event.text] * (event.kind == "begun"))
        if event.kind == "draft":
            monkeypatch.setattr(outage, "LOOP_SECONDS", HASTY_SECONDS)
            network.cut()

    with pytest.raises(Missing, match=r"cannot be reached \(.*\)\.(.* It has been away for 1 s\.)?") as said:
        await there.arun(GOAL, change=BEGUN, watch=watch)
    assert said.value.exit_code == 4 and "specloop resume" in said.value.mend
    network.mend()
    monkeypatch.setattr(outage, "AWAY_SECONDS", PATIENT_SECONDS)
    monkeypatch.setattr(outage, "LOOP_SECONDS", PATIENT_SECONDS)
    await outage.over(database_of())
    outcome = await there.aresume(run[0])
    assert outcome.status == "done"
    with closing(Documents(place_of(begun))) as texts:
        assert [version.by for version in texts.versions(PLAN)] == run

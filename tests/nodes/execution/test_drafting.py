"""A document from the request to the text, with a model that is told what to answer: what each knob changes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from nodes.execution.drafting import Written, written
from systems import names
from systems.connections import Systems, opened
from systems.errors import DraftFailed
from systems.records import PlanRevision, Span
from systems.telemetry import trace_id
from systems.trials import Requested
from tests.graph.scripted import prompt_of, schema_of, scripted_reply
from tests.systems.imitation_server import ImitationServer, Offered, Script
from tests.systems.test_connections import Given

ASKED = Requested(artifact="tasks", about="the tasks of the change", goal="Add a flag", facts=(("Who?", "Ada"),))
SOUND = {"groups": [{"title": "Do it", "tasks": [{"task": "Add the flag to cli.py", "verify": "its test passes"}]}]}
UNSOUND: dict[str, Any] = {"groups": []}
RUN = "run-1"


@asynccontextmanager
async def systems_with(
    folder: Path, script: Script, models: Sequence[Offered] = (Offered(),)
) -> AsyncIterator[tuple[Systems, ImitationServer]]:
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    (folder / "mcp.json").write_text('{"mcpServers": {}}')
    with ImitationServer(script, models=models) as server:
        async with opened(Given(str(folder), server.url), linger=0) as systems:
            yield systems, server


def under(systems: Systems, **draft: Any) -> Systems:
    return systems.with_policy(systems.policy.edited({"draft": draft}))


async def draft(systems: Systems, asked: Requested = ASKED, **knobs: Any) -> Written:
    other = under(systems, **knobs)
    with other.telemetry.run(RUN), other.telemetry.scope(policy=other.policy.hash):
        return await written(asked, other)


def draft_spans(systems: Systems) -> list[Span]:
    systems.telemetry.provider.force_flush()
    return [span for span in systems.spans.spans(trace_id=trace_id(RUN)) if span.name.startswith(names.DRAFT)]


async def test_a_draft_goes_back_as_often_as_the_policy_allows(tmp_path: Path) -> None:
    async with systems_with(tmp_path, lambda _: UNSOUND) as (systems, server):
        for repairs in (0, 1, 2):
            before = len(server.requests)
            with pytest.raises(DraftFailed, match=f"after {repairs} repairs"):
                await draft(systems, repairs=repairs)
            assert len(server.requests) - before == repairs + 1


async def test_a_draft_goes_back_with_the_checkers_words_or_without(tmp_path: Path) -> None:
    async with systems_with(tmp_path, [UNSOUND, SOUND, UNSOUND, SOUND]) as (systems, server):
        assert (await draft(systems, repair_words=True)).repairs == 1
        assert (await draft(systems, repair_words=False)).repairs == 1
        spans = draft_spans(systems)
    told, untold = (server.requests[index]["messages"][-1]["content"] for index in (1, 3))
    assert "at least 1 item" in told and "at least" not in untold and "not usable" in untold
    assert [span.attributes[names.REPAIR] for span in spans] == [0, 1, 0, 1]
    assert [span.attributes.get(names.CAUSE) for span in spans] == ["invalid", None, "invalid", None]


async def test_the_schema_that_is_sent_is_the_one_of_the_policy(tmp_path: Path) -> None:
    async with systems_with(tmp_path, scripted_reply) as (systems, server):
        for knobs in ({}, {"capped": False}, {"shape": "least"}, {"items": 1}):
            await draft(systems, **knobs)
    full, uncapped, least, one = (schema_of(request) for request in server.requests)
    assert full["properties"]["groups"]["maxItems"] == 3 and one["properties"]["groups"]["maxItems"] == 1
    assert "maxItems" not in json.dumps(uncapped) and list(least["properties"]) == ["tasks"]


async def test_guidance_and_the_sampling_of_the_policy_reach_the_model(tmp_path: Path) -> None:
    async with systems_with(tmp_path, scripted_reply) as (systems, server):
        await draft(systems, guidance=("Name every file",), temperature=0.9, seed=3, output_tokens=64)
    (request,) = server.requests
    assert "- Name every file" in prompt_of(request)
    assert (request["temperature"], request["seed"], request["max_tokens"]) == (0.9, 3, 64)


async def test_an_example_that_does_not_fit_is_noted_on_the_draft_and_its_span(tmp_path: Path) -> None:
    async with systems_with(tmp_path, lambda _: SOUND) as (systems, server):
        done = await draft(systems, examples={"tasks": '{"groups": 1}'})
        (span,) = draft_spans(systems)
        fine = await draft(systems, examples={"tasks": json.dumps(SOUND)})
    (note,) = done.notes
    assert note.startswith("draft.examples.tasks is not shown") and fine.notes == ()
    assert [event["attributes"][names.NOTE] for event in span.events] == [note]
    assert "Add the flag to cli.py" in prompt_of(server.requests[1])


async def test_another_loaded_model_of_the_server_drafts_and_an_unknown_one_does_not(tmp_path: Path) -> None:
    models = (Offered("small"), Offered("maker/large"), Offered("asleep", loaded=False))
    async with systems_with(tmp_path, lambda _: SOUND, models) as (systems, server):
        assert [(await draft(systems, model=name)).notes for name in ("", "small", "large")] == [(), (), ()]
        (unknown,) = (await draft(systems, model="nobody")).notes
        (asleep,) = (await draft(systems, model="asleep")).notes
    assert [request["model"] for request in server.requests] == ["small", "small", "maker/large", "small", "small"]
    assert "nobody" in unknown and "does not have" in unknown and "small is used" in unknown
    assert "not loaded" in asleep


async def test_a_draft_can_be_done_again_from_its_span(tmp_path: Path) -> None:
    async with systems_with(tmp_path, [SOUND, SOUND]) as (systems, server):
        first = await draft(systems)
        (span,) = draft_spans(systems)
        asked = systems.documents.get_record(span.attributes[names.DRAFT_REQUEST], Requested)
        assert asked == ASKED and (await draft(systems, asked)).text == first.text
        assert systems.documents.get(span.attributes[names.DRAFT_HASH]) == first.text
        assert json.loads(systems.documents.get(span.attributes[names.DRAFT_FIELDS])) == SOUND
    assert prompt_of(server.requests[0]) == prompt_of(server.requests[1])


async def test_what_the_run_has_learned_comes_on_top_of_the_policy(tmp_path: Path) -> None:
    async with systems_with(tmp_path, scripted_reply) as (systems, server):
        revision = PlanRevision(shorter=1, example=True, hints=("tasks: use verbs",))
        await written(ASKED, under(systems, capped=False, example=False, items=4), revision=revision)
    (request,) = server.requests
    assert schema_of(request)["properties"]["groups"]["maxItems"] == 2
    assert "use verbs" in prompt_of(request) and "The form, with the least" in prompt_of(request)

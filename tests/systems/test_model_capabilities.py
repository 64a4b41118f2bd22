"""How a model is asked: found out by one probe, remembered on the machine, and mended when it turns out wrong."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from systems.errors import Missing
from systems.models import Model, Told, choose, connected, open_model
from systems.models.capabilities import FORMS, LASTS_SECONDS, MOST_KEPT, Capabilities, Memory
from systems.models.schema import options
from tests.systems.drafting import ASK, KNOBS, ONE, Capability, model_with
from tests.systems.imitation_server import ImitationServer, Offered, Reply, Scripted

REFUSAL = {"error": "Failed to initialize samplers: failed to parse grammar"}


def form_of(request: dict[str, Any]) -> str:
    asked = request.get("response_format")
    if asked is None:
        return "prompted"
    if asked["type"] == "json_object":
        return "json_object"
    return "schema" if "maxLength" in json.dumps(asked) else "structure"


def accepting(*forms: str, status: int = 400) -> Callable[[dict[str, Any]], Scripted]:
    """A model whose server follows these forms of a request alone."""
    return lambda request: ONE if form_of(request) in forms else Reply(status=status, body=REFUSAL)


@pytest.mark.parametrize("status", [200, 400, 422])
@pytest.mark.parametrize(("accepted", "asked"), [("structure", FORMS[:2]), ("prompted", FORMS)])
async def test_a_refused_schema_is_asked_for_more_simply_and_that_is_remembered(
    status: int, accepted: str, asked: tuple[str, ...]
) -> None:
    async with model_with(accepting(accepted, status=status)) as (model, server):
        for _ in range(2):
            assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"
    assert [form_of(request) for request in server.requests] == [*asked, asked[-1]]
    words = server.requests[-1]["messages"][0]["content"]
    assert ("JSON schema" in words) is (accepted == "prompted") and words.startswith("Answer in JSON.")


async def test_a_server_that_refuses_every_way_is_missing_with_its_words() -> None:
    async with model_with(lambda request: Reply(status=400, body=REFUSAL)) as (model, server):
        with pytest.raises(Missing, match=r"cannot follow a JSON schema.*parse grammar") as raised:
            await model.draft(ASK, Capability, KNOBS)
    assert "another model" in raised.value.mend and len(server.requests) <= len(FORMS)


def test_the_structure_of_a_schema_has_no_limits_and_no_references() -> None:
    schema = options(Capability, Capabilities(form="structure"), patterns=True)["response_format"]["json_schema"][
        "schema"
    ]
    assert schema == {
        "type": "object",
        "description": "A capability.",
        "required": ["name", "reasons", "priority"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string"},
            "reasons": {"type": "array", "items": {"type": "string"}},
            "priority": {"type": "string", "enum": ["low", "high"]},
        },
    }


# the probe


async def test_a_model_is_probed_once_before_its_first_draft() -> None:
    async with model_with([ONE, ONE]) as (model, server):
        for _ in range(2):
            await model.draft(ASK, Capability, KNOBS)
    assert len(server.probes) == 1 and server.probes[0]["max_tokens"] == 64


@pytest.mark.parametrize(
    ("probed", "expected"),
    [
        ({"word": "kestrel"}, Capabilities()),
        (Reply('{"word": "kestrel"}', reasoning="A bird."), Capabilities(reasoning=True)),
        (Reply("", reasoning="Which bird", finish_reason="length"), Capabilities(reasoning=True)),
        ("<think>Which bird", Capabilities(reasoning=True)),
        ("A robin.", Capabilities(in_words=True)),
        (Reply(status=400, body={"error": "response_format is not supported"}), Capabilities(form="structure")),
        (Reply(status=503, body={"error": "Loading model"}), Capabilities()),
        (Reply(body="<html>"), Capabilities()),
        (Reply(drop=True), Capabilities()),
    ],
)
async def test_the_probe_decides_how_a_model_is_asked(probed: Scripted, expected: Capabilities) -> None:
    async with model_with([ONE], probed=lambda request: probed) as (model, server):
        await model.draft(ASK, Capability, KNOBS)
    (request,) = server.requests
    assert form_of(request) == expected.form
    assert ("JSON schema" in request["messages"][0]["content"]) is expected.in_words
    assert request["max_tokens"] == KNOBS.output_tokens + (2_048 if expected.reasoning else 0)


# the memory


async def drafted(server: ImitationServer, kept: Path | None) -> Model:
    async with open_model(server.url, kept=kept) as model:
        await model.draft(ASK, Capability, KNOBS)
    return model


async def test_what_was_found_out_is_remembered_for_the_next_run(tmp_path: Path) -> None:
    with ImitationServer(accepting("prompted")) as server:
        for _ in range(2):
            await drafted(server, tmp_path)
    assert len(server.probes) == 1
    assert [form_of(request) for request in server.requests] == [*FORMS, "prompted"]


async def test_other_weights_and_another_server_are_looked_at_anew(tmp_path: Path) -> None:
    for models in ([Offered("a")], [Offered("b")]):
        with ImitationServer([ONE], models=models) as server:
            await drafted(server, tmp_path)
            choice = await choose(server.url)
            other = choice.model_copy(update={"version": "Q8_0 4711"})
            assert Memory(tmp_path).recall(choice) == Capabilities() and Memory(tmp_path).recall(other) is None
    assert len(list(tmp_path.iterdir())) == 2


async def test_what_was_found_out_long_ago_is_found_out_again(tmp_path: Path) -> None:
    with ImitationServer([ONE, ONE]) as server:
        await drafted(server, tmp_path)
        (file,) = tmp_path.iterdir()
        os.utime(file, (time.time() - LASTS_SECONDS - 1,) * 2)
        await drafted(server, tmp_path)
    assert len(server.probes) == 2


@pytest.mark.parametrize("damage", [b"", b"{", b'{"form": "telepathy"}', b"\xff\xfe"])
async def test_a_damaged_memory_is_done_without(tmp_path: Path, damage: bytes) -> None:
    with ImitationServer([ONE, ONE]) as server:
        await drafted(server, tmp_path)
        (file,) = tmp_path.iterdir()
        file.write_bytes(damage)
        await drafted(server, tmp_path)
    assert len(server.probes) == 2 and len(server.requests) == 2


async def test_a_memory_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with ImitationServer([ONE]) as server:
        await drafted(server, tmp_path / "file")
    assert len(server.requests) == 1


async def test_the_memory_does_not_grow_without_end(tmp_path: Path) -> None:
    with ImitationServer() as server:
        choice = await choose(server.url)
    for number in range(MOST_KEPT + 5):
        Memory(tmp_path).keep(choice.model_copy(update={"name": str(number)}), Capabilities())
    assert len(list(tmp_path.iterdir())) == MOST_KEPT


async def test_nothing_is_sent_before_a_model_is_asked_for_something() -> None:
    with ImitationServer() as server:
        choice = (await choose(server.url)).corrected(Told(tools=True))
        async with connected(choice, None) as model:
            model.chat(KNOBS)
    assert not server.probes and not server.requests

"""What is sent: prompts that fit, schemas that grammars honour; and the imitation's own refusals."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from systems.errors import InvalidDraft
from systems.models import Message
from systems.models.schema import response_format
from tests.systems.drafting import ASK, KNOBS, ONE, Capability, model_with
from tests.systems.imitation_server import ImitationServer, Offered, Reply

# prompts longer than the context


async def test_a_long_prompt_is_cut_before_it_is_sent_and_says_so() -> None:
    long: list[Message] = [ASK[0], ("user", "START " + "word " * 20_000 + "END")]
    async with model_with([ONE], models=[Offered(context=2048)]) as (model, server):
        await model.draft(long, Capability, KNOBS)
    system, user = (message["content"] for message in server.requests[0]["messages"])
    assert system == "Answer in JSON."
    assert user.startswith("START") and user.endswith("END") and "bytes left out here" in user


@pytest.mark.parametrize(
    "overflow",
    [
        Reply(body={"error": "However, the model is loaded with context length of only 1024 tokens, not enough."}),
        Reply(
            status=400, body={"error": {"message": "exceeds the available context size (1024 tokens)", "n_ctx": 1024}}
        ),
        Reply(status=400, body={"error": "This model's maximum context length is 1024 tokens."}),
    ],
)
async def test_a_prompt_the_server_finds_too_long_is_cut_shorter_the_next_time(overflow: Reply) -> None:
    long: list[Message] = [("user", "word " * 4_000)]
    async with model_with([overflow, ONE]) as (model, server):
        with pytest.raises(InvalidDraft) as raised:
            await model.draft(long, Capability, KNOBS)
        await model.draft(long, Capability, KNOBS)
    assert raised.value.cause == "truncated"
    first, second = (len(request["messages"][0]["content"]) for request in server.requests)
    assert first == 20_000 and second < 4 * (1024 - KNOBS.output_tokens)


# the schema


def test_a_schema_keeps_what_grammars_honour_and_loses_what_they_do_not() -> None:
    class Part(BaseModel):
        title: str = Field(max_length=9, pattern=r"^\d+$")
        pattern: str = Field("x", pattern="^[a-z]{1,9}$")
        free: str = Field(max_length=9, pattern="^[a-z]+$")

    class Whole(BaseModel):
        parts: list[Part] = Field(max_length=3)
        kind: Literal["a", "b"] = "a"
        note: str | None = None

    sent = response_format(Whole, patterns=True)["json_schema"]
    assert (sent["name"], sent["strict"]) == ("Whole", True)
    assert sent["schema"] == {
        "type": "object",
        "additionalProperties": False,
        "required": ["parts", "kind", "note"],
        "properties": {
            "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}, "maxItems": 3},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "$defs": {
            "Part": {
                "type": "object",
                "additionalProperties": False,
                "required": ["title", "pattern", "free"],
                "properties": {
                    "title": {"type": "string", "maxLength": 9},
                    "pattern": {"type": "string", "pattern": "^[a-z]{1,9}$"},
                    "free": {"type": "string", "maxLength": 9},
                },
            }
        },
    }
    assert "[a-z]" not in json.dumps(response_format(Whole, patterns=False))


# the imitation itself


@pytest.mark.parametrize(
    "odd", [{"tool_choice": {"type": "function"}}, {"response_format": {"type": "json_object"}}, {"path": "/v1/oops"}]
)
async def test_the_imitation_refuses_what_lm_studio_refuses(odd: dict[str, Any]) -> None:
    import httpx

    with ImitationServer([ONE]) as server:
        path = odd.get("path", "/v1/chat/completions")
        async with httpx.AsyncClient(trust_env=False) as client:
            request = {"model": "m", "messages": [], **odd}
            response = await client.post(server.url.removesuffix("/v1") + path, json=request)
    assert response.status_code == (200 if "path" in odd else 400) and "error" in response.json()


async def test_the_imitation_overflows_as_lm_studio_does() -> None:
    with ImitationServer([ONE], models=[Offered(context=100)]) as server:
        reply = server.reply({"model": "imitation", "messages": [{"content": "word " * 100}]})
    assert reply.status == 200 and isinstance(reply.body, dict) and "context length of only 100" in reply.body["error"]

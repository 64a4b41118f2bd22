"""LM Studio, Ollama, vLLM and llama-server through the same code: what is loaded, its context, how many at once."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from systems.embedded import running
from systems.errors import Missing
from systems.models import Message, Told, choose, open_model
from systems.models.counting import counted
from systems.models.http import client
from systems.models.listing import listing
from systems.models.prompt import fitted, most_prompt_tokens
from tests.systems.drafting import ASK, KNOBS, ONE, Capability, model_with
from tests.systems.imitated_programs import llama_server, ollama, vllm
from tests.systems.imitation_server import Answer, ImitationServer, Offered, Reply

LONG: list[Message] = [("system", "Answer in JSON."), ("user", "START " + "word " * 20_000 + "END")]


def sent_bytes(request: dict[str, Any]) -> int:
    return sum(len(message["content"].encode()) for message in request["messages"])


# LM Studio


async def test_a_model_that_is_not_in_memory_is_loaded_before_it_is_asked() -> None:
    load: Answer = {
        "type": "llm",
        "instance_id": "qwen:2",
        "load_time_seconds": 9.1,
        "status": "loaded",
        "load_config": {"context_length": 2_048, "parallel": 3},
    }
    also = {"/api/v1/models/load": load}
    async with model_with([ONE], models=[Offered("qwen", loaded=False)], also=also) as (model, server):
        await model.draft(LONG, Capability, KNOBS)
        assert await model.context_tokens() == 2_048
    assert server.others == [("/api/v1/models/load", {"model": "qwen", "echo_load_config": True})]
    assert server.requests[0]["model"] == "qwen:2" and sent_bytes(server.requests[0]) < 2_048 * 4


async def test_a_model_is_loaded_with_the_context_that_the_person_names() -> None:
    load: Answer = {"instance_id": "qwen", "status": "loaded", "load_config": {"context_length": 16_384}}
    with ImitationServer([ONE], models=[Offered("qwen", loaded=False)], also={"/api/v1/models/load": load}) as server:
        async with open_model(server.url, told=Told(context_tokens=16_384)) as model:
            await model.draft(ASK, Capability, KNOBS)
            assert await model.context_tokens() == 16_384
    assert server.others[0][1]["context_length"] == 16_384


async def test_a_server_that_cannot_load_on_demand_loads_at_the_first_request() -> None:
    async with model_with([ONE], models=[Offered("qwen", loaded=False)]) as (model, server):
        assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"
    assert server.requests[0]["model"] == "qwen"


@pytest.mark.parametrize(
    "thrown_out",
    [
        Reply(body={"error": {"message": "Model unloaded."}}),
        Reply(status=404, body={"error": {"message": "No models loaded. Please load a model in the developer page."}}),
    ],
)
async def test_a_model_that_was_thrown_out_of_memory_is_loaded_again_once(thrown_out: Reply) -> None:
    load: Answer = {"instance_id": "imitation", "status": "loaded", "load_config": {"context_length": 2_048}}
    async with model_with([thrown_out, ONE, thrown_out, thrown_out], also={"/api/v1/models/load": load}) as (
        model,
        server,
    ):
        assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"
        assert [path for path, _ in server.others] == ["/api/v1/models/load"]
        assert await model.context_tokens() == 2_048
        with pytest.raises(Missing, match="no longer loaded") as raised:
            await model.draft(ASK, Capability, KNOBS)
    assert "lms load" in raised.value.mend and len(server.requests) == 4


@pytest.mark.parametrize(("parallel", "most"), [(1, 1), (2, 2), (None, 4)])
async def test_no_more_is_asked_at_once_than_the_server_answers_at_once(parallel: int | None, most: int) -> None:
    slow = [Reply(json.dumps(ONE), seconds=0.3)] * 8
    async with model_with(slow, models=[Offered(parallel=parallel)]) as (model, server):
        await asyncio.gather(*(model.draft(ASK, Capability, KNOBS.model_copy(update={"seconds": 60})) for _ in slow))
    assert len(server.requests) == 8 and server.most_at_once == most


# Ollama


async def test_the_context_of_ollama_is_what_it_loaded_the_model_with_not_what_the_model_could_have() -> None:
    with ImitationServer([ONE], **ollama()) as server:
        async with open_model("llama3.2", base_url=server.url) as model:
            drafted = await model.draft(LONG, Capability, KNOBS)
            assert await model.context_tokens() == 4_096
            assert await model.tool_capable()
    assert "for the 4,096 tokens of llama3.2:latest" in drafted.note
    assert sent_bytes(server.requests[0]) < 4 * 4_096
    assert ("/api/generate", {"model": "llama3.2:latest"}) in server.others
    assert server.requests[0]["model"] == "llama3.2:latest" and not any("tools" in probe for probe in server.probes)


@pytest.mark.parametrize(
    ("options", "told", "expected"),
    [
        ({"context": 32_768, "loaded": True}, None, 32_768),
        ({"context": 4_096}, 32_768, 4_096),  # nobody can raise it through the OpenAI endpoint
        ({"context": 32_768}, 8_192, 8_192),
        ({"context": None}, None, 4_096),
        ({"context": None, "parameters": 'num_ctx    2048\nstop "x"'}, None, 2_048),
    ],
)
async def test_the_context_of_ollama_is_never_overrated(
    options: dict[str, Any], told: int | None, expected: int
) -> None:
    with ImitationServer(**ollama(**options)) as server:
        async with open_model(server.url, told=Told(context_tokens=told)) as model:
            assert await model.context_tokens() == expected


async def test_models_of_ollama_for_embeddings_are_told_by_their_family() -> None:
    with ImitationServer(**ollama(loaded=True)) as server:
        chat, embedding = await listing(server.url, None, 5), await listing(server.url, None, 5, embeddings=True)
    assert chat and [(each.name, each.loaded, each.context_tokens) for each in chat] == [
        ("llama3.2:latest", True, 4_096)
    ]
    assert embedding and [each.name for each in embedding] == ["all-minilm:latest"]


async def test_a_model_of_ollama_without_tools_is_not_offered_any() -> None:
    with ImitationServer(**ollama(capabilities=["completion"])) as server:
        async with open_model(server.url) as model:
            assert not await model.tool_capable()


# vLLM


async def test_vllm_says_its_context_and_counts_with_its_own_tokenizer() -> None:
    with ImitationServer([ONE], **vllm(context=2_048, per_token=2.0)) as server:
        async with open_model(server.url) as model:
            drafted = await model.draft(LONG, Capability, KNOBS)
    room = (2_048 - KNOBS.output_tokens) * 2
    assert room * 0.8 < sent_bytes(server.requests[0]) <= room
    assert "for the 2,048 tokens of Qwen/Qwen3-4B" in drafted.note


async def test_a_prompt_that_only_looks_too_long_is_not_cut() -> None:
    with ImitationServer([ONE], **vllm(context=2_048, per_token=100.0)) as server:
        async with open_model(server.url) as model:
            drafted = await model.draft(LONG, Capability, KNOBS)
    assert [message["content"] for message in server.requests[0]["messages"]] == [text for _, text in LONG]
    assert drafted.note == ""


async def test_vllm_without_a_parser_for_tools_is_found_out_by_one_small_request() -> None:
    words = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'

    def probed(request: dict[str, Any]) -> Reply | dict[str, Any]:
        refusal = {"error": {"message": words, "type": "BadRequestError", "param": None, "code": 400}}
        return Reply(status=400, body=refusal) if "tools" in request else {"word": "kestrel"}

    with ImitationServer(probed=probed, **vllm()) as server:
        async with open_model(server.url) as model:
            assert [await model.tool_capable() for _ in range(2)] == [False, False]
    assert ["tools" in probe for probe in server.probes] == [False, True]


# llama-server


async def test_llama_server_has_a_context_and_a_request_a_slot() -> None:
    slow = [Reply(json.dumps(ONE), seconds=0.2)] * 6
    with ImitationServer(slow, **llama_server(slots=2, context=4_096)) as server:
        async with open_model(server.url) as model:
            assert model.choice.context_tokens == 8_192
            assert await model.context_tokens() == model.choice.context_tokens == 4_096
            await asyncio.gather(*(model.draft(ASK, Capability, KNOBS) for _ in slow))
    assert server.most_at_once == 2


@pytest.mark.parametrize(
    ("says", "calls", "expected"), [(False, True, False), (True, False, False), (None, True, True)]
)
async def test_a_template_without_tools_is_believed_and_one_with_them_is_tried(
    says: bool | None, calls: bool, expected: bool
) -> None:
    def probed(request: dict[str, Any]) -> Reply:
        called = [("report", {"word": "kestrel"})] if calls and "tools" in request else []
        return Reply(json.dumps({"word": "kestrel"}), tool_calls=called)

    with ImitationServer(probed=probed, **llama_server(tools=says)) as server:
        async with open_model(server.url) as model:
            assert await model.tool_capable() is expected
    assert sum("tools" in probe for probe in server.probes) == (0 if says is False else 1)


class Plain(BaseModel):
    """A record without patterns, which are sent to the embedded model alone."""

    reasons: list[Annotated[str, Field(max_length=60)]] = Field(min_length=1, max_length=2)


@pytest.mark.embedded
async def test_the_real_llama_server_is_known_counted_and_probed_as_any_other() -> None:
    dense: list[Message] = [("system", "Answer in JSON."), ("user", "0 1 2 3 4 5 6 7 8 9 " * 1_150 + "漢字" * 2_000)]
    async with running() as server:
        choice = await choose(server.base_url, api_key=server.api_key)
        assert (choice.server, choice.context_tokens) == ("llama.cpp", server.context_tokens)
        async with client(server.base_url, server.api_key, 60) as http:
            before = await counted(choice, dense, http)
            shorter = await fitted(dense, 7_000, lambda messages: counted(choice, messages, http))
            after = await counted(choice, shorter, http)
        async with open_model(server.base_url, api_key=server.api_key) as model:
            assert not await model.tool_capable()
            drafted = await model.draft(ASK, Plain, KNOBS.model_copy(update={"seconds": 120}))
    assert before is not None and after is not None
    assert 20_000 < before <= most_prompt_tokens(dense) and 6_000 < after <= 7_000
    assert drafted.value.reasons

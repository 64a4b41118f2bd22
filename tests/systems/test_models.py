"""The model's border: a server that imitates LM Studio, and cassettes of the embedded model."""

from __future__ import annotations

import ast
import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from systems.errors import InvalidDraft, Missing, SpecloopError
from systems.models import Message, Model, ModelChoice, choose, open_model
from systems.models.choice import base
from systems.models.prompt import fit, prompt_tokens
from systems.models.reading import problems
from systems.models.schema import response_format
from systems.policy import DraftKnobs
from tests.conftest import CASSETTES
from tests.systems.imitation_server import ImitationServer, Offered, Reply, Script

KNOBS = DraftKnobs(seconds=5, output_tokens=200)
ASK: list[Message] = [("system", "Answer in JSON."), ("user", "Name {one} capability.")]
ONE: dict[str, Any] = {"name": "export", "reasons": ["wanted"]}
EMBEDDINGS = Offered("nomic-embed", "embedding")


class Capability(BaseModel):
    """A capability."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=20, pattern=r"^[a-z0-9-]{1,20}$")
    reasons: list[Annotated[str, Field(max_length=60)]] = Field(min_length=1, max_length=2)
    priority: Literal["low", "high"] = "low"


@asynccontextmanager
async def model_with(script: Script, **options: Any) -> AsyncIterator[tuple[Model, ImitationServer]]:
    with ImitationServer(script, **options) as server:
        async with open_model(server.url) as model:
            yield model, server


async def failure(reply: Reply | str, error: type[SpecloopError], times: int = 1) -> Any:
    """What `draft` raises when the server answers so."""
    async with model_with([reply] * times) as (model, server):
        with pytest.raises(error) as raised:
            await model.draft(ASK, Capability, KNOBS)
        assert len(server.requests) == times
        return raised.value


def closed_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


# what is sent and what comes back


async def test_a_draft_is_the_checked_record_and_the_servers_count_of_tokens() -> None:
    async with model_with([ONE]) as (model, _):
        drafted = await model.draft(ASK, Capability, KNOBS)
    assert drafted.value == Capability(name="export", reasons=["wanted"])
    assert (drafted.input_tokens, drafted.output_tokens) == (11, 7)


async def test_a_request_carries_the_schema_both_limits_and_the_knobs_and_no_tools() -> None:
    async with model_with([ONE]) as (model, server):
        await model.draft(ASK, Capability, KNOBS)
    (request,) = server.requests
    assert request["messages"] == [{"role": role, "content": text} for role, text in ASK]
    assert request["model"] == "imitation"
    assert request["max_tokens"] == request["max_completion_tokens"] == KNOBS.output_tokens
    assert (request["temperature"], request["seed"]) == (KNOBS.temperature, KNOBS.seed)
    assert request["response_format"] == response_format(Capability, patterns=False)
    assert not {"tools", "tool_choice", "stream"} & {key for key, value in request.items() if value}


async def test_tokens_are_estimated_when_the_server_does_not_count() -> None:
    async with model_with([Reply(content=json.dumps(ONE), usage=None)]) as (model, _):
        drafted = await model.draft(ASK, Capability, KNOBS)
    assert drafted.input_tokens == prompt_tokens(ASK) > 20
    assert drafted.output_tokens == len(json.dumps(ONE)) // 3.2 + 1


async def test_an_answer_in_the_reasoning_field_is_taken_when_there_is_no_other() -> None:
    async with model_with([Reply(reasoning=json.dumps(ONE))]) as (model, _):
        assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"


@pytest.mark.parametrize("wrapping", ["```json\n{}\n```", "<think>{{}} hm</think>\n{}", "Here you are: {} Enjoy!"])
async def test_json_is_found_in_what_is_wrapped_around_it(wrapping: str) -> None:
    answer = wrapping.replace("{}", json.dumps(ONE), 1) if "{{" not in wrapping else wrapping.format(json.dumps(ONE))
    async with model_with([answer]) as (model, _):
        assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"


# drafts the model can mend


async def test_reasoning_without_an_answer_is_an_empty_draft() -> None:
    error = await failure(Reply(reasoning="Let me think about it."), InvalidDraft)
    assert error.cause == "empty" and "only reasoning" in error.message


async def test_no_content_is_an_empty_draft() -> None:
    assert (await failure(Reply(), InvalidDraft)).cause == "empty"


async def test_an_answer_cut_off_at_the_limit_is_a_truncated_draft() -> None:
    error = await failure(Reply(content='{"name": "exp', finish_reason="length"), InvalidDraft)
    assert error.cause == "truncated" and "200 tokens" in error.message


async def test_rubbish_is_an_invalid_draft() -> None:
    error = await failure("As an AI model I cannot.", InvalidDraft)
    assert error.cause == "invalid" and "Invalid JSON" in error.message


async def test_a_record_that_breaks_the_schema_is_an_invalid_draft_in_the_validators_words() -> None:
    error = await failure('{"name": "Ex port", "reasons": []}', InvalidDraft)
    assert error.cause == "invalid"
    assert "name: String should match pattern" in error.message
    assert "reasons: List should have at least 1 item" in error.message


def test_many_problems_are_told_in_few_lines() -> None:
    class Many(BaseModel):
        items: list[int]

    with pytest.raises(ValidationError) as raised:
        Many.model_validate({"items": ["x" * 10_000] * 50})
    told = problems(raised.value)
    assert told.splitlines()[-1] == "and 46 more" and len(told) < 500


# time, busy servers, broken connections


async def test_a_hanging_server_is_given_up_at_the_time_limit() -> None:
    async with model_with([Reply(seconds=30)]) as (model, _):
        began = time.monotonic()
        with pytest.raises(InvalidDraft, match=r"no answer within 1 s") as raised:
            await model.draft(ASK, Capability, DraftKnobs(seconds=1))
    assert raised.value.cause == "timeout"
    assert time.monotonic() - began < 4


async def test_a_busy_server_is_asked_once_more_after_the_time_it_names() -> None:
    busy = Reply(status=429, body={"error": "busy"}, headers={"Retry-After": "1"})
    async with model_with([busy, ONE]) as (model, server):
        began = time.monotonic()
        assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"
    assert time.monotonic() - began >= 1
    assert len(server.requests) == 2


async def test_a_server_that_stays_busy_is_a_failed_attempt() -> None:
    error = await failure(
        Reply(status=429, body={"error": "busy"}, headers={"Retry-After": "0"}), InvalidDraft, times=2
    )
    assert error.cause == "timeout" and "busy" in error.message


async def test_a_server_that_asks_for_more_patience_than_there_is_time_is_not_waited_for() -> None:
    began = time.monotonic()
    error = await failure(Reply(status=429, body={"error": "busy"}, headers={"Retry-After": "3600"}), InvalidDraft)
    assert error.cause == "timeout" and time.monotonic() - began < 4


async def test_a_connection_that_drops_once_is_made_again() -> None:
    async with model_with([Reply(drop=True), ONE]) as (model, _):
        assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"


async def test_a_server_that_drops_every_connection_is_missing() -> None:
    error = await failure(Reply(drop=True), Missing, times=2)
    assert error.system == "model" and "cannot be reached" in error.message and "lms server start" in error.mend


async def test_a_server_that_is_gone_is_missing() -> None:
    with ImitationServer() as server:
        choice = await choose(server.url)
    async with _connected(choice) as model:
        with pytest.raises(Missing, match="cannot be reached") as raised:
            await model.draft(ASK, Capability, KNOBS)
    assert server.url in raised.value.message


async def test_a_cancelled_draft_stays_cancelled() -> None:
    async with model_with([Reply(seconds=30)]) as (model, server):
        task = asyncio.create_task(model.draft(ASK, Capability, KNOBS))
        while not server.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


# refusals


@pytest.mark.parametrize(
    ("reply", "words", "mend"),
    [
        (Reply(body={"error": "The model has crashed"}), "The model has crashed", "--model embedded"),
        (Reply(body={"error": {"message": "Model unloaded."}}), "Model unloaded.", "--model embedded"),
        (Reply(body={"choices": None}), "no message", "--model embedded"),
        (Reply(body={"choices": []}), "no message", "--model embedded"),
        (Reply(body="<html>Sign in</html>", headers={"Content-Type": "text/html"}), "Sign in", "--model embedded"),
        (Reply(body="<html>Sign in</html>"), "no chat completion", "--model embedded"),
        (Reply(status=401, body={"error": "no"}), "refuses the key (401)", "SPECLOOP_API_KEY"),
        (Reply(status=403, body={"error": "no"}), "refuses the key (403)", "SPECLOOP_API_KEY"),
        (Reply(status=404, body={"error": "model not found"}), "has no model imitation", "lms load"),
        (
            Reply(status=400, body={"error": "json_schema is not supported"}),
            "cannot follow a JSON schema",
            "another model",
        ),
        (Reply(status=422, body={"error": "what?"}), "what?", "--model embedded"),
    ],
)
async def test_a_refusal_is_missing_with_the_servers_words_and_a_way_out(reply: Reply, words: str, mend: str) -> None:
    error = await failure(reply, Missing)
    assert error.system == "model"
    assert words in error.message and mend in error.mend
    assert len(error.message) < 600


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "42",
        "[]",
        "[[1]]",
        '"text"',
        "{",
        '{"choices": [null]}',
        '{"choices": "abc"}',
        '{"choices": [{"message": "abc"}]}',
        '{"choices": [{"message": {"role": 7, "content": 5}}]}',
        '{"choices": [{"message": {"role": "assistant", "content": "{}"}}], "usage": "many"}',
        '{"choices": [{"message": {"role": "assistant", "content": "{}"}}], "usage": {"prompt_tokens": "many"}}',
    ],
)
async def test_whatever_a_server_answers_the_error_is_ours(body: str) -> None:
    with pytest.raises(SpecloopError):
        async with model_with([Reply(body=body)]) as (model, _):
            await model.draft(ASK, Capability, KNOBS)


async def test_a_server_error_that_stays_is_missing() -> None:
    error = await failure(Reply(status=500, body={"error": "boom"}, headers={"Retry-After": "0"}), Missing, times=2)
    assert "boom" in error.message


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
    assert first == 20_000 and second < 3.2 * (1024 - KNOBS.output_tokens)


@pytest.mark.parametrize("text", ["word " * 9_000, "漢字" * 9_000, "👩‍👩‍👧" * 3_000])
def test_a_prompt_is_cut_to_the_room_there_is(text: str) -> None:
    messages: list[Message] = [("system", "s"), ("user", text), ("assistant", "a"), ("user", text)]
    assert fit(messages, 10**6) == messages
    for room in (500, 1_000, 9_000):
        fitted = fit(messages, room)
        assert room * 0.9 < prompt_tokens(fitted) <= room or prompt_tokens(messages) <= room
        assert fitted[0] == messages[0] and fitted[2] == messages[2]


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


# which model


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1234", "http://127.0.0.1:1234/v1"),
        ("http://127.0.0.1:1234/v1/", "http://127.0.0.1:1234/v1"),
        ("https://example.org/openai", "https://example.org/openai/v1"),
        ("https://example.org/v1beta/openai", "https://example.org/v1beta/openai"),
    ],
)
def test_a_url_gets_its_version(url: str, expected: str) -> None:
    assert base(url) == expected


Dialects = pytest.mark.parametrize(
    "dialects", [("/api/v1/models", "/api/v0/models", "/v1/models"), ("/api/v0/models", "/v1/models")]
)


@Dialects
async def test_the_loaded_model_is_preferred_and_its_real_context_known(dialects: tuple[str, ...]) -> None:
    models = [EMBEDDINGS, Offered("qwen", loaded=False), Offered("org/granite", context=4096)]
    with ImitationServer(models=models, dialects=dialects) as server:
        for choice in (await choose("auto", base_url=server.url), await choose(server.url)):
            assert choice == ModelChoice(name="org/granite", base_url=server.url, context_tokens=4096)


@pytest.mark.parametrize("dialects", [("/api/v1/models",), ("/api/v0/models",), ("/v1/models",)])
async def test_a_model_that_is_listed_but_not_loaded_is_loadable(dialects: tuple[str, ...]) -> None:
    models = [EMBEDDINGS, Offered("qwen", loaded=False)]
    with ImitationServer(models=models, dialects=dialects) as server:
        choice = await choose("auto", base_url=server.url)
    assert choice == ModelChoice(name="qwen", base_url=server.url, context_tokens=None)


@pytest.mark.parametrize("dialects", [("/api/v1/models",), ("/api/v0/models",), ("/v1/models",)])
async def test_embedding_models_do_not_count(dialects: tuple[str, ...]) -> None:
    with ImitationServer(models=[EMBEDDINGS], dialects=dialects) as server:
        assert (await choose("auto", base_url=server.url)).embedded
        with pytest.raises(Missing, match="has no language model") as raised:
            await choose(server.url)
    assert "lms load" in raised.value.mend


async def test_a_model_is_found_by_its_name_with_or_without_its_publisher() -> None:
    with ImitationServer(models=[Offered("qwen"), Offered("org/granite", loaded=False)]) as server:
        for name in ("org/granite", "granite"):
            assert (await choose(name, base_url=server.url)).name == "org/granite"


async def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    told = r"named quen \(it has: qwen, granite\)"
    with (
        ImitationServer(models=[Offered("qwen"), Offered("granite")]) as server,
        pytest.raises(Missing, match=told) as raised,
    ):
        await choose("quen", base_url=server.url)
    assert "lms get quen" in raised.value.mend


async def test_a_name_is_believed_when_the_server_lists_nothing() -> None:
    with ImitationServer(dialects=()) as server:
        assert await choose("qwen", base_url=server.url) == ModelChoice(name="qwen", base_url=server.url)
        with pytest.raises(Missing, match="not as an OpenAI-compatible server"):
            await choose(server.url)


async def test_auto_without_a_server_is_the_embedded_model_at_once() -> None:
    began = time.monotonic()
    choice = await choose("auto", base_url=closed_port())
    assert choice.embedded and choice.context_tokens == 8192
    assert time.monotonic() - began < 2


async def test_auto_does_not_wait_for_a_server_that_only_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        assert (await choose("auto", base_url=f"http://127.0.0.1:{silent.getsockname()[1]}")).embedded
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("wanted", [str, lambda url: "qwen"])
async def test_a_named_server_that_is_not_there_is_missing(wanted: Callable[[str], str]) -> None:
    url = closed_port()
    with pytest.raises(Missing, match="No model server answers") as raised:
        await choose(wanted(url), base_url=url)
    assert raised.value.system == "model" and url in raised.value.message and "lms server start" in raised.value.mend


async def test_a_url_that_is_none_is_missing() -> None:
    with pytest.raises(Missing, match="No model server answers"):
        await choose("http://127.0.0.1:notaport/v1")


async def test_a_refused_key_is_named_and_a_right_one_works() -> None:
    with ImitationServer([ONE], key="right") as server:
        for wanted in (server.url, "imitation", "auto"):
            with pytest.raises(Missing, match=r"refuses the key \(401\)") as raised:
                await choose(wanted, base_url=server.url, api_key=SecretStr("wrong"))
            assert "SPECLOOP_API_KEY" in raised.value.mend
        assert (await choose("auto", base_url=server.url)).embedded
        async with open_model(server.url, api_key=SecretStr("right")) as model:
            assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"


async def test_proxies_and_openai_variables_of_the_environment_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = closed_port()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_PROXY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.setenv(name, dead.removesuffix("/v1"))
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    monkeypatch.setenv("NO_PROXY", "")
    with ImitationServer([ONE], key="right") as server:
        async with open_model(server.url, api_key=SecretStr("right")) as model:
            assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"


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


# the wire of the embedded model, recorded


async def test_the_embedded_model_drafts_a_record(recorded: Model) -> None:
    drafted = await recorded.draft(ASK, Capability, KNOBS)
    assert drafted.input_tokens > 20 and drafted.output_tokens > 10
    assert drafted.value.reasons


async def test_the_embedded_model_that_runs_out_of_tokens_is_truncated(recorded: Model) -> None:
    with pytest.raises(InvalidDraft) as raised:
        await recorded.draft(ASK, Uncapped, DraftKnobs(output_tokens=64))
    assert raised.value.cause == "truncated"


async def test_the_embedded_model_says_when_a_prompt_is_too_long(recorded: Model) -> None:
    dense: list[Message] = [("user", "0 1 2 3 4 5 6 7 8 9 " * 1_150)]
    with pytest.raises(InvalidDraft, match="exceeds the available context size") as raised:
        await recorded.draft(dense, Capability, KNOBS)
    assert raised.value.cause == "truncated"


class Uncapped(BaseModel):
    """Free text without a cap, which this model fills to the last token."""

    text: str = Field(min_length=1_000)


def test_every_cassette_is_played_by_a_test() -> None:
    for cassette in CASSETTES.glob("*/*.yaml"):
        modules = list(CASSETTES.parent.glob(f"tests/**/{cassette.parent.name}.py"))
        tests = {
            node.name
            for module in modules
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
            if isinstance(node, ast.AsyncFunctionDef) and "recorded" in {argument.arg for argument in node.args.args}
        }
        assert cassette.stem.partition("[")[0] in tests, f"{cassette} is played by nobody"


@asynccontextmanager
async def _connected(choice: ModelChoice) -> AsyncIterator[Model]:
    from systems.models import connected

    async with connected(choice, None) as model:
        yield model

"""One draft, one call: against a server that imitates LM Studio, and cassettes of the embedded model."""

from __future__ import annotations

import ast
import json

import pytest
from pydantic import BaseModel, Field, ValidationError

from systems.errors import InvalidDraft
from systems.models import Model
from systems.models.prompt import prompt_tokens
from systems.models.reading import problems
from systems.models.schema import response_format
from systems.policy import DraftKnobs
from tests.conftest import CASSETTES
from tests.systems.drafting import ASK, KNOBS, ONE, Capability, failure, model_with
from tests.systems.imitation_server import Reply, Script

HM = "Hm. " * 16
SAID = json.dumps({**ONE, "name": "said"})


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


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Reply(reasoning=json.dumps(ONE)), Reply(SAID, reasoning=HM)),
        (Reply(f"<think>{json.dumps(ONE)}"), Reply(f"\n<think>{HM}</think>\n\n{SAID}")),
        (Reply(f"So {json.dumps(ONE)}?</think>"), Reply(f"{HM}</think>{SAID}")),
    ],
    ids=["kept apart", "in the text", "in the text without its first tag"],
)
async def test_thoughts_are_never_taken_as_the_answer_but_asked_for_otherwise_and_counted(
    first: Reply, second: Reply
) -> None:
    script: Script = [first, second]
    async with model_with(script) as (model, server):
        drafted = await model.draft(ASK, Capability, KNOBS)
    assert drafted.value.name == "said" and drafted.reasoning_tokens == 20
    plain, in_words = server.requests
    assert "response_format" in plain and "response_format" not in in_words
    assert in_words["max_tokens"] == KNOBS.output_tokens + 2_048
    assert '"maxLength":20' in in_words["messages"][0]["content"]


async def test_an_answer_may_speak_of_the_tags_of_thoughts() -> None:
    answer = {**ONE, "reasons": ["a </think> b"]}
    async with model_with([Reply(json.dumps(answer))]) as (model, _):
        assert (await model.draft(ASK, Capability, KNOBS)).value.reasons == ["a </think> b"]


@pytest.mark.parametrize("thought", [{"reasoning": "Let me think"}, {"content": "<think>Let me {think"}])
async def test_a_model_that_thought_until_the_limit_is_given_more_room_at_once(thought: dict[str, str]) -> None:
    script: Script = [Reply(**thought, finish_reason="length"), ONE]  # type: ignore[arg-type]
    async with model_with(script) as (model, server):
        assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"
    assert [request["max_tokens"] for request in server.requests] == [200, 2_248]
    assert all("response_format" in request for request in server.requests)


@pytest.mark.parametrize("wrapping", ["```json\n{}\n```", "<think>{{}} hm</think>\n{}", "Here you are: {} Enjoy!"])
async def test_json_is_found_in_what_is_wrapped_around_it(wrapping: str) -> None:
    answer = wrapping.replace("{}", json.dumps(ONE), 1) if "{{" not in wrapping else wrapping.format(json.dumps(ONE))
    async with model_with([answer]) as (model, _):
        assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"


# drafts the model can mend
async def test_reasoning_without_an_answer_is_an_empty_draft() -> None:
    error = await failure(Reply(reasoning="Let me think about it."), InvalidDraft, times=2)
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


# the wire of the embedded model, recorded


async def test_the_embedded_model_drafts_a_record(recorded: Model) -> None:
    drafted = await recorded.draft(ASK, Capability, KNOBS)
    assert drafted.input_tokens > 20 and drafted.output_tokens > 10
    assert drafted.value.reasons


async def test_the_embedded_model_that_runs_out_of_tokens_is_truncated(recorded: Model) -> None:
    with pytest.raises(InvalidDraft) as raised:
        await recorded.draft(ASK, Uncapped, DraftKnobs(output_tokens=64))
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

"""What becomes of servers that are slow, busy, gone, or refuse."""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate

import pytest
from pydantic import SecretStr

from systems.errors import InvalidDraft, Missing, SpecloopError
from systems.models import choose, connected, open_model
from systems.policy import DraftKnobs
from tests.systems.drafting import ASK, KNOBS, ONE, Capability, failure, model_with
from tests.systems.imitation_server import ImitationServer, Reply

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


async def test_a_busy_server_may_name_a_date() -> None:
    soon = formatdate(time.time() + 3_600, usegmt=True)
    error = await failure(Reply(status=503, body={"error": "busy"}, headers={"Retry-After": soon}), InvalidDraft)
    assert error.cause == "timeout" and "too busy to answer within 5 s" in error.message
    past = Reply(status=503, body={"error": "busy"}, headers={"Retry-After": "Mon, 01 Jan 2024 00:00:00 GMT"})
    async with model_with([past, ONE]) as (model, _):
        assert (await model.draft(ASK, Capability, KNOBS)).value.name == "export"


async def test_a_key_that_the_server_repeats_is_not_told() -> None:
    words = {"error": {"message": "Incorrect key sk-secret-4711 for this project"}}
    with ImitationServer([Reply(status=400, body=words), Reply(body=words)], key="sk-secret-4711") as server:
        async with open_model(server.url, api_key=SecretStr("sk-secret-4711")) as model:
            for _ in range(2):
                with pytest.raises(Missing, match=r"Incorrect key \[key\]") as raised:
                    await model.draft(ASK, Capability, KNOBS)
                assert "sk-secret" not in str(raised.value)


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
    async with connected(choice, None) as model:
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
        (Reply(body={"choices": None}), "no message", "--model embedded"),
        (Reply(body={"choices": []}), "no message", "--model embedded"),
        (Reply(body="<html>Sign in</html>", headers={"Content-Type": "text/html"}), "Sign in", "--model embedded"),
        (Reply(body="<html>Sign in</html>"), "no chat completion", "--model embedded"),
        (Reply(status=401, body={"error": "no"}), "refuses the key (401)", "SPECLOOP_API_KEY"),
        (Reply(status=403, body={"error": "no"}), "refuses the key (403)", "SPECLOOP_API_KEY"),
        (Reply(status=404, body={"error": "model not found"}), "has no model imitation", "lms load"),
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

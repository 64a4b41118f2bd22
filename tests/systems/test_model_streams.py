"""Answers that are watched while they are written: whole or not at all, with the tokens they took on their spans."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from systems import names
from systems.errors import InvalidDraft, Missing
from systems.models.streaming import watched
from systems.records import Span
from systems.spans import Store
from systems.telemetry import Telemetry
from tests.systems.drafting import ASK, KNOBS, ONE, Capability, model_with
from tests.systems.imitation_server import Reply

WRITTEN = json.dumps(ONE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "spans.db")) as opened:
        yield opened


async def asked(store: Store, script: list[Any], *, watch: bool) -> tuple[Any, list[str], list[dict[str, Any]]]:
    """(the draft or what it raised, what the watcher was told, the requests), with the spans in the store."""
    told: list[str] = []
    telemetry = Telemetry(store)
    telemetry.instrument()
    async with model_with(script) as (model, server):
        with closing(telemetry), telemetry.root("run"), watched(told.append if watch else lambda text: None):
            try:
                result: Any = await model.draft(ASK, Capability, KNOBS)
            except (InvalidDraft, Missing) as error:
                result = error
    return result, told, server.requests


def chats(store: Store) -> list[Span]:
    return [span for span in store.ended() if span.attributes.get(names.OPERATION) == names.CHAT]


async def test_a_watched_draft_is_streamed_and_the_watcher_sees_it_grow(store: Store) -> None:
    drafted, told, (request,) = await asked(store, [Reply(WRITTEN, reasoning="A bird?")], watch=True)
    assert drafted.value.name == "export" and (drafted.input_tokens, drafted.output_tokens) == (11, 7)
    assert request["stream"] is True and request["stream_options"] == {"include_usage": True}
    assert len(told) > 5 and told[-1] == "A bird?" + WRITTEN
    assert all(after.startswith(before) for before, after in itertools.pairwise(told))
    (span,) = chats(store)
    assert (span.attributes[names.INPUT_TOKENS], span.attributes[names.OUTPUT_TOKENS]) == (11, 7)
    assert span.attributes[names.FINISH_REASONS] == ["stop"]


async def test_nobody_watches_unless_told_to(store: Store) -> None:
    async with model_with([ONE]) as (model, server):
        await model.draft(ASK, Capability, KNOBS)
    assert not server.requests[0].get("stream")


@pytest.mark.parametrize("events", [0, 1, 4, -2])
async def test_a_stream_that_breaks_off_is_tried_again_and_what_came_is_not_an_answer(
    store: Store, events: int
) -> None:
    broken = Reply(WRITTEN, breaks_after=events, usage=None)
    drafted, _, requests = await asked(store, [broken, ONE], watch=True)
    assert drafted.value.name == "export" and len(requests) == 2
    error, _, requests = await asked(store, [broken, broken], watch=True)
    assert isinstance(error, Missing) and "broke off its answer" in error.message and len(requests) == 2


async def test_a_stream_without_a_reason_to_finish_is_no_answer_even_when_it_looks_whole(store: Store) -> None:
    error, told, _ = await asked(store, [Reply(WRITTEN, finish_reason=None)] * 2, watch=True)
    assert isinstance(error, Missing) and told[-1] == WRITTEN


async def test_a_stream_cut_at_the_limit_is_a_truncated_draft(store: Store) -> None:
    error, _, _ = await asked(store, [Reply(WRITTEN[:9], finish_reason="length")], watch=True)
    assert isinstance(error, InvalidDraft) and error.cause == "truncated"


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (Reply(body={"error": "The model has crashed"}), Missing, "The model has crashed"),
        (Reply(body={"error": "context length of only 100 tokens"}), InvalidDraft, "too long for the context"),
        (
            Reply(
                body='data: {"error": {"message": "The channel broke."}}\n\n',
                headers={"Content-Type": "text/event-stream"},
            ),
            Missing,
            "The channel broke.",
        ),
        (Reply(body="data: {\n\n", headers={"Content-Type": "text/event-stream"}), Missing, "no chat completion"),
        (Reply(status=400, body={"error": "what?"}), Missing, "what?"),
    ],
)
async def test_an_error_instead_of_a_stream_or_within_is_told(
    store: Store, reply: Reply, kind: type[Exception], words: str
) -> None:
    error, _, _ = await asked(store, [reply], watch=True)
    assert isinstance(error, kind) and words in str(error)


# tokens that the server does not count


@pytest.mark.parametrize("watch", [True, False])
async def test_tokens_that_the_server_does_not_count_are_estimated_and_marked_on_the_span(
    store: Store, watch: bool
) -> None:
    if not watch:
        async with model_with([Reply(WRITTEN, usage=None)]) as (model, _):
            telemetry = Telemetry(store)
            telemetry.instrument()
            with closing(telemetry), telemetry.root("run"):
                drafted = await model.draft(ASK, Capability, KNOBS)
    else:
        drafted, _, _ = await asked(store, [Reply(WRITTEN, usage=None)], watch=True)
    (span,) = chats(store)
    assert span.attributes[names.INPUT_TOKENS] == drafted.input_tokens > 20
    assert span.attributes[names.OUTPUT_TOKENS] == drafted.output_tokens > 10
    assert span.attributes[names.TOKENS_ESTIMATED] == [names.INPUT_TOKENS, names.OUTPUT_TOKENS]


async def test_thoughts_are_counted_where_the_server_does_not_tell_them_apart(store: Store) -> None:
    async with model_with([Reply(WRITTEN, reasoning="Hm. " * 16)]) as (model, _):
        telemetry = Telemetry(store)
        telemetry.instrument()
        with closing(telemetry), telemetry.root("run"):
            await model.draft(ASK, Capability, KNOBS)
    (span,) = chats(store)
    assert span.attributes[names.REASONING_TOKENS] == 20
    assert span.attributes[names.TOKENS_ESTIMATED] == [names.REASONING_TOKENS]
    assert span.attributes[names.OUTPUT_TOKENS] == 7


async def test_what_the_server_counts_is_not_touched(store: Store) -> None:
    drafted, _, _ = await asked(store, [ONE], watch=True)
    (span,) = chats(store)
    assert not span.attributes.get(names.TOKENS_ESTIMATED) and drafted.output_tokens == 7

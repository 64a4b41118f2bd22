"""Answers of nothing; short answers, calls and content that was never recorded are something."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace

NOTHING = json.dumps([{"role": "assistant", "parts": []}])


@pytest.mark.parametrize("said", ["", "   ", "\n", '""', "...", "{}"])
def test_an_answer_of_nothing_is_found(said: str) -> None:
    run = Conversation("When does the train leave?")
    run.each(call("departures", "14:07", station="Zuid"))
    answer = run.says(said)
    one = only(run, "empty_output")
    assert (one.severity, one.where, one.span_ids) == ("error", "m", ids(answer))
    assert kinds(run) == {"empty_output"}


def test_an_agent_that_gives_up_over_an_empty_answer_is_one_finding() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 9, error="Exceeded maximum output retries (1)")
    spans = [trace.chat(n, n + 1, under=root, OUTPUT_MESSAGES=NOTHING, INPUT_MESSAGES="[]") for n in (1, 3)]
    other = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Let me see."}]}])
    trace.chat(0, 0.5, under=root, OUTPUT_MESSAGES=other, sent=90)
    assert only(trace, "empty_output").span_ids == ids(*spans)
    assert kinds(trace) == {"empty_output"}


def test_without_content_only_the_tokens_can_tell() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 9)
    trace.chat(0, 1, under=root)
    silent = trace.chat(1, 2, under=root, written=0)
    assert only(trace, "empty_output").span_ids == ids(silent)


@pytest.mark.parametrize("said", ["No.", "Yes", "Paid."])
def test_a_short_answer_is_an_answer(said: str) -> None:
    run = Conversation("Is invoice 4410 paid?")
    run.each(call("invoice_state", "paid", invoice=4410))
    run.says(said)
    assert kinds(run) == set()


@pytest.mark.parametrize(
    "more",
    [{}, {"finish": "tool_calls"}, {"finish": "length", "OUTPUT_MESSAGES": NOTHING}],
    ids=["not recorded", "it called a tool", "cut off"],
)
def test_what_was_not_recorded_or_has_another_reason_is_not_empty(more: dict[str, Any]) -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 9)
    for number in range(3):
        trace.chat(number, number + 1, under=root, **more)
    assert "empty_output" not in kinds(trace)

"""Kinds whose evidence stands in an attribute: reasoning, plans, guardrails, stale data, memory."""

from __future__ import annotations

from typing import Any

import pytest

from systems.records import Span
from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace


def add(trace: Trace, operation: str, **attributes: Any) -> Span:
    number = len(trace.spans)
    span = trace.span(f"{operation} it", number, number + 0.5, OPERATION=operation)
    told = {name.replace("__", "."): value for name, value in attributes.items()}
    trace.spans[-1] = span = span.model_copy(update={"attributes": span.attributes | told, "parent_id": "f" * 16})
    return span


def test_the_same_thought_three_times_in_a_row_is_a_loop() -> None:
    trace = Trace()
    thoughts = [add(trace, "reason", reasoning__chain="stuck") for _ in range(4)]
    assert only(trace, "reasoning_loop").span_ids == ids(*thoughts)


def test_other_thoughts_are_none() -> None:
    trace = Trace()
    for thought in ("step 1", "step 2", "step 1", "step 2", "step 2"):
        add(trace, "reason", reasoning__chain=thought)
    assert kinds(trace) == set()


def test_the_same_announcement_without_a_deed_is_a_loop() -> None:
    run = Conversation("Write the report.")
    said = [run.says("I will now write the report.") for _ in range(3)]
    assert only(run, "reasoning_loop").span_ids == ids(*said)


def test_the_same_words_beside_calls_that_bring_something_are_none() -> None:
    run = Conversation("Read all.")
    for number in range(4):
        run.asks(call("read", f"text {number} of the book", part=number), text="Let me read on.")
    assert "reasoning_loop" not in kinds(run)


def test_the_same_short_verdict_on_other_texts_is_none() -> None:
    trace = Trace()
    for number in range(4):
        sent = f'[{{"role": "user", "parts": [{{"type": "text", "content": "review {number}"}}]}}]'
        said = '[{"role": "assistant", "parts": [{"type": "text", "content": "This review is quite positive."}]}]'
        trace.chat(number, number + 0.5, INPUT_MESSAGES=sent, OUTPUT_MESSAGES=said)
    assert "reasoning_loop" not in kinds(trace)


@pytest.mark.parametrize(("steps", "calls", "overlong"), [(15, 3, True), (15, 15, False), (8, 1, False)])
def test_a_plan_is_too_long_when_far_less_was_done(steps: int, calls: int, overlong: bool) -> None:
    trace = Trace()
    plan = add(trace, "plan", planning__step_count=steps)
    for number in range(calls):
        add(trace, "execute_tool", gen_ai__tool__name=f"t{number}")
    trace.span("invoke_agent a", 0, 99)
    assert kinds(trace) == ({"overlong_plan"} if overlong else set())
    if overlong:
        assert only(trace, "overlong_plan").span_ids == ids(plan)


@pytest.mark.parametrize(
    ("result", "bypassed"), [("bypass", True), ("Bypassed", True), ("pass", False), ("block", False)]
)
def test_a_guardrail_is_bypassed_when_it_says_so(result: str, bypassed: bool) -> None:
    trace = Trace()
    add(trace, "guardrail", guardrail__result=result, guardrail__name="pii")
    assert kinds(trace) == ({"guardrail_bypassed"} if bypassed else set())


@pytest.mark.parametrize(("seconds", "stale"), [(7_200, True), (60, False), ("old", False)])
def test_data_is_stale_when_it_is_hours_behind(seconds: Any, stale: bool) -> None:
    trace = Trace()
    add(trace, "retrieval", retrieval__staleness_seconds=seconds)
    assert ("stale_data" in kinds(trace)) is stale


def test_a_memory_is_corrupted_when_it_says_so_or_is_not_what_was_written() -> None:
    trace = Trace()
    told = add(trace, "memory", memory__operation="read", memory__key="a", memory__corrupted=True)
    assert only(trace, "memory_corrupted").span_ids == ids(told)
    trace = Trace()
    add(trace, "memory", memory__operation="write", memory__key="a", memory__value="blue")
    add(trace, "memory", memory__operation="read", memory__key="a", memory__value="blue")
    assert kinds(trace) == set()
    other = add(trace, "memory", memory__operation="read", memory__key="a", memory__value="red")
    assert only(trace, "memory_corrupted").span_ids == ids(other)


def test_another_key_or_a_later_write_is_another_memory() -> None:
    trace = Trace()
    add(trace, "memory", memory__operation="write", memory__key="a", memory__value="blue")
    add(trace, "memory", memory__operation="read", memory__key="b", memory__value="red")
    add(trace, "memory", memory__operation="write", memory__key="a", memory__value="red")
    add(trace, "memory", memory__operation="read", memory__key="a", memory__value="red")
    assert kinds(trace) == set()

"""The same call over and over is a loop; polls that move, pages and waits are not."""

from __future__ import annotations

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Asked, Conversation, alarms, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace


def shelf(result: str = "shelf 4: 31 boxes of bolts") -> Asked:
    return call("count_shelf", result, shelf=4)


@pytest.mark.parametrize("count", [3, 6])
def test_the_same_call_with_the_same_result_in_a_row_is_a_loop(count: int) -> None:
    run = Conversation("How many boxes are on shelf 4?")
    first, *again = run.each(*[shelf()] * count)
    run.says("There are 31 boxes on shelf 4.")
    one = only(run, "call_loop")
    assert first.span_id not in one.span_ids
    assert (one.severity, one.where, one.span_ids) == ("error", "count_shelf", ids(*again))
    assert one.impact == {"seconds": pytest.approx(0.02 * (count - 1)), "calls": count - 1}
    assert "31 boxes" in one.evidence
    assert kinds(run) == {"call_loop"}


def test_times_and_request_ids_in_a_result_are_nothing_new() -> None:
    run = Conversation()
    run.each(*[shelf(f'{{"boxes": 31, "read_at": "2025-04-01T10:0{n}:00Z"}}') for n in range(4)])
    assert kinds(run) == {"call_loop"}


def test_thoughts_in_between_do_not_make_a_loop_something_else() -> None:
    run = Conversation()
    for number in range(3):
        run.each(shelf(), call("think", "", thought=f"let me count again, {number}"))
    assert "call_loop" in kinds(run)


def test_a_circle_of_three_calls_is_one_loop() -> None:
    run = Conversation()
    circle = [call("read_a", "alpha is 4", x=1), call("read_b", "beta is 5", x=2), call("read_c", "gamma is 6", x=3)]
    spans = run.each(*circle * 3)
    one = only(run, "call_loop")
    assert set(one.span_ids) == set(ids(*spans[3:]))


@pytest.mark.parametrize(
    "results",
    [
        ["12 of 40 done", "25 of 40 done", "40 of 40 done"],
        ["pending", "pending", "pending", "done: 7 pages"],
        ["queued", "queued", "queued"],
        ["ok"] * 5,
        ["31 boxes", "30 boxes", "31 boxes", "30 boxes"],
    ],
    ids=["it moves", "it moves in the end", "a few looks at a queue", "steps that are only acknowledged", "it varies"],
)
def test_polls_and_steps_are_no_loops(results: list[str]) -> None:
    run = Conversation("Tell me when it is done.")
    run.each(*[call("job_state", result, job=7) for result in results])
    run.says("It is done.")
    assert kinds(run) == set()


def test_pages_are_no_loop() -> None:
    run = Conversation("List all members.")
    run.each(*[call("members", f"page {n}: Ada {n}, Bo {n}", page=n) for n in range(1, 6)])
    run.says("Ada 1, Bo 1, Ada 2, Bo 2, Ada 3, Bo 3, Ada 4, Bo 4, Ada 5, Bo 5.")
    assert kinds(run) == set()


def test_another_agents_same_calls_are_its_own() -> None:
    trace = Trace()
    for number in range(4):
        agent = trace.span("invoke_agent a", number, number + 0.9, OPERATION="invoke_agent", AGENT=f"a{number}")
        more = {"TOOL_ARGUMENTS": '{"shelf": 4}', "TOOL_RESULT": "31 boxes"}
        trace.tool("count_shelf", number + 0.1, number + 0.2, under=agent, server=None, **more)
    assert kinds(trace) == set()


def unseen(tokens: list[tuple[int, int]], *, answer: tuple[int, int] | None = None) -> Trace:
    """Model calls with a tool call below each, and no content."""
    trace = Trace()
    for number, (sent, written) in enumerate(tokens):
        chat = trace.chat(number, number + 0.5, sent=sent, written=written)
        trace.tool("search", number + 0.1, number + 0.2, under=chat, server=None)
    if answer:
        trace.chat(90, 91, sent=answer[0], written=answer[1])
    trace.spans = [span.model_copy(update={"parent_id": span.parent_id or "f" * 16}) for span in trace.spans]
    trace.span("invoke_agent a", 0, 99)
    return trace


def loops(trace: Trace) -> list[tuple[str, ...]]:
    return [one.span_ids for one in alarms(trace) if one.kind == "call_loop"]


def test_without_content_a_model_that_learns_nothing_is_known_by_its_tokens() -> None:
    trace = unseen([(500, 200)] * 5)
    tools = [span for span in trace.spans if span.name == "execute_tool search"]
    assert loops(trace) == [ids(*tools[1:])]


@pytest.mark.parametrize(
    ("tokens", "answer"),
    [([(500 + 40 * n, 200) for n in range(6)], None), ([(500, 200)] * 3, None), ([(500, 200)] * 6, (500, 200))],
    ids=["the prompt grows", "too few", "usage says nothing"],
)
def test_without_content_nothing_else_is_told(tokens: list[tuple[int, int]], answer: tuple[int, int] | None) -> None:
    assert loops(unseen(tokens, answer=answer)) == []


def test_as_often_as_the_task_asks_for_is_no_loop() -> None:
    run = Conversation("Shake plate 2 four times for a minute.")
    run.each(*(call("shake", "shaken for 60 seconds at 300 rpm", plate=2) for _ in range(4)))
    run.says("Plate 2 has been shaken four times for 60 seconds.")
    assert kinds(run) == set()


def test_ids_and_times_of_the_call_itself_are_nothing_new() -> None:
    run = Conversation("Is line 5 on time?")
    for number in range(5):
        run.each(call("line", f'{{"state": "on time", "request_id": "r-{number}81", "took_ms": {number}7}}', line=5))
    run.says("Line 5 is on time.")
    assert kinds(run) == {"call_loop"}


def test_two_tools_asked_at_once_again_and_again_are_a_loop_of_the_turn() -> None:
    run = Conversation("Where is sample S-12?")
    for _ in range(5):
        run.asks(call("shelf", '{"here": false}', id="S-12"), call("analyser", '{"here": false}', id="S-12"))
    run.says("It is in neither of the two.")
    assert "call_loop" in kinds(run)
    assert "ping_pong" not in kinds(run)

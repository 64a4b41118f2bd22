"""Calls that ran out of time; settings, reports about time-outs and slow calls that came back did not."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.findings import find
from tests.nodes.feedback_loop.detectors.conversations import Conversation, alarms, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace


@pytest.mark.parametrize(
    "error",
    [
        "timed out",
        "Read timed out. (read timeout=1.2)",
        "TimeoutError: stock service did not answer within 1.0 s",
        "upstream request timeout",
        "deadline exceeded",
        "504 Gateway Timeout",
        "no response from the gateway in 30 s",
    ],
)
def test_a_call_that_ran_out_of_time_is_found(error: str) -> None:
    run = Conversation("How many pallets are in Gdansk?")
    (failed,) = run.each(call("stock_level", error=error, seconds=1.0, site="GDN"))
    run.says("The stock service of Gdansk did not answer.")
    one = only(run, "timeout")
    assert (one.severity, one.where, one.span_ids) == ("error", "stock_level", ids(failed))
    assert one.impact["seconds"] == pytest.approx(1.0)
    assert kinds(run) == {"timeout"}


def test_a_wrapped_exception_is_told_by_its_words() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 10)
    trace.tool("ask", 0, 1, under=root, error="TimeoutError: no answer", ERROR_TYPE="ToolRetryError")
    assert kinds(trace) == {"timeout"}


def test_one_that_a_later_attempt_made_good_is_a_note_two_are_not() -> None:
    run = Conversation("Read meter M20.")
    slow = call("read_meter", error="timed out", seconds=0.5, meter="M20")
    run.each(slow, call("read_meter", "26 l", meter="M20"))
    run.says("Meter M20 reads 26 litres.")
    assert kinds(run) == set()
    assert "timeout" in {one.kind for one in find(run.spans)}
    run.each(slow, call("read_meter", "26 l", meter="M20"))
    assert only(run, "timeout").severity == "warning"


@pytest.mark.parametrize(
    "result", ["read_timeout: 30s\non_timeout: 504 Gateway Timeout", "report R-301 ready", "Timeouts today: 12"]
)
def test_settings_and_slow_answers_are_no_time_outs(result: str) -> None:
    run = Conversation("After what time does the proxy give up?")
    run.each(call("read_settings", result, seconds=1.5, service="proxy"))
    run.says("It gives up after 30 s.")
    assert kinds(run) == set()


def test_a_model_that_did_not_answer_in_time_is_found_at_its_call() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 10, error="no answer")
    failed = trace.chat(
        1, 9, under=root, error="Error code: 504 - upstream request timeout", ERROR_TYPE="APIStatusError"
    )
    assert only(trace, "timeout").span_ids == ids(failed)
    assert kinds(trace) == {"timeout"}


def test_a_smaller_question_does_not_make_a_timeout_good_that_the_answer_tells_of() -> None:
    def asked(answer: str) -> set[str]:
        run = Conversation("How many rows did the orders load per day this week?")
        run.each(call("run_query", error="TimeoutError: time limit of 1200 ms", sql="select day, rows from orders"))
        run.each(call("run_query", "88,214", sql="select day, rows from orders where day = 11"))
        run.says(answer)
        return {one.kind for one in alarms(run)}

    assert asked("The query over the week timed out; on the 11th it was 88,214.") == {"timeout"}
    assert asked("It was 88,214 rows.") == set()

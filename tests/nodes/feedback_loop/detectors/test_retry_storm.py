"""One call again and again while it fails; honest retries, polls and calls of other things are none."""

from __future__ import annotations

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Asked, Conversation, alarms, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace

DOWN = "HTTP 503 Service Unavailable"


def slots(result: str = DOWN, error: str = "") -> Asked:
    return call("free_slots", result, error=error, clinic="7", week="W19")


@pytest.mark.parametrize("failing", [slots(), slots("", error="database is locked")], ids=["told", "raised"])
def test_four_failures_of_one_call_are_a_storm_and_nothing_else(failing: Asked) -> None:
    run = Conversation("Book a check-up.")
    spans = run.each(*[failing] * 4)
    run.says("The appointment system is unavailable.")
    one = only(run, "retry_storm")
    assert (one.severity, one.where, one.span_ids) == ("error", "free_slots", ids(*spans))
    assert one.impact.items() >= {"failures": 4.0, "calls": 4.0}.items()
    assert kinds(run) == {"retry_storm"}


def test_a_storm_that_ends_well_was_one_all_the_same() -> None:
    run = Conversation("Upload the package.")
    spans = run.each(*[slots("", error="Connection reset by peer")] * 5, slots("stored"))
    run.says("It is stored, at the sixth attempt.")
    assert only(run, "retry_storm").span_ids == ids(*spans[:5])


def test_two_tools_tried_in_turn_are_two_storms() -> None:
    run = Conversation("Compare traffic and weather.")
    for _ in range(4):
        run.asks(call("traffic", DOWN, route="E17"), call("water", DOWN, river="Leie"))
    run.says("Both are unavailable.")
    assert {one.where for one in alarms(run) if one.kind == "retry_storm"} == {"traffic", "water"}
    assert kinds(run) == {"retry_storm"}


def test_a_model_that_keeps_failing_is_a_storm() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 30, error="gave up")
    failed = [trace.chat(n, n + 0.5, under=root, error="500 overloaded", ERROR_TYPE="ServerError") for n in range(4)]
    assert only(trace, "retry_storm").span_ids == ids(*failed)


def test_three_failures_or_a_success_in_between_are_no_storm() -> None:
    run = Conversation("Book a check-up.")
    run.each(*[slots()] * 3)
    run.says("It is unavailable.")
    assert "retry_storm" not in kinds(run)
    run.each(slots("May 7, 10:00"), *[slots()] * 3)
    run.says("It is unavailable again.")
    assert "retry_storm" not in kinds(run)


def test_a_check_that_fails_again_after_every_change_is_no_storm() -> None:
    run = Conversation("Make the checks green.")
    for number in range(5):
        run.each(call("run_checks", error="exit 1: 3 failed", folder="web"), call("edit", "ok", line=number))
    run.says("The checks still fail.")
    assert "retry_storm" not in kinds(run)


def test_failures_over_ever_other_things_are_no_storm_but_failures() -> None:
    run = Conversation("Close valves A, B, C and D.")
    spans = run.each(*[call("close_valve", error=f"actuator {name} is stuck", field=name) for name in "ABCD"])
    run.says("None of the valves could be closed.")
    assert only(run, "tool_error").span_ids == ids(*spans)
    assert "retry_storm" not in kinds(run)


def test_calls_of_which_nothing_but_the_failure_is_known_are_failures() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 30)
    for number in range(5):
        span = trace.tool("search", number, number + 0.5, under=root, ERROR_TYPE="error")
        trace.spans[-1] = span.model_copy(update={"status": "error"})
    assert kinds(trace) == {"tool_error"}


def test_arguments_that_are_refused_for_their_form_are_no_storm() -> None:
    run = Conversation("Move maths to the fourth lesson.")
    run.each(*[call("move", error="missing a required argument: 'class_name'", day="Tuesday")] * 4)
    run.says("The timetable does not accept my request.")
    assert "retry_storm" not in kinds(run)
    assert "invalid_output" in kinds(run)

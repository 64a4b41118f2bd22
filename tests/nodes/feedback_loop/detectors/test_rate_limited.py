"""Calls that were refused for their number; figures and manuals about limits are none."""

from __future__ import annotations

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace

REFUSED = '{"error": {"code": 429, "message": "Too Many Requests: quota of 10 requests per minute exceeded"}}'


@pytest.mark.parametrize(
    "result", [REFUSED, "429 Too Many Requests (retry-after: 60)", "Rate limit exceeded. Retry in 30 seconds."]
)
def test_refusals_are_found_once_per_tool_and_not_as_failures_of_the_tool(result: str) -> None:
    run = Conversation("Where are Nordschule and Lindenschule?")
    spans = run.each(*[call("geocode", result, place=place) for place in ("Nordschule", "Lindenschule")])
    run.says("The geocoder's quota is used up, so I cannot tell.")
    one = only(run, "rate_limited")
    assert (one.severity, one.where, one.span_ids) == ("error", "geocode", ids(*spans))
    assert kinds(run) == {"rate_limited"}


def test_one_refusal_before_a_call_that_went_through_is_a_note() -> None:
    run = Conversation("Where is Nordschule?")
    run.each(call("geocode", REFUSED, place="Nordschule"), call("geocode", "53.08, 8.81", place="Nordschule"))
    run.says("At 53.08, 8.81.")
    assert kinds(run) == set()


def test_a_model_that_refuses_and_then_answers_is_a_note() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 10)
    trace.chat(0, 1, under=root, error="Rate limit reached for tokens per min", ERROR_TYPE="RateLimitError")
    trace.chat(2, 3, under=root)
    assert kinds(trace) == set()


@pytest.mark.parametrize(
    "result",
    [
        '{"200": 98113, "429": 1377, "note": "429 Too Many Requests by 19 clients"}',
        "Limits: 600 requests per minute and key. Beyond that the API answers 429; 'Rate limit exceeded' is no error.",
    ],
)
def test_figures_and_manuals_about_limits_are_no_refusals(result: str) -> None:
    run = Conversation("How many were turned away?")
    run.each(call("status_counts", result, day="yesterday"))
    run.says("1,377 requests were turned away yesterday, out of 98,113.")
    assert not kinds(run) & {"rate_limited", "tool_error"}

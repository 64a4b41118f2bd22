"""Where most of the time goes is worth a note, and never more."""

from __future__ import annotations

from nodes.feedback_loop.findings import find
from systems.records import Finding
from tests.nodes.feedback_loop.traces import Trace


def notes(trace: Trace) -> list[Finding]:
    return [one for one in find(trace.spans) if one.kind == "bottleneck"]


def test_a_tool_that_most_of_the_time_goes_to_is_noted_with_its_longest_call() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 20)
    trace.chat(0, 1, under=root)
    trace.tool("build", 1, 5, under=root, server=None)
    longest = trace.tool("build", 6, 11, under=root, server=None)
    (one,) = notes(trace)
    assert (one.severity, one.where, one.span_ids) == ("info", "build", (longest.span_id,))
    assert one.impact == {"seconds": 9}


def test_time_of_calls_at_the_same_time_counts_once() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 20)
    trace.chat(0, 4, under=root)
    for number in range(4):
        trace.tool("ask", 5, 7 + number / 100, under=root, server=None, TOOL_ARGUMENTS=f'{{"n": {number}}}')
    assert notes(trace) == []


def test_that_the_only_model_takes_the_time_is_no_news() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 20)
    trace.chat(0, 4, under=root)
    trace.chat(5, 9, under=root)
    trace.tool("ask", 4, 4.2, under=root)
    assert notes(trace) == []

"""Starts of tool servers that were waited for are worth a note."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.findings import find
from tests.nodes.feedback_loop.traces import Trace


def test_a_start_that_took_long_is_noted_and_explains_the_slow_call() -> None:
    trace = Trace()
    root = trace.span("invoke_workflow specloop", 0, 20)
    for number in range(4):
        trace.tool("log", number, number + 0.1, under=root, ARGUMENTS_HASH=str(number))
    late = trace.tool("log", 10, 14, under=root, ARGUMENTS_HASH="9")
    start = trace.span("start_server git", 10, 13.5, under=late, COLD=True)
    (one,) = (one for one in find(trace.spans) if one.kind != "bottleneck")
    assert (one.kind, one.severity, one.where, one.span_ids) == ("cold_start", "info", "git", (start.span_id,))
    assert one.impact["seconds"] == 3.5


@pytest.mark.parametrize(("seconds", "cold"), [(0.3, True), (3.0, False)])
def test_short_starts_and_warm_ones_are_not(seconds: float, cold: bool) -> None:
    trace = Trace()
    trace.span("start_server git", 0, seconds, COLD=cold)
    assert find(trace.spans) == ()

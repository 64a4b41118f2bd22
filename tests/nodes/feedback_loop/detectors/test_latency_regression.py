"""Operations slower than in earlier runs, beyond chance; noise, few calls and no history show nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.feedback_loop.calls.history import MOST, history
from nodes.feedback_loop.findings import find
from nodes.feedback_loop.reading.operations import read
from systems.records import Finding
from tests.nodes.feedback_loop.traces import Trace

USUAL = [0.2 + n % 7 / 100 for n in range(30)]


def run(*seconds: float) -> Trace:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 10_000)
    for at, took in enumerate(seconds):
        trace.tool("search", at * 10, at * 10 + took, under=root, server=None, TOOL_ARGUMENTS=f'{{"n": {at}}}')
    return trace


def regressions(now: Trace, before: Trace) -> list[Finding]:
    known = history(map(read, before.spans))
    return [one for one in find(now.spans, history=known) if one.kind == "latency_regression"]


def test_calls_that_take_twice_as_long_as_before_are_found_with_the_slowest_of_them() -> None:
    now = run(*[0.45 + n / 100 for n in range(8)])
    (one,) = regressions(now, run(*USUAL))
    assert (one.severity, one.where) == ("warning", "search")
    assert one.span_ids == tuple(span.span_id for span in reversed(now.spans[-5:]))
    assert one.impact == {"seconds": pytest.approx(8 * 0.255, abs=0.01), "calls": 8}
    assert "p=" in one.evidence


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (USUAL[:8], USUAL),
        ([0.5] * 4, USUAL),
        ([0.5] * 8, USUAL[:9]),
        ([0.2] * 7 + [9.0], USUAL),
        ([0.28] * 8, USUAL),
        ([0.004] * 8, [0.001] * 30),
        ([0.1, 0.5, 0.1, 0.5, 0.5], [0.1, 0.6] * 8 + [0.1]),
    ],
    ids=["alike", "few calls", "short history", "one outlier", "a little slower", "nobody's wait", "chance"],
)
def test_anything_else_is_no_regression(now: list[float], before: list[float]) -> None:
    assert regressions(run(*now), run(*before)) == []


def test_without_a_history_there_is_nothing_to_compare_with() -> None:
    assert [one.kind for one in find(run(*[3.0] * 9).spans)] == []


@given(st.lists(st.floats(0, 100), max_size=40))
def test_a_history_is_sorted_by_title_and_leaves_failures_out(seconds: list[float]) -> None:
    trace = run(*seconds)
    trace.tool("search", 0, 500, server=None, error="boom")
    known = history(map(read, trace.spans))
    assert list(known.get("execute_tool search", ())) == sorted(one.seconds for one in map(read, trace.spans[1:-1]))


def test_a_long_history_is_sampled() -> None:
    operation = read(run(0.5).spans[-1])
    known = history(replace(operation, end_ns=operation.start_ns + n) for n in range(5 * MOST))
    (sample,) = known.values()
    assert len(sample) == MOST
    assert sample[MOST // 2] == pytest.approx(2.5 * MOST / 1e9, rel=0.15)

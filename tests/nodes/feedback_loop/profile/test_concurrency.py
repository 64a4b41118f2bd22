"""How many calls were at work at once, against counting them second by second."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from nodes.feedback_loop.profile import profile
from tests.nodes.feedback_loop.traces import Trace


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20), st.sampled_from("ab")), min_size=1, max_size=25))
def test_mean_and_most_are_what_counting_gives(calls: list[tuple[int, int, str]]) -> None:
    trace = Trace()
    root = trace.span("root", 0, 100)
    for start, seconds, tool in calls:
        trace.tool(tool, start, start + seconds, under=root)
    found = profile(trace.spans)
    each = [(tool, found.tools[f"git.{tool}"]) for tool in {tool for *_, tool in calls}]
    for tools, totals in (("ab", found.total), ("ab", found.servers["git"]), *each):
        at_work = [sum(s <= second < s + n for s, n, tool in calls if tool in tools) for second in range(80)]
        busy = [count for count in at_work if count]
        assert totals.max_concurrency == max(busy)
        assert totals.mean_concurrency == approx(sum(busy) / len(busy))


def test_a_call_that_starts_as_another_ends_is_not_at_work_beside_it() -> None:
    trace = Trace()
    for start in (0, 2, 4):
        trace.tool("a", start, start + 2)
    assert profile(trace.spans).total.max_concurrency == 1


def test_calls_that_took_no_time_were_at_work_one_by_one() -> None:
    trace = Trace()
    trace.tool("a", 1, 1)
    assert (profile(trace.spans).total.max_concurrency, profile(trace.spans).total.mean_concurrency) == (1, 1)

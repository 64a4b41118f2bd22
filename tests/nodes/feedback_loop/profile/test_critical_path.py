"""The chain of spans that decided how long a trace took, whatever the trace is like."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from nodes.feedback_loop.profile import Profiler, own_seconds, profile
from nodes.feedback_loop.reading.operations import read
from systems.records import Span
from tests.nodes.feedback_loop.traces import SECOND, TRACE, Trace


def path(spans: Sequence[Span]) -> list[tuple[str, float]]:
    return [(name, seconds) for _, name, seconds in profile(spans).critical_path]


def test_it_takes_the_branch_that_was_waited_for() -> None:
    trace = Trace()
    root = trace.span("root", 0, 10)
    trace.span("first", 0, 2, under=root)
    trace.span("short branch", 2, 5, under=root)
    branch = trace.span("long branch", 2, 8, under=root)
    trace.span("inner", 3, 7, under=branch)
    trace.span("beside", 6, 8.5, under=root)
    trace.span("last", 8.5, 10, under=root)
    assert path(trace.spans) == [("root", 1), ("first", 2), ("short branch", 3), ("beside", 2.5), ("last", 1.5)]


def test_it_goes_down_into_the_longest_of_parallel_branches() -> None:
    trace = Trace()
    root = trace.span("root", 0, 8)
    trace.span("short branch", 0, 5, under=root)
    branch = trace.span("long branch", 0, 7, under=root)
    trace.span("inner", 1, 6, under=branch)
    assert path(trace.spans) == [("root", 1), ("long branch", 2), ("inner", 5)]


def test_of_branches_that_end_together_or_never_it_takes_the_longest() -> None:
    trace = Trace()
    root = trace.span("root", 0, 8)
    trace.span("a", 3, 8, under=root)
    trace.span("b", 1, 8, under=root)
    trace.span("left behind", 2, 20, under=root)
    assert path(trace.spans) == [("root", 1), ("b", 7)]


def test_a_child_that_sticks_out_of_its_parent_is_cut() -> None:
    trace = Trace()
    root = trace.span("root", 5, 10)
    trace.span("early", 3, 7, under=root)
    trace.span("late", 8, 14, under=root)
    trace.span("elsewhere", 20, 30, under=root)
    assert path(trace.spans)[:2] == [("early", 2), ("root", 1)]
    assert own_seconds(trace.spans)[TRACE, root.span_id] == 1


def test_orphans_hang_on_the_root_that_lasted_longest() -> None:
    trace = Trace()
    trace.span("short root", 0, 1)
    trace.span("long root", 1, 9)
    lost = Span(
        trace_id=TRACE, span_id="f" * 16, parent_id="e" * 16, name="lost", start_ns=2 * SECOND, end_ns=5 * SECOND
    )
    assert path([*trace.spans[:2], lost]) == [("short root", 1), ("long root", 5), ("lost", 3)]


def test_spans_of_a_loop_whose_root_has_not_ended_come_one_after_another() -> None:
    trace = Trace()
    run = trace.span("run", 0, 100)
    for number in range(3):
        trace.span(f"node {number}", number * 10, number * 10 + 8, under=run)
    found = profile(trace.spans[1:])
    assert [seconds for *_, seconds in found.critical_path] == [8, 8, 8]
    assert (found.seconds, found.critical_seconds) == (28, 24)


def test_a_long_path_is_told_by_its_longest_links() -> None:
    trace = Trace()
    root = trace.span("root", 0, 3_000)
    for number in range(1_500):
        trace.span("short" if number % 2 else "long", 2 * number, 2 * number + (1 if number % 2 else 2), under=root)
    found = profile(trace.spans)
    assert len(found.critical_path) == 1_000
    assert sum(name == "long" for _, name, _ in found.critical_path) == 750
    assert found.critical_path[0][1] == "root" and found.critical_seconds == 3_000


@st.composite
def traces(draw: st.DrawFn) -> list[Span]:
    """One root of 100 seconds; below it spans with any times, and parents that are missing, late or in a circle."""
    ids = [f"{number:016x}" for number in range(draw(st.integers(1, 12)))]
    spans = []
    for number, span_id in enumerate(ids):
        start = draw(st.integers(-20, 120)) if number else 0
        end = start + draw(st.integers(-5, 130)) if number else 100
        parent = draw(st.sampled_from([*ids, "missing"])) if number else None
        spans.append(
            Span(
                trace_id=TRACE,
                span_id=span_id,
                parent_id=parent,
                name=f"s{number}",
                start_ns=start * SECOND,
                end_ns=end * SECOND,
            )
        )
    return draw(st.permutations(spans))


def seen(spans: Sequence[Span]) -> Profiler:
    """Observed as they come: in no order at all."""
    profiler = Profiler()
    for span in spans:
        profiler.observe(read(span))
    return profiler


def inside(spans: Sequence[Span]) -> list[Span]:
    """Cut to the root's time, so that the trace lasts as long as its root."""
    return [
        span.model_copy(
            update={
                "start_ns": min(max(span.start_ns, 0), 100 * SECOND),
                "end_ns": min(max(span.end_ns, 0), 100 * SECOND),
            }
        )
        for span in spans
    ]


@given(traces())
def test_shares_add_up_to_what_the_root_took(spans: list[Span]) -> None:
    for found in (profile(inside(spans)), seen(inside(spans)).profile()):
        assert sum(seconds for *_, seconds in found.critical_path) == approx(100)
        assert found.critical_seconds == approx(100)


@given(traces())
def test_shares_of_the_root_and_what_is_below_it_never_exceed_the_trace(spans: list[Span]) -> None:
    found = seen(spans).profile()
    shares = [seconds for *_, seconds in found.critical_path]
    assert all(share > 0 for share in shares)
    assert sum(shares) + 1e-6 >= 100
    assert sum(shares) <= found.seconds + 1e-6


@given(traces())
def test_the_order_in_which_spans_come_changes_no_time(spans: list[Span]) -> None:
    ordered, anyhow = profile(spans), seen(spans).profile()
    assert (ordered.seconds, ordered.critical_seconds) == (anyhow.seconds, anyhow.critical_seconds)


@given(st.lists(st.tuples(st.integers(-20, 120), st.integers(-5, 130)), max_size=10))
def test_own_time_is_what_no_child_covers(times: list[tuple[int, int]]) -> None:
    trace = Trace()
    root = trace.span("root", 0, 100)
    for start, seconds in times:
        trace.span("child", start, start + seconds, under=root)
    free = [second for second in range(100) if not any(start <= second < start + length for start, length in times)]
    assert own_seconds(trace.spans)[TRACE, root.span_id] == len(free)

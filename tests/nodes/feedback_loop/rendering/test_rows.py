"""Spans as rows to draw."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from nodes.feedback_loop.reading.operations import read
from nodes.feedback_loop.rendering import Rows
from systems.records import Span
from tests.nodes.feedback_loop.rendering.reports import rows
from tests.nodes.feedback_loop.traces import Trace


def drawn(spans: list[Span], most: int = 1_000) -> list[tuple[int, str]]:
    return [(depth, row.title) for depth, row in rows(spans, most).tree()]


def test_parents_come_before_their_children_and_brothers_by_start() -> None:
    trace = Trace()
    root = trace.span("root", 0, 9)
    late = trace.span("late", 5, 6, under=root)
    early = trace.span("early", 1, 2, under=root)
    trace.span("inner", 5, 6, under=late)
    assert drawn(trace.spans) == [(0, "root"), (1, "early"), (1, "late"), (2, "inner")]
    assert drawn([early, late]) == [(0, "early"), (0, "late")], "without their parent they stand at the top"


def test_traces_are_kept_apart() -> None:
    one, two = Trace("1" * 32), Trace("2" * 32)
    first = one.span("first", 0, 9)
    two.span("second", 1, 2)
    one.span("inner", 3, 4, under=first)
    assert drawn(one.spans + two.spans) == [(0, "first"), (1, "inner"), (0, "second")]


def test_of_too_many_spans_the_failed_and_the_longest_stay_and_the_rest_is_counted() -> None:
    trace = Trace()
    root = trace.span("root", 0, 100)
    for number in range(20):
        trace.span(f"step {number}", number, number + 1 + number / 100, under=root)
    trace.span("broken", 0, 0, under=root, error="no")
    kept = rows(trace.spans, most=4)
    assert [row.title for _, row in kept.tree()] == ["root", "broken", "step 18", "step 19"]
    assert (len(kept), kept.left_out) == (4, 18)


def test_with_no_room_nothing_is_kept() -> None:
    kept = Rows(0)
    kept.observe(read(Trace().span("one")))
    assert (list(kept.tree()), kept.left_out) == ([], 1)


def test_long_texts_are_cut_and_say_by_how_much() -> None:
    trace = Trace()
    trace.tool("t", TOOL_RESULT="x" * 5_000)
    ((_, row),) = rows(trace.spans).tree()
    assert row.texts["result"] == "x" * 1_000 + "… (4,000 characters more)"


@given(st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))))
def test_every_span_is_drawn_once_whatever_the_parents(given_spans: list[tuple[int, int | None, int, int]]) -> None:
    spans = [
        Span(
            trace_id="a" * 32,
            span_id=f"{own:016x}",
            parent_id=None if parent is None else f"{parent:016x}",
            name=f"{own}",
            start_ns=start,
            end_ns=end,
        )
        for own, parent, start, end in given_spans
    ]
    kept = rows(spans)
    tree = list(kept.tree())
    assert len(tree) == len({span.span_id for span in spans})
    assert all(depth <= before + 1 for (before, _), (depth, _) in itertools.pairwise(tree))

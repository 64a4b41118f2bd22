from hypothesis import given
from hypothesis import strategies as st

from nodes.feedback_loop import tree
from systems.records import Span
from tests.nodes.feedback_loop.traces import Trace

IDS = [f"{number:016x}" for number in range(1, 9)]


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """Spans with any parents: missing, themselves, in circles; ids may come twice."""
    return [
        Span(
            trace_id=draw(st.sampled_from(["a" * 32, "b" * 32])),
            span_id=draw(st.sampled_from(IDS)),
            parent_id=draw(st.sampled_from([None, *IDS, "f" * 16])),
            name=draw(st.sampled_from(["x", "y"])),
            start_ns=draw(st.integers(0, 5)),
            end_ns=draw(st.integers(0, 5)),
        )
        for _ in range(draw(st.integers(0, 12)))
    ]


def outline(forest: tree.Tree) -> list[tuple[int, str]]:
    return [(depth, span.name) for depth, span in forest.walk()]


@given(spans())
def test_every_span_is_in_the_tree_exactly_once(flat: list[Span]) -> None:
    walked = [tree.key(span) for _, span in tree.build(flat).walk()]
    assert sorted(walked) == sorted({tree.key(span) for span in flat})


@given(spans(), st.randoms(use_true_random=False))
def test_the_order_in_which_spans_come_does_not_matter(flat: list[Span], random: object) -> None:
    shuffled = list(flat)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert list(tree.build(shuffled).walk()) == list(tree.build(flat).walk())


@given(spans())
def test_a_parent_that_is_there_stays_the_parent_but_for_one_span_per_circle(flat: list[Span]) -> None:
    forest = tree.build(flat)
    known = {tree.key(span): span for _, span in forest.walk()}
    for span in known.values():
        parent = forest.parent(span)
        if parent is not None and parent.span_id != span.parent_id:
            assert parent.parent_id is None, "what is moved hangs on a root"
            assert (span.trace_id, span.parent_id) not in known or in_circle(span, known)


@given(spans())
def test_no_tree_mixes_traces_and_ancestors_end_at_a_root(flat: list[Span]) -> None:
    forest = tree.build(flat)
    for _, span in forest.walk():
        line = [span, *forest.ancestors(span)]
        assert line[-1] in forest.roots
        assert {one.trace_id for one in line} == {span.trace_id}


def in_circle(span: Span, known: dict[tree.Key, Span]) -> bool:
    seen: set[tree.Key] = set()
    current: Span | None = span
    while current is not None and tree.key(current) not in seen:
        seen.add(tree.key(current))
        current = known.get((current.trace_id, current.parent_id or ""))
    return current is span


def test_children_stand_under_their_parent_although_they_start_before_it() -> None:
    trace = Trace()
    root = trace.span("root", 5, 9)
    child = trace.span("child", 1, 2, under=root)
    trace.span("grandchild", 0, 9, under=child)
    assert outline(tree.build(reversed(trace.spans))) == [(0, "root"), (1, "child"), (2, "grandchild")]


def test_a_span_without_its_parent_hangs_on_the_root() -> None:
    trace = Trace()
    trace.span("root", 0, 9)
    lost = trace.span("never ended", 1, 2)
    trace.spans.remove(lost)
    trace.span("orphan", 3, 4, under=lost)
    assert outline(tree.build(trace.spans)) == [(0, "root"), (1, "orphan")]


def test_without_any_root_orphans_are_roots() -> None:
    trace = Trace()
    lost = trace.span("never ended")
    trace.span("one", 1, 2, under=lost)
    trace.span("two", 2, 3, under=lost)
    assert outline(tree.build(trace.spans[1:])) == [(0, "one"), (0, "two")]


def test_a_circle_is_opened_at_its_earliest_span() -> None:
    trace = Trace()
    first, second = trace.span("first", 1, 2), trace.span("second", 2, 3)
    flat = [
        first.model_copy(update={"parent_id": second.span_id}),
        second.model_copy(update={"parent_id": first.span_id}),
    ]
    assert outline(tree.build(flat)) == [(0, "first"), (1, "second")]


def test_a_chain_of_thousands_is_no_problem() -> None:
    trace = Trace()
    above = None
    for number in range(5_000):
        above = trace.span("link", number, 9_999, under=above)
    assert max(depth for depth, _ in tree.build(trace.spans).walk()) == 4_999

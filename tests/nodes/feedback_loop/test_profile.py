from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from nodes.feedback_loop import tree
from nodes.feedback_loop.profile import profile
from systems.records import Span
from tests.nodes.feedback_loop.traces import Trace


def test_only_model_and_tool_calls_are_in_the_total() -> None:
    trace = Trace()
    root = trace.span("invoke_workflow specloop", 0, 10, OPERATION="invoke_workflow")
    node = trace.span("execution", 0, 9, under=root, NODE="execution")
    trace.chat(0, 4, under=node)
    trace.tool("git_log", 4, 6, under=node, error="boom")
    trace.validate(start=7, end=8, under=root, error="no")
    total = profile(trace.spans).total
    assert (total.calls, total.failures, total.seconds) == (2, 1, 6)
    assert (total.input_tokens, total.output_tokens) == (100, 50)


def test_overlapping_children_are_taken_off_once() -> None:
    trace = Trace()
    node = trace.span("answer", 0, 10, NODE="answer")
    trace.tool("a", 1, 5, under=node, NODE="answer")
    trace.tool("b", 3, 7, under=node, NODE="answer")
    trace.tool("c", 4, 6, under=node, NODE="answer")
    trace.tool("outlives its parent", 9, 12, under=node, NODE="answer")
    found = profile(trace.spans)
    assert found.nodes["answer"].seconds == 10
    assert found.nodes["answer"].self_seconds == approx(3 + 4 + 4 + 2 + 3)


def test_spans_without_a_node_belong_to_their_ancestors() -> None:
    trace = Trace()
    root = trace.span("root", 0, 10)
    node = trace.span("execution", 1, 9, under=root, NODE="execution")
    trace.chat(2, 8, under=trace.span("retry", 2, 8, under=node))
    nodes = profile(trace.spans).nodes
    assert nodes["execution"].seconds == 8
    assert nodes["execution"].output_tokens == 50
    assert nodes["(no node)"].self_seconds == 2


def test_tools_are_told_apart_by_server_and_models_by_name() -> None:
    trace = Trace()
    trace.tool("read", server="files")
    trace.tool("read", server="git")
    trace.tool("read", server=None)
    trace.chat()
    found = profile(trace.spans)
    assert set(found.tools) == {"files.read", "git.read", "read"}
    assert set(found.models) == {"m"}


def test_the_critical_path_takes_the_branch_that_was_waited_for() -> None:
    trace = Trace()
    root = trace.span("root", 0, 10)
    trace.span("first", 0, 2, under=root)
    trace.span("short branch", 2, 5, under=root)
    branch = trace.span("long branch", 2, 8, under=root)
    trace.span("inner", 3, 7, under=branch)
    trace.span("beside", 6, 8.5, under=root)
    trace.span("last", 8.5, 10, under=root)
    path = [(name, seconds) for _, name, seconds in profile(trace.spans).critical_path]
    assert path == [("root", 1), ("first", 2), ("short branch", 3), ("beside", 2.5), ("last", 1.5)]


def test_the_critical_path_goes_down_into_the_longest_of_parallel_branches() -> None:
    trace = Trace()
    root = trace.span("root", 0, 8)
    trace.span("short branch", 0, 5, under=root)
    branch = trace.span("long branch", 0, 7, under=root)
    trace.span("inner", 1, 6, under=branch)
    path = [(name, seconds) for _, name, seconds in profile(trace.spans).critical_path]
    assert path == [("root", 1), ("long branch", 2), ("inner", 5)]


@st.composite
def nested(draw: st.DrawFn) -> list[Span]:
    """One root, and spans below any of those before."""
    trace = Trace()
    trace.span("root", 0, 100)
    for number in range(draw(st.integers(0, 10))):
        start = draw(st.integers(-5, 105))
        above = trace.spans[draw(st.integers(0, number))]
        trace.span(f"s{number}", start, start + draw(st.integers(-3, 60)), under=above)
    return trace.spans


@given(nested())
def test_shares_of_the_critical_path_add_up_to_what_the_root_took(spans: list[Span]) -> None:
    path = profile(spans[:1]).critical_path if len(spans) == 1 else profile(inside(spans)).critical_path
    assert sum(seconds for *_, seconds in path) == approx(100)


@given(nested())
def test_self_time_is_never_negative_nor_more_than_the_span(spans: list[Span]) -> None:
    for totals in profile(spans).nodes.values():
        assert 0 <= totals.self_seconds <= sum(span.seconds for span in spans) + 1e-9


def inside(spans: list[Span]) -> list[Span]:
    """Cut to the root's time, so that the root is what lasted longest."""
    end = spans[0].end_ns
    return [
        span.model_copy(update={"end_ns": min(span.end_ns, end), "start_ns": max(0, span.start_ns)}) for span in spans
    ]


def test_no_spans_make_an_empty_profile() -> None:
    empty = profile([])
    assert (empty.seconds, empty.total.calls, empty.critical_path) == (0, 0, ())


def test_tokens_of_a_cut_off_call_are_read_from_its_message() -> None:
    trace = Trace()
    trace.chat(error="the length limit was reached - CompletionUsage(completion_tokens=3, prompt_tokens=32)")
    assert tree.build(trace.spans).roots
    total = profile(trace.spans).total
    assert (total.input_tokens, total.output_tokens) == (32, 3)

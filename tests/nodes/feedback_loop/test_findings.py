from hypothesis import given
from hypothesis import strategies as st

from nodes.feedback_loop.findings import find
from systems.policy import LoopKnobs
from systems.records import SEVERITIES
from tests.nodes.feedback_loop.traces import Trace

KNOBS = LoopKnobs()


def test_a_failure_that_went_up_through_tools_is_one_finding_at_the_innermost() -> None:
    trace = Trace()
    outer = trace.tool("delegate", 0, 9, server="agents", error="inner failed")
    inner = trace.tool("search", 1, 8, under=trace.span("invoke_agent x", 1, 8.5, under=outer), error="boom")
    (one,) = find(trace.spans, knobs=KNOBS)
    assert (one.where, one.span_ids) == ("git.search", (inner.span_id,))


def test_two_causes_are_two_findings_worst_first() -> None:
    trace = Trace()
    trace.span("start_server git", 0, 1, COLD=True)
    trace.validate(start=1, end=2, error="no SHALL")
    trace.validate(start=3, end=4)
    trace.tool("log", 4, 5, error="boom")
    severities = [one.severity for one in find(trace.spans, knobs=KNOBS)]
    assert severities == ["error", "warning", "info"]


@st.composite
def loops(draw: st.DrawFn) -> Trace:
    """Anything a loop may hold, under anything."""
    trace = Trace()
    for number in range(draw(st.integers(0, 12))):
        under = draw(st.sampled_from([None, *trace.spans])) if trace.spans else None
        start = draw(st.integers(0, 9))
        more = {"error": draw(st.sampled_from(["", "boom", "timed out"])), "LOOP": draw(st.sampled_from([None, 1, 2]))}
        add = draw(st.sampled_from([trace.tool, trace.chat, trace.draft, trace.validate, trace.span]))
        named = () if add == trace.chat else (draw(st.sampled_from(["specs", "design", "start_server x"])),)
        add(*named, start=start, end=start + draw(st.integers(0, 9)), under=under, REPAIR=number, **more)  # type: ignore[operator]
    return trace


@given(loops(), st.randoms(use_true_random=False))
def test_findings_are_the_same_in_whatever_order_spans_come_and_cite_spans_that_exist(
    trace: Trace, random: object
) -> None:
    first = find(trace.spans, knobs=KNOBS)
    random.shuffle(trace.spans)  # type: ignore[attr-defined]
    assert find(trace.spans, knobs=KNOBS) == first
    known = {span.span_id for span in trace.spans}
    assert all(one.span_ids and set(one.span_ids) <= known for one in first)
    assert [SEVERITIES.index(one.severity) for one in first] == sorted(
        (SEVERITIES.index(one.severity) for one in first), reverse=True
    )


@given(loops())
def test_earlier_spans_are_compared_with_but_never_reported(trace: Trace) -> None:
    half = len(trace.spans) // 2
    now, earlier = trace.spans[half:], trace.spans[:half]
    cited = {span_id for one in find(now, knobs=KNOBS, earlier=earlier) for span_id in one.span_ids}
    assert cited <= {span.span_id for span in now}

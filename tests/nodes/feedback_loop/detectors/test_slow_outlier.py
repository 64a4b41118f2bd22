"""One call far slower than its like; even slowness, long answers and unsteady models are none."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.findings import find
from tests.nodes.feedback_loop.detectors.conversations import Conversation, alarms, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace


def reads(run: Conversation, *seconds: float) -> tuple[str, ...]:
    calls = [call("read_meter", f"{n} l", seconds=took, meter=f"M{n}") for n, took in enumerate(seconds)]
    return ids(*run.each(*calls))


def models(*seconds: float, written: int = 50) -> tuple[Trace, tuple[str, ...]]:
    trace, now = Trace(), 0.0
    root = trace.span("invoke_agent a", 0, 1_000)
    spans = []
    for took in seconds:
        spans.append(trace.chat(now, now + took, under=root, written=written))
        now += took + 0.1
    return trace, ids(*spans)


def test_a_tool_call_far_slower_than_the_others_is_found() -> None:
    run = Conversation("Where does the flow drop?")
    spans = reads(run, 0.08, 0.07, 0.09, 1.5, 0.08)
    run.says("Nowhere: 0, 1, 2, 3, 4 litres.")
    one = only(run, "slow_outlier")
    assert (one.severity, one.where, one.span_ids) == ("warning", "read_meter", spans[3:4])
    assert one.impact == {"seconds": pytest.approx(1.42), "calls": 1}
    assert one.evidence.startswith("1.50 s")


def test_a_model_call_far_slower_than_the_others_is_found() -> None:
    trace, spans = models(0.1, 0.2, 3.0, 0.1, 0.2)
    assert only(trace, "slow_outlier").span_ids == spans[2:3]


def test_tools_are_compared_by_their_names_whatever_their_spans_are_called() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 100)
    names = ["look", "look", "look", "build", "look"]
    for at, name in enumerate(names):
        span = trace.tool(name, at, at + (0.9 if name == "build" else 0.05), under=root)
        trace.spans[-1] = span.model_copy(update={"name": "running tool"})
    assert kinds(trace) == set()


@pytest.mark.parametrize(
    "seconds",
    [(0.5, 0.52, 0.49, 0.51, 0.5), (0.02, 0.02, 0.03, 0.02, 0.3), (0.1, 0.1, 3.0), (0.1, 0.1, 0.1, 1.9, 2.0, 2.1)],
    ids=["evenly slow", "short", "few peers", "many are slow"],
)
def test_even_short_and_unsteady_calls_are_no_outliers(seconds: tuple[float, ...]) -> None:
    run = Conversation("Read the meters.")
    reads(run, *seconds)
    run.says("0 l, 1 l, 2 l, 3 l, 4 l, 5 l.")
    assert "slow_outlier" not in kinds(run)


def test_a_model_is_never_even() -> None:
    trace, _ = models(0.03, 0.04, 0.02, 0.85, 0.05)
    assert kinds(trace) == set()


def test_a_model_call_that_wrote_much_more_may_take_longer() -> None:
    trace, _ = models(0.1, 0.1, 0.1, 0.1, written=10)
    trace.chat(50, 53, under=trace.spans[0], written=600)
    assert kinds(trace) == set()


def test_a_tool_that_runs_inside_of_a_model_call_is_not_the_models_time() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 100)
    for at in range(5):
        model = trace.chat(at * 3, at * 3 + (2.1 if at == 3 else 0.1), under=root)
        if at == 3:
            trace.tool("build", 9.05, 11.0, under=model, server=None)
    assert kinds(trace) == set()


def test_many_peers_are_compared_in_bounded_memory() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 10_000)
    for at in range(600):
        trace.tool("look", at, at + 0.1, under=root, TOOL_ARGUMENTS=f'{{"n": {at}}}')
    slow = trace.tool("look", 700, 709, under=root, TOOL_ARGUMENTS='{"n": 700}')
    (one,) = (one for one in find(trace.spans) if one.kind == "slow_outlier")
    assert one.span_ids == ids(slow)


def test_a_first_call_that_tells_of_a_start_was_a_cold_start() -> None:
    def counted(first: str) -> set[str]:
        run = Conversation("Rows of the tables a to e?")
        for table in "abcde":
            result, seconds = (first, 1.6) if table == "a" else ("20", 0.1)
            run.each(call("count_rows", result, seconds=seconds, table=table))
        run.says("a has 11 rows, the others have 20 each.")
        return {one.kind for one in alarms(run)}

    assert counted('{"rows": 11, "warehouse": "resumed"}') == {"cold_start"}
    assert counted('{"rows": 11}') == {"slow_outlier"}

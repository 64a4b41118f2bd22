"""The analyzer: one by one, at once, or with a question after each: the findings are the same."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nodes.feedback_loop import analysis
from nodes.feedback_loop.analysis import Analysis
from nodes.feedback_loop.reading.operations import Operation, read
from nodes.feedback_loop.reading.ordering import in_order
from systems.records import Finding, Span
from tests.benchmarks.long_trace import long_trace
from tests.nodes.feedback_loop.detectors.conversations import Conversation, call
from tests.nodes.feedback_loop.traces import Trace


def looping() -> list[Span]:
    run = Conversation("Which orders of C-7 are open?")
    for _ in range(5):
        run.asks(call("find_orders", "[]", customer="C-7"))
    run.asks(call("find_customer", error="connection refused", customer="C-7"))
    run.says("All is well.")
    return run.spans


def without_content() -> list[Span]:
    trace = Trace("c" * 32)
    root = trace.span("invoke_agent a", 0, 99, OPERATION="invoke_agent")
    for number in range(8):
        trace.tool("status", number, number + 0.1, under=root)
        trace.chat(number + 0.2, number + 0.5, under=root)
    return trace.spans


def operations(*traces: Sequence[Span]) -> list[Operation]:
    return list(in_order(read(span) for trace in traces for span in trace))


def one_by_one(given: Sequence[Operation]) -> tuple[Finding, ...]:
    analyzer = Analysis()
    for operation in given:
        analyzer.observe(operation)
    return analyzer.close()


@pytest.mark.parametrize(
    "given", [operations(looping()), operations(looping(), without_content(), list(long_trace(1_500)))]
)
def test_however_operations_come_the_findings_are_the_same(given: list[Operation]) -> None:
    expected = one_by_one(given)
    at_once, live = Analysis(), Analysis()
    at_once.observe_all(given)
    for operation in given:
        live.observe(operation)
        live.findings()
    assert expected
    assert at_once.close() == expected
    assert live.close() == expected


def test_findings_come_as_soon_as_there_is_something_to_find() -> None:
    live, when = Analysis(), []
    for number, operation in enumerate(operations(looping())):
        live.observe(operation)
        if any(one.kind == "call_loop" for one in live.findings()):
            when.append(number)
    assert when[0] < when[-1]
    assert when == list(range(when[0], when[-1] + 1))


def test_findings_of_runs_that_are_no_longer_open_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "MOST_OPEN_RUNS", 2)
    live = Analysis()
    for name in "abcde":
        trace = Trace(name * 32)
        trace.tool("status", under=trace.span("invoke_agent a", 0, 9), error="boom")
        for operation in operations(trace.spans):
            live.observe(operation)
        live.findings()
    assert [one.kind for one in live.findings()] == ["tool_error"] * 5

"""Calls, times, tokens and costs by node, tool, model, server, agent and step."""

from __future__ import annotations

import pytest
from pytest import approx

from nodes.feedback_loop.profile import MOST_OPEN_TRACES, Profiler, own_seconds, profile
from nodes.feedback_loop.reading.operations import read
from systems import names
from systems.prices import Price, Prices
from systems.records import Profile, Span, Totals
from tests.nodes.feedback_loop.traces import Trace

PRICES = Prices(models={"m": Price(input=2, output=10, cached=0.5)})


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


def test_time_at_work_and_time_of_waiting_add_up_to_the_duration() -> None:
    trace = Trace()
    node = trace.span("answer", 0, 10, NODE="answer")
    trace.tool("a", 1, 5, under=node, NODE="answer")
    trace.tool("b", 3, 7, under=node, NODE="answer")
    trace.tool("c", 4, 6, under=node, NODE="answer")
    trace.tool("outlives its parent", 9, 12, under=node, NODE="answer")
    totals = profile(trace.spans).nodes["answer"]
    assert (totals.seconds, totals.self_seconds, totals.waiting_seconds) == (10, 3, 7)


def test_a_node_is_counted_where_it_is_entered_with_everything_in_it() -> None:
    trace = Trace()
    root = trace.span("root", 0, 10)
    for start in (1, 5):
        node = trace.span("execution", start, start + 4, under=root, NODE="execution", STEP="specs")
        trace.chat(start + 1, start + 3, under=trace.span("retry", start, start + 4, under=node, NODE="execution"))
    found = profile(trace.spans)
    totals = found.nodes["execution"]
    assert (totals.calls, totals.seconds, totals.output_tokens, totals.critical_seconds) == (2, 8, 100, 8)
    assert (totals.p50_seconds, totals.max_concurrency) == (4, 1)
    assert (found.nodes["(no node)"].calls, found.nodes["(no node)"].self_seconds) == (1, 2)
    assert found.steps["specs"].seconds == 8


def test_an_agent_below_another_one_has_its_own_account() -> None:
    trace = Trace()
    lead = trace.span("invoke_agent lead", 0, 10, OPERATION="invoke_agent", AGENT="lead")
    trace.chat(0, 2, under=lead)
    writer = trace.span("invoke_agent writer", 2, 9, under=lead, OPERATION="invoke_agent", AGENT="writer")
    trace.chat(3, 9, under=writer, sent=7)
    agents = profile(trace.spans).agents
    assert (agents["lead"].calls, agents["lead"].seconds, agents["lead"].input_tokens) == (1, 10, 100)
    assert (agents["writer"].seconds, agents["writer"].input_tokens, agents["writer"].critical_seconds) == (7, 7, 7)


def test_a_trace_without_nodes_has_no_account_of_nodes() -> None:
    trace = Trace()
    trace.chat()
    assert profile(trace.spans).nodes == {}


def test_tools_are_told_apart_by_server_and_models_by_name() -> None:
    trace = Trace()
    trace.tool("read", server="files")
    trace.tool("read", server="git")
    trace.tool("read", server=None)
    trace.chat(PROVIDER="openai")
    found = profile(trace.spans)
    assert set(found.tools) == {"files.read", "git.read", "read"}
    assert set(found.models) == {"m"}
    assert set(found.servers) == {"files", "git", "openai"}


def test_a_wrapper_of_the_same_call_doubles_neither_calls_nor_tokens() -> None:
    trace = Trace()
    root = trace.span("root", 0, 10)
    wrapper = trace.chat(0, 6, under=root)
    trace.chat(1, 5, under=trace.span("http", 1, 5, under=wrapper))
    tool = trace.tool("read", 6, 9, under=root)
    trace.tool("read", 7, 8, under=tool)
    found = profile(trace.spans)
    assert (found.total.calls, found.total.input_tokens, found.total.seconds) == (2, 100, 5)
    assert (found.models["m"].calls, found.tools["git.read"].calls) == (1, 1)
    assert found.total.max_concurrency == 1


def test_tokens_and_cost_that_only_the_wrapper_tells_count_once() -> None:
    trace = Trace()
    wrapper = trace.chat(0, 6, COST=0.25)
    step = trace.span("http", 1, 5, under=wrapper)
    trace.span("chat m", 1, 2, under=step, OPERATION="chat", REQUEST_MODEL="m", error="overloaded")
    trace.span("chat m", 3, 5, under=step, OPERATION="chat", REQUEST_MODEL="m")
    totals = profile(trace.spans).models["m"]
    assert (totals.calls, totals.input_tokens, totals.output_tokens, totals.cost_usd) == (2, 100, 50, 0.25)
    assert totals.retries == 1


def test_the_cost_is_the_one_told_or_that_of_the_price_list_or_not_known() -> None:
    trace = Trace()
    trace.chat(0, 1, sent=1_000_000, written=100_000, CACHED_TOKENS=400_000)
    assert profile(trace.spans, PRICES).total.cost_usd == approx(0.6 * 2 + 0.4 * 0.5 + 0.1 * 10)
    assert (profile(trace.spans).total.cost_usd, profile(trace.spans).total.unpriced) == (None, 1)
    trace.chat(1, 2, COST=0.5)
    told = profile(trace.spans).total
    assert (told.cost_usd, told.unpriced) == (0.5, 1)


def test_the_same_call_after_a_failure_is_a_retry_and_another_one_is_not() -> None:
    trace = Trace()
    root = trace.span("root", 0, 10)
    trace.tool("read", 0, 1, under=root, TOOL_ARGUMENTS='{"path": "a"}', error="boom")
    trace.tool("read", 0.5, 1, under=root, TOOL_ARGUMENTS='{"path": "a"}')
    trace.tool("read", 1, 2, under=root, TOOL_ARGUMENTS='{"path": "b"}')
    assert profile(trace.spans).total.retries == 0
    trace.tool("read", 3, 4, under=root, TOOL_ARGUMENTS='{"path": "a"}')
    trace.tool("read", 5, 6, under=root, TOOL_ARGUMENTS='{"path": "a"}')
    assert profile(trace.spans).tools["git.read"].retries == 1


def test_calls_side_by_side_are_concurrent_and_a_call_that_holds_others_is_not_at_work() -> None:
    trace = Trace()
    delegate = trace.tool("delegate", 0, 10, server=None)
    trace.chat(0, 4, under=delegate)
    trace.tool("read", 4, 8, under=delegate)
    trace.tool("list", 4, 6, under=delegate)
    trace.tool("list", 6, 7, under=delegate)
    found = profile(trace.spans)
    assert (found.total.max_concurrency, found.total.mean_concurrency) == approx((2, 11 / 8))
    assert (found.models["m"].max_concurrency, found.tools["git.list"].max_concurrency) == (1, 1)
    assert (found.tools["delegate"].max_concurrency, found.servers["git"].mean_concurrency) == approx((1, 7 / 4))


def test_traces_are_added_up_and_the_path_is_that_of_the_longest() -> None:
    short, long = Trace("a" * 32), Trace("b" * 32)
    short.chat(0, 1)
    long.chat(1_000, 1_003)
    found = profile([*short.spans, *long.spans])
    assert (found.traces, found.seconds, found.critical_seconds, found.total.max_concurrency) == (2, 4, 4, 1)
    assert [name for _, name, _ in found.critical_path] == ["chat m"] and found.critical_path[0][2] == 3


def test_a_span_that_comes_twice_counts_once() -> None:
    trace = Trace()
    trace.chat()
    profiler = Profiler()
    for _ in range(2):
        profiler.observe(read(trace.spans[0]))
    assert profiler.profile().total.calls == 1


def test_a_profile_can_be_asked_for_at_any_time() -> None:
    trace = Trace()
    root = trace.span("root", 0, 10)
    for number in range(9):
        trace.chat(number, number + 1, under=root)
    profiler = Profiler()
    for span in (*trace.spans[1:], root):
        profiler.observe(read(span))
        seen = profiler.profile()
    assert seen == profile(trace.spans)
    assert seen.total.calls == 9


def test_more_traces_than_are_kept_open_are_counted_all_the_same() -> None:
    spans: list[Span] = []
    for number in range(MOST_OPEN_TRACES + 50):
        trace = Trace(f"{number:032x}")
        start = 4 * number
        trace.chat(start, start + 2, under=trace.span("root", start, start + 3))
        spans += reversed(trace.spans)
    profiler = Profiler()
    for span in spans:
        profiler.observe(read(span))
    found = profiler.profile()
    assert (found.traces, found.total.calls) == (MOST_OPEN_TRACES + 50,) * 2
    assert (found.critical_seconds, found.models["m"].critical_seconds) == (3 * found.traces, 2 * found.traces)
    assert found == profile(spans)


def test_no_spans_make_an_empty_profile() -> None:
    empty = profile([])
    assert (empty.seconds, empty.total, empty.critical_path, empty.traces) == (0, Totals(), (), 0)


def test_tokens_of_a_cut_off_call_are_read_from_its_message() -> None:
    trace = Trace()
    trace.chat(error="the length limit was reached - CompletionUsage(completion_tokens=3, prompt_tokens=32)")
    total = profile(trace.spans).total
    assert (total.input_tokens, total.output_tokens) == (32, 3)


@pytest.mark.parametrize("value", [["a", {}], {"a": []}, 7, True, 1e400, "", None, "x" * 10_000])
def test_attributes_of_any_type_are_taken_as_texts(value: object) -> None:
    attributes = dict.fromkeys((names.NODE, names.AGENT, names.STEP, names.TOOL_NAME, names.SERVER), value)
    span = Span(trace_id="a", span_id="b", name="n", start_ns=2**70, end_ns=-(2**70), attributes=attributes)
    found = profile([span])
    assert found.traces == 1
    assert Profile.model_validate_json(found.model_dump_json()) == found


def test_records_of_before_the_new_columns_are_still_read() -> None:
    totals = {"calls": 1, "failures": 0, "seconds": 1.0, "self_seconds": 1.0, "input_tokens": 1, "output_tokens": 2}
    old = {"seconds": 1.0, "total": totals, "nodes": {}, "tools": {}, "models": {"m": totals}, "critical_path": []}
    assert Profile.model_validate(old).models["m"].cost_usd is None


def test_own_seconds_of_each_span() -> None:
    trace = Trace()
    root = trace.span("root", 0, 10)
    child = trace.span("child", 2, 6, under=root)
    found = own_seconds(trace.spans)
    assert found == {(span.trace_id, span.span_id): own for span, own in ((root, 6), (child, 4))}

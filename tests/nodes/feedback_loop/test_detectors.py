"""specloop's own loops: what is found in their spans, and what must be left alone. All detectors are run.

What detectors find in the runs of other agents stands in `detectors/`, kind by kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from pytest import approx

from nodes.feedback_loop.findings import find
from systems.policy import LoopKnobs
from systems.records import Finding, Span
from tests.nodes.feedback_loop.traces import Trace

KNOBS = LoopKnobs()


def found(trace: Trace, earlier: Sequence[Span] = ()) -> list[tuple[str, str, str]]:
    return [(one.kind, one.severity, one.where) for one in find(trace.spans, knobs=KNOBS, earlier=earlier)]


def only(trace: Trace, earlier: Sequence[Span] = ()) -> Finding:
    (one,) = find(trace.spans, knobs=KNOBS, earlier=earlier)
    return one


def healthy() -> Trace:
    """One loop as it should be."""
    trace = Trace()
    root = trace.span("invoke_workflow specloop", 0, 20, LOOP=1)
    trace.span("start_server git", 0, 0.4, under=root, COLD=True)
    for number in range(4):
        node = trace.span("answer", 1, 2, under=root, NODE="answer", LOOP=1)
        hashes = {"ARGUMENTS_HASH": f"a{number}", "RESULT_HASH": f"r{number}"}
        trace.tool("git_log", 1, 1.01, under=node, NODE="answer", LOOP=1, **hashes)
    draft = trace.draft("specs", 3, 9, under=root, DRAFT_HASH="d1", LOOP=1)
    trace.chat(3, 9, under=draft, LOOP=1)
    trace.validate("specs", 10, 11, under=root, LOOP=1)
    return trace


def test_a_healthy_loop_has_no_findings() -> None:
    assert found(healthy()) == []


@pytest.mark.parametrize(
    ("cause", "kind", "evidence"),
    [
        ("error", "tool_error", "error.type=error: boom"),
        ("empty", "tool_error", "error.type=empty: boom"),
        ("lost", "connection_lost", "error.type=lost: boom"),
        ("arguments", "invalid_output", "arguments: boom"),
    ],
)
def test_a_failure_of_a_tool_nothing_made_good_is_found_at_the_tool(cause: str, kind: str, evidence: str) -> None:
    trace = healthy()
    node = trace.span("answer", 1, 2, under=trace.spans[0], NODE="answer")
    culprit = trace.tool("status", 1, 1.5, under=node, NODE="answer", error="boom", ERROR_TYPE=cause)
    one = only(trace)
    assert (one.kind, one.where, one.span_ids) == (kind, "git.status", (culprit.span_id,))
    assert one.severity == ("warning" if cause == "empty" else "error")
    assert one.evidence == evidence
    assert one.impact.items() >= {"failures": 1, "seconds": 0.5, "tokens": 0}.items()


def test_a_tool_error_the_next_candidate_made_good_is_a_note() -> None:
    trace = Trace()
    node = trace.span("answer", 0, 3, NODE="answer")
    trace.tool("status", 0, 1, under=node, NODE="answer", error="boom", ERROR_TYPE="error")
    trace.tool("read", 1, 2, under=node, NODE="answer", server="files")
    assert found(trace) == [("tool_error", "info", "git.status")]


def test_an_answer_to_another_question_makes_nothing_good() -> None:
    trace = Trace()
    for name, error in (("status", "boom"), ("read", "")):
        node = trace.span("answer", 0, 3, NODE="answer")
        trace.tool(name, 0 if error else 1, 1 if error else 2, under=node, NODE="answer", error=error)
    assert found(trace) == [("tool_error", "error", "git.status")]


def test_another_agents_failed_tool_is_made_good_only_by_the_same_tool() -> None:
    trace = Trace()
    agent = trace.span("invoke_agent coder", 0, 9)
    trace.tool("edit", 0, 0.1, under=agent, server=None, error="no such file")
    trace.tool("list", 2, 2.1, under=agent, server=None)
    assert found(trace) == [("tool_error", "error", "edit")]
    trace.tool("edit", 4, 4.1, under=agent, server=None)
    assert found(trace) == [("tool_error", "info", "edit")]


def test_a_server_that_is_not_there_is_one_finding_whatever_was_asked_of_it() -> None:
    trace = Trace()
    trace.span("start_server files", 0, 1, error="files did not start", ERROR_TYPE="unavailable", SERVER="files")
    for tool in ("read", "list"):
        trace.tool(tool, 2, 2, server="files", error="files did not start", ERROR_TYPE="unavailable")
    one = only(trace)
    assert (one.kind, one.where, one.severity, len(one.span_ids)) == ("tool_error", "files", "error", 3)


@pytest.mark.parametrize("kind", ["cancelled", "asyncio.exceptions.CancelledError"])
def test_calls_that_were_called_off_are_nobodys_failure(kind: str) -> None:
    trace = Trace()
    trace.tool("status", error=kind, ERROR_TYPE=kind)
    trace.chat(error=kind, ERROR_TYPE=kind)
    assert found(trace) == []


@pytest.mark.parametrize(
    ("error", "kind"), [("took too long", "timeout"), ("Request timed out.", None), ("", "openai.APITimeoutError")]
)
def test_a_timeout_is_told_from_an_error(error: str, kind: str | None) -> None:
    trace = Trace()
    trace.tool("log", 0, 30, error=error or "x", ERROR_TYPE=kind)
    trace.chat(30, 60, error=error or "x", ERROR_TYPE=kind)
    assert sorted(found(trace)) == [("timeout", "error", "git.log"), ("timeout", "error", "m")]
    assert find(trace.spans, knobs=KNOBS)[0].impact["seconds"] == 30


def test_a_draft_that_ran_out_of_time_is_one_finding_at_the_model_call() -> None:
    trace = Trace()
    node = trace.span("execution", 0, 9, NODE="execution", error="DraftFailed: too slow")
    draft = trace.draft("specs", 0, 5, under=node, error="too slow", CAUSE="timeout")
    chat = trace.chat(0.1, 4.9, under=draft, error="Request timed out.", ERROR_TYPE="openai.APITimeoutError")
    one = only(trace)
    assert (one.kind, one.where, one.span_ids) == ("timeout", "m", (chat.span_id,))


def test_cut_off_output_is_one_finding_at_the_model_call_and_as_bad_as_the_draft() -> None:
    trace = Trace()
    first = trace.draft("specs", 0, 2, error="cut off", CAUSE="truncated")
    chat = trace.chat(0, 1.5, under=first, finish="length", STEP="specs")
    one = only(trace)
    assert (one.kind, one.severity, one.where, one.span_ids) == ("output_truncated", "error", "m", (chat.span_id,))
    assert one.impact == {"failures": 1, "seconds": 1.5, "tokens": 150}
    trace.draft("specs", 2, 4, DRAFT_HASH="d")
    assert found(trace) == [("output_truncated", "warning", "m")]


def test_a_length_error_without_a_finish_reason_is_cut_off_output() -> None:
    trace = Trace()
    message = "the length limit was reached - CompletionUsage(completion_tokens=9, prompt_tokens=1)"
    trace.chat(error=message, ERROR_TYPE="openai.LengthFinishReasonError")
    one = only(trace)
    assert (one.kind, one.impact["tokens"]) == ("output_truncated", 10)


def test_a_truncated_draft_whose_model_call_is_unseen_is_found_at_the_draft() -> None:
    trace = Trace()
    trace.draft("specs", error="cut off", CAUSE="truncated")
    assert found(trace) == [("output_truncated", "error", "execution")]


@pytest.mark.parametrize(("cause", "kind"), [("invalid", "invalid_output"), ("empty", "empty_output")])
def test_an_unusable_draft_is_found_with_the_tokens_it_cost(cause: str, kind: str) -> None:
    trace = Trace()
    draft = trace.draft("specs", 0, 2, error="title: field required", CAUSE=cause)
    trace.chat(0, 1.9, under=draft, STEP="specs")
    one = only(trace)
    assert (one.kind, one.severity, one.where) == (kind, "error", "execution")
    assert "title: field required" in one.evidence
    assert one.impact == {"failures": 1, "seconds": 2, "tokens": 150}
    trace.draft("specs", 2, 4, DRAFT_HASH="d", REPAIR=1)
    assert found(trace) == [(kind, "warning", "execution")]


def test_a_model_that_cannot_be_reached_is_a_lost_connection() -> None:
    trace = Trace()
    trace.chat(error="Connection refused", ERROR_TYPE="openai.APIConnectionError")
    assert found(trace) == [("connection_lost", "error", "m")]


def test_a_model_call_that_failed_for_another_reason_is_a_failed_call() -> None:
    trace = Trace()
    trace.chat(error="model not loaded", ERROR_TYPE="openai.BadRequestError")
    assert found(trace) == [("tool_error", "error", "m")]


def test_the_validators_words_are_the_evidence_one_issue_a_line() -> None:
    trace = Trace()
    trace.validate("specs", 0, 1, error="no scenario\nno SHALL")
    trace.validate("specs", 2, 3, error="no SHALL")
    one = only(trace)
    assert (one.kind, one.severity, one.where) == ("validation_failed", "error", "document_update")
    assert one.evidence == "no scenario\nno SHALL"
    assert one.impact["failures"] == 2
    trace.validate("specs", 4, 5)
    assert found(trace) == [("validation_failed", "warning", "document_update")]


def call(trace: Trace, at: float, result: str = "r", **more: Any) -> Span:
    return trace.tool("log", at, at + 0.5, ARGUMENTS_HASH="a", RESULT_HASH=result, **more)


def test_the_same_call_with_the_same_result_is_redundant() -> None:
    trace = Trace()
    call(trace, 0)
    again = call(trace, 1)
    one = only(trace)
    assert (one.kind, one.severity, one.where, one.span_ids) == (
        "redundant_call",
        "info",
        "git.log",
        (again.span_id,),
    )
    assert one.impact == {"seconds": 0.5, "calls": 1}
    call(trace, 2)
    assert only(trace).severity == "warning"


def test_what_an_earlier_loop_asked_already_is_redundant() -> None:
    before, trace = Trace(), Trace()
    call(before, 0)
    call(trace, 1)
    trace.spans = [span.model_copy(update={"span_id": "f" * 16}) for span in trace.spans]
    assert found(trace, before.spans) == [("redundant_call", "info", "git.log")]


def test_another_result_other_arguments_a_reused_result_or_a_failure_is_not_redundant() -> None:
    trace = Trace()
    call(trace, 0)
    call(trace, 1, result="other")
    trace.tool("log", 2, 3, ARGUMENTS_HASH="b", RESULT_HASH="r")
    reused = call(trace, 4)
    trace.spans[-1] = reused.model_copy(update={"attributes": {**reused.attributes, "specloop.tool.reused": True}})
    assert found(trace) == []


def test_another_agents_arguments_are_compared_as_text() -> None:
    trace = Trace()
    for at in (0, 2):
        trace.tool("search", at, at + 1, server=None, TOOL_ARGUMENTS='{"q": "x"}')
    one = only(trace)
    assert one.kind == "redundant_call"
    assert one.confidence == approx(0.7)


def test_a_long_server_start_is_worth_a_note() -> None:
    trace = Trace()
    trace.span("start_server git", 0, 0.9, COLD=True)
    assert found(trace) == [("cold_start", "info", "git")]


def slow(trace: Trace, seconds: float, peers: int = 4, **more: Any) -> Span:
    for number in range(peers):
        trace.chat(number, number + 0.5, written=50, **more)
    return trace.chat(10, 10 + seconds, **more)


def test_a_call_far_slower_than_its_peers_is_an_outlier() -> None:
    trace = Trace()
    culprit = slow(trace, 3)
    one = only(trace)
    assert (one.kind, one.severity, one.where, one.span_ids) == ("slow_outlier", "warning", "m", (culprit.span_id,))
    assert one.impact == {"seconds": 2.5}


@pytest.mark.parametrize(("seconds", "peers"), [(1.4, 4), (2.4, 4), (9, 2)])
def test_short_calls_and_calls_with_few_peers_are_no_outliers(seconds: float, peers: int) -> None:
    trace = Trace()
    slow(trace, seconds, peers)
    assert found(trace) == []


def test_a_call_that_wrote_much_more_is_no_outlier() -> None:
    trace = Trace()
    for number in range(4):
        trace.chat(number, number + 0.5, written=10)
    trace.chat(10, 14, written=80)
    assert found(trace) == []


def test_peers_may_be_of_earlier_loops() -> None:
    before, trace = Trace("b" * 32), Trace()
    slow(before, 0.5)
    trace.chat(20, 29)
    assert found(trace, before.spans) == [("slow_outlier", "warning", "m")]
    assert found(trace) == []


def test_of_a_slow_call_that_started_a_server_the_start_is_the_cause() -> None:
    trace = Trace()
    for number in range(4):
        trace.tool("log", number, number + 0.1)
    late = trace.tool("log", 10, 14)
    trace.span("start_server git", 10, 13.5, under=late, COLD=True)
    assert found(trace) == [("cold_start", "info", "git")]


def earlier_and_now(first: dict[str, Any], second: dict[str, Any], *, draft: bool) -> tuple[Trace, list[Span]]:
    trace = Trace()
    add = trace.draft if draft else trace.validate
    add("specs", 0, 1, LOOP=1, **first)
    add("specs", 5, 6, **{"LOOP": 2, **second})
    before = [trace.spans.pop(0)]
    return trace, before


def kinds(trace: Trace, earlier: Sequence[Span]) -> set[str]:
    return {kind for kind, *_ in found(trace, earlier)}


def test_the_same_refusal_in_the_next_loop_is_no_progress() -> None:
    trace, before = earlier_and_now({"error": "line 3: no scenario"}, {"error": "line 7: no  scenario"}, draft=False)
    assert kinds(trace, before) == {"validation_failed", "no_progress"}
    stuck = next(one for one in find(trace.spans, knobs=KNOBS, earlier=before) if one.kind == "no_progress")
    assert stuck.evidence == "specs: validation failed again: line 7: no scenario"
    assert stuck.span_ids == (trace.spans[0].span_id,)


def test_the_same_failure_to_draft_in_the_next_loop_is_no_progress() -> None:
    failure = {"error": "cut off at 900 tokens", "CAUSE": "truncated"}
    trace, before = earlier_and_now(failure, {**failure, "error": "cut off at 450 tokens"}, draft=True)
    assert kinds(trace, before) == {"output_truncated", "no_progress"}


def test_the_same_draft_in_the_next_loop_is_no_progress() -> None:
    trace, before = earlier_and_now({"DRAFT_HASH": "d" * 64}, {"DRAFT_HASH": "d" * 64}, draft=True)
    assert only(trace, before).evidence == "specs: same draft: dddddddddddd"


@pytest.mark.parametrize(
    "second",
    [{"error": "no SHALL"}, {"error": "no scenario", "LOOP": 1}, {}],
    ids=["other words", "the same loop, resumed", "accepted"],
)
def test_anything_else_is_progress(second: dict[str, Any]) -> None:
    trace, before = earlier_and_now({"error": "no scenario"}, second, draft=False)
    assert "no_progress" not in kinds(trace, before)


def test_another_run_that_failed_alike_is_not_compared() -> None:
    trace, before = earlier_and_now({"error": "no scenario"}, {"error": "no scenario"}, draft=False)
    before = [span.model_copy(update={"trace_id": "b" * 32}) for span in before]
    assert kinds(trace, before) == {"validation_failed"}

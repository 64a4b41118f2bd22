"""Failed calls, in a span or told in a result; those made good, and answers about errors, are no fault."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.findings import find
from tests.nodes.feedback_loop.detectors.conversations import Conversation, alarms, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace


def test_a_failed_call_is_found_with_its_words() -> None:
    run = Conversation("Book the 13:40 flight.")
    run.each(call("search", "LH1793 13:40", day="14 March"))
    spans = run.each(call("book", error="fare class is closed", flight="LH1793"))
    run.says("I could not book it: the fare class is closed.")
    one = only(run, "tool_error")
    assert (one.severity, one.where, one.span_ids) == ("error", "book", ids(*spans))
    assert "fare class is closed" in one.evidence
    assert one.impact == {"failures": 1, "seconds": pytest.approx(0.02), "tokens": 0, "calls": 1}


@pytest.mark.parametrize(
    "result",
    [
        '{"status": "error", "code": 500, "message": "ledger is read-only"}',
        '{"error": {"code": "E14", "message": "no power"}}',
        '{"success": false, "message": "card declined"}',
        "Internal Server Error",
        "Permission denied: /etc/hosts",
        "Unable to connect to the archive",
    ],
)
def test_a_failure_that_the_result_tells_is_one(result: str) -> None:
    run = Conversation("Do it.")
    spans = run.each(call("change_it", result, what="lamp 4"))
    run.says("That did not work, unfortunately.")
    assert only(run, "tool_error").span_ids == ids(*spans)


@pytest.mark.parametrize(
    "result",
    [
        "no such user",
        '{"status": 404, "message": "user not found"}',
        '{"url": "https://shop.example", "status": 500, "seconds": 0.2, "message": "Internal Server Error"}',
        "Errors today: timeout 12, connection refused 3",
        "The server is up. Failed logins: 3",
    ],
)
def test_an_answer_about_errors_or_of_nothing_is_no_failure(result: str) -> None:
    run = Conversation("Look.")
    run.each(call("look_up", result, name="mira"))
    run.says("Nothing was found under that name, the name is free.")
    assert kinds(run) == set()


def test_what_the_same_call_or_one_in_other_words_made_good_is_a_note() -> None:
    for again in ("src/main.py", "src/app/main.py"):
        run = Conversation("Explain the program.")
        run.each(call("read_file", error="disk error", path="src/main.py"), call("read_file", "import sys", path=again))
        run.says("The program reads its arguments and prints them.")
        assert kinds(run) == set()
        assert [one.severity for one in find(run.spans) if one.kind == "tool_error"] == ["info"]


def test_going_on_with_the_next_of_several_things_makes_nothing_good() -> None:
    run = Conversation("Close the valves of fields A and B.")
    failed, _ = run.each(call("close_valve", error="stuck", field="A"), call("close_valve", "closed", field="B"))
    run.says("B is closed; the valve of A could not be.")
    assert only(run, "tool_error").span_ids == ids(failed)


def test_a_call_that_went_on_beside_the_failed_one_makes_nothing_good() -> None:
    run = Conversation("Read it twice.")
    run.asks(call("read", error="lost page", page=1), call("read", "text", page=1))
    run.says("One of both could not be read.")
    assert "tool_error" in kinds(run)


def test_a_failed_call_below_a_failed_call_is_told_once_where_it_began() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 10)
    outer = trace.tool("delegate", 1, 9, under=root, error="the clerk failed")
    inner = trace.tool("stamp", 2, 8, under=trace.span("invoke_agent b", 1.5, 8.5, under=outer), error="no ink")
    (one,) = alarms(trace)
    assert (one.kind, one.span_ids) == ("tool_error", ids(inner))


def test_a_wrapper_without_content_takes_the_failure_of_the_span_around_it() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 10)
    outer = trace.tool(
        "transfer", 1, 2, under=root, server=None, TOOL_ARGUMENTS='{"cents": 5}', TOOL_RESULT="Error: no"
    )
    inner = trace.tool("transfer", 1.1, 1.9, under=outer, server=None)
    (one,) = alarms(trace)
    assert (one.kind, one.span_ids) == ("tool_error", ids(inner))


def test_other_values_until_one_works_make_it_good() -> None:
    run = Conversation("Download the star catalogue.")
    run.each(call("download", error="no answer", mirror="eu"), call("download", "catalogue.fits, 118 MB", mirror="jp"))
    run.says("The mirror in Europe did not answer; the one in Japan gave catalogue.fits (118 MB).")
    assert kinds(run) == set()


def test_what_is_still_missing_is_not_made_good_by_another_value() -> None:
    run = Conversation("Prices of Apple and Microsoft?")
    run.each(call("price", error="no answer", ticker="AAPL"), call("price", "410.20", ticker="MSFT"))
    run.says("Microsoft is at 410.20; I could not get the price of Apple.")
    assert kinds(run) == {"tool_error"}


def test_the_failure_of_something_else_that_is_passed_on_as_the_answer_is_no_fault() -> None:
    run = Conversation("What happened to the nightly run 17?")
    run.each(call("pipeline", '{"status": "failed", "error": "disk full"}', run=17))
    run.says("Run 17 failed: the disk was full.")
    assert alarms(run) == ()


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("Lea is invited. Tom is out of office, so he got a mail instead.", False),
        ("Lea is invited. Tom could not be invited.", True),
    ],
)
def test_what_was_done_instead_with_all_that_it_was_given_makes_a_failure_good(answer: str, found: bool) -> None:
    run = Conversation("Invite Lea and Tom for Tuesday at ten.")
    run.asks(call("invite", "invited", person="Lea"), call("invite", error="Tom is out of office", person="Tom"))
    run.asks(call("mail", "sent", to="Tom", text="Tuesday at ten"))
    run.says(answer)
    assert ("tool_error" in kinds(run)) == found

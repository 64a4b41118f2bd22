"""Asking again what is known is waste; asking again after a change is care."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.findings import find
from tests.nodes.feedback_loop.detectors.conversations import Asked, Conversation, call, ids, kinds, only

CUSTOMER = call("get_customer", '{"id": "C-90", "name": "Elif Aydin", "city": "Ulm"}', customer="C-90")
ORDER = call("get_order", '{"order": 7718, "customer": "C-90"}', order=7718)


def test_the_same_question_again_later_is_redundant() -> None:
    run = Conversation("Which order has Elif Aydin, and where does she live?")
    run.each(CUSTOMER, ORDER)
    (again,) = run.each(CUSTOMER)
    run.says("Elif Aydin (C-90) has order 7718 and lives in Ulm.")
    one = only(run, "redundant_call")
    assert (one.severity, one.where, one.span_ids) == ("warning", "get_customer", ids(again))
    assert one.impact == {"seconds": pytest.approx(0.02), "calls": 1}
    assert kinds(run) == {"redundant_call"}


def test_a_change_of_something_else_is_no_reason_to_ask_again() -> None:
    run = Conversation()
    run.each(CUSTOMER, call("change_delivery", '{"changed": true}', order=7718, address="Am Markt 8"), CUSTOMER)
    assert "redundant_call" in kinds(run)


@pytest.mark.parametrize(
    "between",
    [
        call("update_customer", "updated", customer="C-90", city="Ulm"),
        call("execute_command", "done", command="make import"),
        call("save_settings", "saved"),
    ],
    ids=["its subject", "whatever a command does", "nobody says of what"],
)
def test_a_change_in_between_is(between: Asked) -> None:
    run = Conversation()
    run.each(CUSTOMER, between, CUSTOMER)
    assert "redundant_call" not in kinds(run)


def test_another_result_other_arguments_or_a_failure_are_not_redundant() -> None:
    run = Conversation()
    run.each(CUSTOMER, ORDER, CUSTOMER._replace(result="{}"), CUSTOMER._replace(arguments={"customer": "C-91"}))
    run.each(call("get_stock", error="boom", article=1), ORDER._replace(result="7"), call("get_stock", "8", article=1))
    assert "redundant_call" not in kinds(run)


def test_a_second_look_at_what_is_under_way_is_a_note_at_most() -> None:
    run = Conversation()
    job = call("job", "still running", id=7)
    run.each(job, ORDER, job)
    assert [(one.kind, one.severity) for one in find(run.spans)] == [("redundant_call", "info")]


def test_without_results_it_is_a_note() -> None:
    run = Conversation()
    run.each(CUSTOMER._replace(result=""), ORDER._replace(result=""), CUSTOMER._replace(result=""))
    assert [one.severity for one in find(run.spans) if one.kind == "redundant_call"] == ["info"]


def test_without_content_nothing_is_told() -> None:
    run = Conversation(content=False)
    run.each(CUSTOMER, ORDER, CUSTOMER, CUSTOMER, CUSTOMER)
    assert find(run.spans) == ()


def test_a_text_that_no_change_in_between_changed_is_fetched_needlessly() -> None:
    def comments(times: int) -> Conversation:
        run = Conversation("Review pull request 77.")
        for line in range(times):
            run.each(call("get_diff", "@@ -18,6 +18,9 @@ " + "if len(q.items) == 0 { return nil }; " * 4, number=77))
            run.each(call("comment", "posted", number=77, line=line, text="why?"))
        run.says("I left remarks on the lines of #77 where items may be empty.")
        return run

    assert "redundant_call" in kinds(comments(3))
    assert kinds(comments(2)) == set()


@pytest.mark.parametrize(
    "between",
    [
        call("note", "noted", stand=3, text="feed on C-90 day before noon"),
        call("breakfast", "yes, from 6:30", customer="C-90"),
    ],
    ids=["prose that mentions it", "a yes that answers"],
)
def test_what_only_speaks_of_it_in_between_is_not(between: Asked) -> None:
    run = Conversation()
    run.each(CUSTOMER, between, CUSTOMER)
    assert "redundant_call" in kinds(run)

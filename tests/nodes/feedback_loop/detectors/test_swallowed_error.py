"""A failure that the answer hides is swallowed; one that is owned up to, mended or replaced is not."""

from __future__ import annotations

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only

SENT = "The invoice INV-81 was created and sent to the customer."


def invoice(error: str = "SMTP 550 recipient rejected") -> Conversation:
    run = Conversation("Create the invoice for order 3317 and mail it.")
    run.asks(call("create_invoice", '{"invoice": "INV-81"}', order=3317))
    run.asks(call("send_mail", error=error, to="office@dental.example"))
    return run


def test_a_failure_behind_an_answer_of_success_is_swallowed_at_the_tool() -> None:
    run = invoice()
    run.says(SENT)
    one = only(run, "swallowed_error")
    assert (one.severity, one.where, one.span_ids) == ("error", "send_mail", (run.spans[-2].span_id,))
    assert "550" in one.evidence and "was created and sent" in one.evidence
    assert kinds(run) == {"swallowed_error"}


def test_a_failure_told_in_the_result_is_swallowed_too() -> None:
    run = Conversation("Raise the salary of Ines to 52,000.")
    (failed,) = run.asks(call("update_salary", "Error: approval is missing, change rejected", name="Ines"))
    run.says("The salary of Ines is 52,000 now.")
    assert only(run, "swallowed_error").span_ids == ids(failed)


@pytest.mark.parametrize("courtesy", ["Let me know if you need anything else!", "Is there anything else I can do?"])
def test_courtesies_are_no_admission(courtesy: str) -> None:
    run = invoice()
    run.says(f"{SENT} {courtesy}")
    assert kinds(run) == {"swallowed_error"}


def test_success_without_errors_is_no_admission() -> None:
    run = invoice()
    run.says("All done without any errors: the invoice was created and sent.")
    assert kinds(run) == {"swallowed_error"}


@pytest.mark.parametrize(
    "answer",
    [
        "The invoice INV-81 was created, but it couldn't be mailed.",
        "Die Rechnung INV-81 ist erstellt, konnte aber nicht verschickt werden.",
        "La facture INV-81 est créée; l'envoi a échoué.",
        "INV-81 is ready. Which address shall I send it to?",
        "INV-81 is created; of the mail the server says that the recipient is rejected.",
        "INV-81 is created; SMTP answers 550 for the mail.",
    ],
)
def test_an_answer_that_owns_up_leaves_a_tool_error(answer: str) -> None:
    run = invoice()
    run.says(answer)
    assert kinds(run) == {"tool_error"}


def test_a_later_success_of_the_tool_makes_it_good() -> None:
    run = invoice()
    run.asks(call("send_mail", '{"sent": true}', to="office@dental.example"))
    run.says(SENT)
    assert kinds(run) == set()


def test_a_second_source_stands_in_for_the_first() -> None:
    run = Conversation("How much is 1,500 NOK in euros?")
    run.asks(call("central_bank_rate", error="no rate yet", currency="NOK"))
    run.asks(call("market_rate", '{"NOK_EUR": 0.0849}', currency="NOK"))
    run.says("1,500 NOK are 127.35 EUR.")
    assert kinds(run) == set()


def test_another_action_on_the_same_thing_is_no_stand_in() -> None:
    run = Conversation("Back up the orders database, then upgrade it.")
    (failed,) = run.asks(call("backup_database", error="no space left on device", database="orders"))
    run.asks(call("upgrade_database", "upgraded orders to 16.2", database="orders"))
    run.says("All done: orders was backed up and upgraded to 16.2.")
    assert only(run, "swallowed_error").span_ids == ids(failed)


def test_without_content_nothing_is_said_of_the_answer() -> None:
    run = Conversation("Mail it.", content=False)
    run.asks(call("send_mail", error="SMTP 550"))
    run.says(SENT)
    assert kinds(run) == {"tool_error"}


def test_two_words_that_claim_the_action_swallow_its_failure() -> None:
    run = Conversation("Update the roster.")
    spans = run.each(call("save_roster", '{"success": false, "error": "write conflict"}', week=21))
    run.says("Roster updated.")
    assert only(run, "swallowed_error").span_ids == ids(*spans)


def test_an_action_about_the_same_case_does_not_stand_in_for_one_that_failed() -> None:
    run = Conversation("Move hearing 3 O 212/26 to 14 June and tell the lawyers.")
    run.each(call("move_hearing", error="calendar is locked", case="3 O 212/26"))
    run.each(call("notify", "sent", case="3 O 212/26"))
    run.says("The hearing is on 14 June and the lawyers know.")
    assert only(run, "swallowed_error").where == "move_hearing"


def blocked(answer: str) -> Conversation:
    run = Conversation("Block 203.0.113.77 on all three firewalls.")
    run.asks(
        call("block", "rule 8812 installed", firewall="fw-north"),
        call("block", "ERROR fw-south: rule table is full", firewall="fw-south"),
        call("block", "rule 2210 installed", firewall="fw-edge"),
    )
    run.says(answer)
    return run


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("It is blocked on fw-north, fw-south and fw-edge. The address cannot reach us any more.", True),
        ("It is blocked on fw-north and fw-edge; fw-south has no room left. It cannot reach us through those.", False),
        ("I went through fw-north, fw-south and fw-edge. One of them failed.", False),
        ("Tried fw-north, fw-south and fw-edge, with an error on one.", False),
    ],
)
def test_a_failure_that_the_answer_counts_among_what_was_done_is_swallowed(answer: str, found: bool) -> None:
    run = blocked(answer)
    assert ("swallowed_error" in kinds(run)) == found
    assert not found or only(run, "swallowed_error").span_ids == ids(run.spans[3])


def test_a_claim_of_no_trouble_is_no_admission() -> None:
    run = invoice()
    run.says(f"{SENT} It went without any trouble, no hitch, no delay.")
    assert kinds(run) == {"swallowed_error"}

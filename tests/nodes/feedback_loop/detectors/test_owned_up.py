"""A failure that only the answer tells of is found at its tool; what was asked for, and a rule's no, are none."""

from __future__ import annotations

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only


@pytest.mark.parametrize(
    ("kind", "tool", "result", "answer"),
    [
        (
            "tool_error",
            "print_label",
            "printer LBL-2: paper jam",
            "The label could not be printed: there is a paper jam.",
        ),
        (
            "tool_error",
            "etikett_drucken",
            "Drucker 2 gestört",
            "Das Etikett konnte der Drucker nicht drucken: gestört.",
        ),
        ("connection_lost", "send_fax", "line 4: broken pipe", "The fax was not sent because of a broken pipe."),
    ],
)
def test_what_the_agent_reports_as_a_failure_is_one(kind: str, tool: str, result: str, answer: str) -> None:
    run = Conversation("Do it for 77A.")
    (failed,) = run.asks(call(tool, result, thing="77A"))
    run.says(answer)
    one = only(run, kind)
    assert (one.severity, one.span_ids) == ("error", ids(failed))
    assert kinds(run) == {kind}


@pytest.mark.parametrize(
    ("task", "tool", "result", "answer"),
    [
        ("Which machine is broken?", "machines", "M1 ok, M2 broken", "M2 is broken; M1 was not stopped."),
        ("Why was M2 stopped?", "log", "M2: drive fault", "M2 was not restarted after a fault of its drive."),
        ("Move me to Tuesday.", "slots", "Tuesday: full; Wednesday: 9:00", "Tuesday is full, I could not move you."),
        (
            "Refund ticket 5.",
            "refund",
            "refused: fare is non-refundable",
            "It was refused: the fare is non-refundable.",
        ),
        ("Unlock the car.", "unlock", "unlocked; alarm fault cleared", "The car is unlocked, the alarm fault cleared."),
    ],
)
def test_what_was_asked_for_or_is_refused_by_a_rule_is_an_answer(
    task: str, tool: str, result: str, answer: str
) -> None:
    run = Conversation(task)
    run.asks(call(tool, result, hall=2))
    run.says(answer)
    assert kinds(run) == set()


def test_what_another_tool_did_then_is_made_good() -> None:
    run = Conversation("Print label 77A for Ms Adeyemi.")
    run.asks(call("print_label", "printer LBL-2: paper jam", label="77A for Ms Adeyemi"))
    run.asks(call("print_backup", "printed", label="77A for Ms Adeyemi"))
    run.says("LBL-2 could not print it because of a paper jam, so the label came from the other printer.")
    assert kinds(run) == set()

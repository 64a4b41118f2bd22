"""What an evaluation calls ungrounded is a warning; ids from nowhere are a note."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.findings import find
from systems import names
from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids


@pytest.mark.parametrize(
    ("label", "found"), [("fail", True), ("hallucinated", True), ("pass", False), ("relevant", False)]
)
def test_an_evaluation_of_groundedness_is_believed(label: str, found: bool) -> None:
    run = Conversation("Who won?")
    judged = run.chat(1, 2, EVALUATION_NAME="Hallucination", EVALUATION_LABEL=label)
    one = [one for one in find(run.spans) if one.kind == "ungrounded_output"]
    assert [(each.severity, each.span_ids) for each in one] == ([("warning", ids(judged))] if found else [])


def test_other_evaluations_say_nothing_of_it() -> None:
    run = Conversation("Who won?")
    run.chat(1, 2, EVALUATION_NAME="Politeness", EVALUATION_LABEL="fail")
    assert find(run.spans) == ()


@pytest.mark.parametrize(("order", "noted"), [("PO-7741", False), ("PO-9913", True)])
def test_an_id_that_nobody_told_is_a_note(order: str, noted: bool) -> None:
    run = Conversation("Order gloves.")
    run.asks(call("place_order", '{"order": "PO-7741"}', article="gloves"))
    run.says(f"The gloves are ordered: {order}.")
    notes = [(one.kind, one.severity) for one in find(run.spans)]
    assert notes == ([("ungrounded_output", "info")] if noted else [])
    assert names.EVALUATION_NAME.startswith("gen_ai")

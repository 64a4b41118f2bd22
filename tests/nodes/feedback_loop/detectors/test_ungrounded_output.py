"""What an evaluation calls ungrounded is a warning; ids from nowhere are a note."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.findings import find
from systems import names
from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only


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


def test_figures_on_what_was_asked_for_and_never_looked_up_are_ungrounded() -> None:
    run = Conversation("Free beds in cardiology and neurology?")
    run.asks(call("free_beds", "cardiology: 3 free (C04, C11, C12)", ward="cardiology"))
    answer = run.says("Cardiology has 3 (C04, C11, C12) and neurology has 7 (N02 to N08).")
    assert only(run, "ungrounded_output").span_ids == ids(answer)


def test_another_figure_than_the_tool_told_is_ungrounded() -> None:
    run = Conversation("What is the balance of account 1400?")
    run.asks(call("balance", '{"account": "1400", "eur": 88214.37}', account="1400"))
    run.says("Account 1400 stands at EUR 91,530.12 today.")
    assert kinds(run) == {"ungrounded_output"}


@pytest.mark.parametrize(
    "answer",
    [
        "Cardiology has 3 (C04, C11, C12); I have not asked neurology.",
        "Cardiology has 3 (C04, C11, C12), and neurology I leave to you.",
        "There are 3 in cardiology: C04, C11, C12.",
    ],
)
def test_what_is_not_told_is_not_made_up(answer: str) -> None:
    run = Conversation("Free beds in cardiology and neurology?")
    run.asks(call("free_beds", "cardiology: 3 free (C04, C11, C12)", ward="cardiology"))
    run.says(answer)
    assert "ungrounded_output" not in kinds(run)


def test_figures_although_nothing_was_found_are_ungrounded() -> None:
    run = Conversation("Is there a ruling on cracked screens?")
    run.asks(call("rulings", '{"hits": 0, "results": []}', query="cracked screen"))
    answer = run.says("Yes: in VIII ZR 219/21 of 14 June 2022 the court awarded 340 EUR.")
    assert only(run, "ungrounded_output").span_ids == ids(answer)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("They leave at 14:30, 17:15 and 19:45.", True),
        ("They leave at 15:10 and 16:40.", False),
        ("In local time they leave at 17:10, 18:40 and 20:05.", False),
        ("They leave at 15:10, and you arrive at 15:55.", False),
    ],
)
def test_other_times_than_the_tool_told_are_ungrounded(answer: str, found: bool) -> None:
    run = Conversation("When do the buses to Toledo leave?")
    run.asks(call("timetable", "Toledo: 15:10, 16:40, 18:05", to="Toledo"))
    run.says(answer)
    assert ("ungrounded_output" in kinds(run)) == found


@pytest.mark.parametrize(
    ("result", "answer", "grounded"),
    [
        ('{"offline": 17, "total": 204}', "There are 42 meters offline in zone 3.", False),
        ('{"report": null, "state": "pending"}', "The damage was put at 3,400 EUR by the inspector.", False),
        ("claim 9, hail, assessor: pending", "It was assessed by Martin Keller last week.", False),
        ('{"net": 1200, "vat_rate": 0.19}', "It comes to 1,428 EUR gross.", True),
        ('[{"id": 100}, {"id": 101}, {"fees": [7, 8, 9]}]', "The fees come to 24 in all.", True),
        ('{"price": 18.5, "trays": 7, "delivery": 25}', "That will be 154.50 EUR.", True),
    ],
)
def test_figures_and_persons_from_nowhere_are_told_from_what_was_computed(
    result: str, answer: str, grounded: bool
) -> None:
    run = Conversation("What is known of it?")
    run.each(call("look_up", result, zone="3"))
    run.says(answer)
    assert ("ungrounded_output" not in kinds(run)) == grounded


def test_figures_that_a_table_of_comma_separated_values_does_not_have_come_from_nowhere() -> None:
    run = Conversation("How many lamps do we have, and from which years?")
    run.asks(call("stock", "article,year,count\nLamp,2016,4\nLamp,2018,7", article="Lamp"))
    answer = run.says("There are 83 lamps: 30 of 2011, 41 of 2013 and 12 of 2020, worth 9,420 euros.")
    assert only(run, "ungrounded_output").span_ids == ids(answer)


def test_figures_of_its_fields_are_known() -> None:
    run = Conversation("How many lamps do we have, and from which years?")
    run.asks(call("stock", "article,year,count\nLamp,2016,14\nLamp,2018,27", article="Lamp"))
    run.says("There are 41 lamps: 14 of 2016 and 27 of 2018.")
    assert kinds(run) == set()

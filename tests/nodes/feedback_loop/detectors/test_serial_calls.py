"""Independent slow calls one after another are waste; chains and changes have their order."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Asked, Conversation, call, ids, kinds, only

TASK = "Compare the weather of Lyon, Turin, Graz and Split."


def weather(town: str, seconds: float = 0.4) -> Asked:
    return call("forecast", f"sun, {len(town) + 10} degrees", seconds=seconds, town=town)


def test_slow_calls_that_need_nothing_of_each_other_are_found_with_what_they_cost() -> None:
    run = Conversation(TASK)
    spans = run.each(*map(weather, ("Lyon", "Turin", "Graz", "Split")))
    run.says("All sunny, Split warmest with 15 degrees, as Turin; Lyon and Graz 14.")
    one = only(run, "serial_calls")
    assert (one.severity, one.where, one.span_ids) == ("warning", "forecast", ids(*spans))
    assert one.impact == {"seconds": pytest.approx(1.2), "calls": 4}


def test_what_an_earlier_result_names_can_be_fetched_together() -> None:
    run = Conversation("Prepare the file of candidate 66.")
    run.each(call("candidate", '{"ref": "R-15", "degree": "D-902", "permit": "W-77"}', number=66))
    spans = run.each(
        call("check_reference", "positive, would hire again", seconds=0.4, reference="R-15"),
        call("check_degree", "MSc of 2018", seconds=0.4, degree="D-902"),
        call("check_permit", "good until 2027", seconds=0.4, permit="W-77"),
    )
    assert only(run, "serial_calls").span_ids == ids(*spans)


def test_a_numbered_range_in_the_task_names_all_that_is_in_it() -> None:
    run = Conversation("How full are db-01 to db-05?")
    run.each(*[call("disk", f"{40 + n} GB of 100 GB", seconds=0.3, host=f"db-0{n}") for n in range(1, 6)])
    assert "serial_calls" in kinds(run)


def test_calls_in_one_turn_are_parallel_whatever_the_framework_makes_of_it() -> None:
    run = Conversation(TASK)
    run.asks(*map(weather, ("Lyon", "Turin", "Graz", "Split")))
    assert "serial_calls" not in kinds(run)


def test_a_chain_in_which_each_needs_the_result_before_is_healthy() -> None:
    run = Conversation("Who has sample S-1?")
    holders = ("Field team", "Lab North", "Dr Ito", "Cold store", "Institute Graz")
    for holder, then in pairwise(holders):
        run.each(call("custody", f"handed to {then}", seconds=0.3, sample="S-1", holder=holder))
    assert "serial_calls" not in kinds(run)


def test_a_bisection_is_healthy() -> None:
    run = Conversation("Since which of the builds 800 to 815 is the start slow?")
    for build, took in ((808, "2.1 s"), (812, "6.8 s"), (810, "2.2 s"), (811, "6.8 s")):
        run.each(call("start_time", took, seconds=0.3, build=f"nightly {build}"))
    assert "serial_calls" not in kinds(run)


def test_changes_and_quick_calls_are_healthy() -> None:
    run = Conversation("Move the books to the store room of Lyon, Turin and Graz.")
    for town in ("Lyon", "Turin", "Graz"):
        run.each(call("move_books", f"books are in {town}", seconds=0.4, town=town))
    run.each(*[weather(town, 0.02) for town in ("Lyon", "Turin", "Graz")])
    assert "serial_calls" not in kinds(run)


def test_a_second_source_after_nothing_was_found_is_healthy() -> None:
    run = Conversation("Which rule is there on dogs?")
    for source in ("handbook", "intranet", "archive"):
        run.each(call(f"search_{source}", "nothing found", seconds=0.4, query="dogs"))
    assert "serial_calls" not in kinds(run)


def test_without_content_nothing_is_told() -> None:
    run = Conversation(TASK, content=False)
    run.each(*map(weather, ("Lyon", "Turin", "Graz", "Split")))
    assert "serial_calls" not in kinds(run)


def test_steps_whose_results_say_that_they_were_done_have_their_order() -> None:
    run = Conversation("Close July: revalue, accrue, allocate.")
    steps = {"revalue": "revalued, 12 accounts", "accrue": "accrued, 31 lines", "allocate": "allocated to 9 centres"}
    run.each(*(call(name, result, seconds=0.4, month="2025-07") for name, result in steps.items()))
    run.says("July is closed: 12 accounts revalued, 31 lines accrued, allocated to 9 centres.")
    assert kinds(run) == set()


@pytest.mark.parametrize(
    ("task", "answers", "serial"),
    [
        ("Who of our four suppliers has copper?", ["0", "12", "3", "40"], True),
        ("Find a supplier with copper, the first of our four is enough.", ["none", "none", "none", "40"], False),
        ("Who of our suppliers has copper?", ["0", "12", "3", "40"], False),
    ],
    ids=["counted", "until one is found", "nobody knew how many"],
)
def test_things_that_the_task_counts_could_be_asked_for_together(task: str, answers: list[str], serial: bool) -> None:
    run = Conversation(task)
    for letter, sheets in zip("ABCD", answers, strict=True):
        run.each(call("stock", f"sheets: {sheets}", seconds=0.3, supplier=letter))
    run.says("There are 40 sheets at the last one.")
    assert ("serial_calls" in kinds(run)) == serial


RATES = {"USD": "0.921", "GBP": "1.173", "JPY": "0.0061"}


def rates(task: str, answer: str) -> set[str]:
    run = Conversation(task)
    run.each(*[call("rate", f"{one} {rate}", seconds=0.4, currency=one) for one, rate in RATES.items()])
    run.says(answer)
    return kinds(run)


def test_what_the_model_knew_by_itself_and_all_of_which_was_needed_can_be_fetched_together() -> None:
    assert rates("What are dollar, pound and yen worth?", "Dollar 0.921, pound 1.173, yen 0.0061.") == {"serial_calls"}


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        ("What are dollar, pound and yen worth?", "Yen: 0.0061."),
        ("Look for a rate below 0.01.", "Dollar 0.921 and pound 1.173 are above it, yen 0.0061 is not."),
    ],
    ids=["not needed", "sought"],
)
def test_of_what_nobody_listed_one_after_another_may_be_tried(task: str, answer: str) -> None:
    assert "serial_calls" not in rates(task, answer)

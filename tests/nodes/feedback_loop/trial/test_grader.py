"""Checks that pass everything."""

from __future__ import annotations

from nodes.feedback_loop.trial.grader import suspicious
from tests.nodes.feedback_loop.trial.trials import pair, played


def test_a_kind_that_always_passes_stops_the_trial_when_broken_answers_pass_too() -> None:
    (found,) = suspicious([pair("a", "++", "++"), pair("b", "+", "+")], {"a": played(True), "b": played(True)})
    assert found.stops and found.cases == ("a", "b") and found.kind == "answer"
    assert found.reason.startswith("Every play passed, but so did broken answers: 2 of 2 ")


def test_checks_can_be_tried_before_anything_is_played() -> None:
    (found,) = suspicious([pair("a", "", "")], {"a": played(True)})
    assert found.stops and found.reason.startswith("1 of 1 broken answers")


def test_passing_everything_is_no_crime_where_broken_answers_fail() -> None:
    assert suspicious([pair("a", "++", "++")], {"a": played(False)}) == ()
    assert suspicious([pair("a", "++", "++")], {}) == ()


def test_a_case_whose_check_is_broken_is_named_and_the_rest_goes_on() -> None:
    cases = [pair("a", "+", "+"), pair("b", "-", "+"), pair("c", "-", "+", kind="draft")]
    (found,) = suspicious(cases, {"a": played(True), "b": played(False), "c": played(False)})
    assert not found.stops and found.cases == ("a",) and "1 of 2" in found.reason

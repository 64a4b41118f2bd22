"""Opposite ratings on the same matter contradict each other; on different matters both hold."""

from __future__ import annotations

import pytest

from graph.feedback.contradictions import contradictions
from systems.feedback import Feedback


def said(text: str, rating: int, *about: str) -> Feedback:
    return Feedback(run_id="r", trace_id="0" * 32, span_id="1" * 16, text=text, rating=rating, about=about)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (said("Good", 1), said("Bad", -1)),
        (said("It covers Windows", 1), said("it covers windows!", -1, "design.md")),
        (said("Fine", 1, "design.md"), said("It forgets errors", -1, "design.md#Errors")),
        (said("Fine", 1, "tasks.md", "design.md"), said("Too long", -1, "design.md")),
        (said("Clear", 1, "design.md#Errors"), said("Unclear", -1, "design.md#Errors")),
    ],
)
def test_opposites_on_the_same_matter_contradict(one: Feedback, other: Feedback) -> None:
    assert contradictions([other, one]) == ((one, other),) == contradictions([one, other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (said("Good", 1), said("Fine", 1)),
        (said("Good", 1), said("Good", 0)),
        (said("Good", 1), said("It forgets errors", -1, "design.md")),
        (said("Good", 1, "tasks.md"), said("It forgets errors", -1, "design.md")),
        (said("Clear", 1, "design.md#Storage"), said("Unclear", -1, "design.md#Errors")),
    ],
)
def test_other_pairs_both_hold(one: Feedback, other: Feedback) -> None:
    assert contradictions([one, other]) == ()

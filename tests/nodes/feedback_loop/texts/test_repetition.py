"""Numbers of times are read in words and figures, and other numbers are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.feedback_loop.texts.repetition import asked_times


@pytest.mark.parametrize(
    ("task", "times"),
    [
        ("Shake plate 2 four times for a minute", 4),
        ("weigh it twice, then 3 times", 3),
        ("Schüttle dreimal", 3),
        ("Essaie cinq fois", 5),
        ("Hazlo tres veces", 3),
        ("4x please", 4),
        ("sometimes, many times, at all times", 1),
        ("", 1),
    ],
)
def test_how_often(task: str, times: int) -> None:
    assert asked_times(task) == times


@given(st.text())
def test_any_task_has_a_number(task: str) -> None:
    assert asked_times(task) >= 0

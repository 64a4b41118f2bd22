"""Estimates against published examples, against the tests they invert, and against their promise."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx
from scipy import stats

from nodes.feedback_loop.estimates import (
    holm,
    least_runs,
    proportion_shift,
    runs_for_proportions,
    runs_for_shift,
    shift,
)

# Hollander, Wolfe, Chicken, table 4.1: permeability of the human chorioamnion at term and at 12 to 26 weeks.
TERM = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
EARLIER = [1.15, 0.88, 0.90, 0.74, 1.21]


def test_the_shift_of_the_textbook() -> None:
    found = shift(EARLIER, TERM)
    assert (found.difference, found.low, found.high) == approx((0.305, -0.15, 0.76))
    assert found.p == approx(0.2544, abs=1e-4)


@pytest.mark.parametrize(
    ("before", "after", "low", "high"),
    [  # Newcombe 1998, table II, method 10
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((2, 7), (6, 7), 0.0582, 0.8062),
        ((0, 29), (5, 56), -0.0381, 0.1926),
        ((0, 20), (0, 10), -0.1611, 0.2775),
        ((0, 10), (10, 10), 0.6075, 1.0),
    ],
)
def test_the_proportions_of_newcombe(before: tuple[int, int], after: tuple[int, int], low: float, high: float) -> None:
    found = proportion_shift(before, after)
    assert (found.low, found.high) == approx((low, high), abs=6e-5)


def test_holm_makes_the_smallest_p_times_all_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03, 0.5]) == approx((0.04, 0.09, 0.09, 0.5))
    assert holm([0.9, 0.8]) == (1.0, 1.0)
    assert holm([]) == ()


def test_fewer_than_four_runs_have_no_interval_of_95_percent() -> None:
    assert (least_runs(), least_runs(0.9), least_runs(0.99)) == (4, 4, 5)
    for runs in (3, 4):
        p = stats.mannwhitneyu(range(runs), range(10, 10 + runs), method="exact").pvalue
        assert (p <= 0.05) == (runs >= least_runs())


@given(
    st.lists(st.floats(0, 1), min_size=4, max_size=9, unique=True),
    st.lists(st.floats(1, 2), min_size=4, max_size=9, unique=True),
)
def test_the_interval_is_all_shifts_that_the_exact_test_keeps(before: list[float], after: list[float]) -> None:
    found = shift(before, after)
    for inside, moved in ((True, found.low + 1e-7), (True, found.high - 1e-7), (False, found.low - 1e-7)):
        if inside and found.high - found.low < 1e-6:
            continue
        p = stats.mannwhitneyu([value - moved for value in after], before, method="exact").pvalue
        assert (p > 0.05) == inside or len({*(a - b for a in after for b in before)}) < len(after) * len(before)


@pytest.mark.parametrize(("first", "second"), [(6, 9), (60, 55)])
def test_the_interval_holds_the_true_shift_as_often_as_it_says(first: int, second: int) -> None:
    chance = random.Random(11)
    held = 0
    for _ in range(400):
        before = [chance.lognormvariate(0, 1) for _ in range(first)]
        after = [chance.lognormvariate(0, 1) + 0.7 for _ in range(second)]
        found = shift(before, after)
        held += found.low <= 0.7 <= found.high
    assert 0.92 <= held / 400 <= 0.99


def test_one_wild_run_decides_nothing() -> None:
    before, after = [10.0, 11, 12, 13, 14, 15], [10.5, 11.5, 12.5, 13.5, 14.5, 1e6]
    assert shift(before, after).difference == approx(0.5)


def test_runs_that_are_all_the_same_differ_in_nothing() -> None:
    assert shift([1.0] * 5, [1.0] * 9) == (0, 0, 0, 1, 0.5)


def test_very_many_runs_are_compared_in_bounded_memory() -> None:
    chance = random.Random(2)
    before, after = ([chance.gauss(mean, 1) for _ in range(20_000)] for mean in (0, 1))
    assert shift(before, after).difference == approx(1, abs=0.05)


def test_the_runs_it_would_take_grow_as_the_difference_shrinks() -> None:
    assert runs_for_shift(0.5, 0.05) is None and runs_for_proportions(0.3, 0.3, 0.05) is None
    assert runs_for_shift(0.8, 0.05) == 15
    assert runs_for_proportions(0.5, 0.4, 0.05) == 388

"""Quantiles: exact for a few, close for many, in bounded memory."""

from __future__ import annotations

import random
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from nodes.feedback_loop.profile.quantiles import ERROR, EXACT, Quantiles

PERCENTS = (1.0, 50.0, 95.0, 99.0, 100.0)


def of(values: list[int]) -> Quantiles:
    quantiles = Quantiles()
    for value in values:
        quantiles.add(value)
    return quantiles


def ranks(values: list[int]) -> list[float]:
    ordered = sorted(values)
    return [ordered[ceil(len(values) * percent / 100) - 1] / 1e9 for percent in PERCENTS]


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=50))
def test_a_few_are_exact(values: list[int]) -> None:
    assert list(of(values).seconds(*PERCENTS)) == ranks(values)


@pytest.mark.parametrize("pieces", [1, 7])
def test_many_are_within_the_promised_error_however_they_were_put_together(pieces: int) -> None:
    chance = random.Random(5)
    values = [int(chance.lognormvariate(18, 3)) for _ in range(20 * EXACT)]
    whole = Quantiles()
    for piece in range(pieces):
        whole.merge(of(values[piece::pieces]))
    for found, wanted in zip(whole.seconds(*PERCENTS), ranks(values), strict=True):
        assert found == approx(wanted, rel=ERROR * 1.01)


def test_many_durations_of_nothing_take_no_time() -> None:
    assert of([0] * 3 * EXACT).seconds(50) == (0,)


def test_of_nothing_there_is_no_quantile() -> None:
    assert Quantiles().seconds(50, 99) == (0, 0)

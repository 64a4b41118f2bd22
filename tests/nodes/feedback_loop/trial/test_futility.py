"""Whether it is worth playing on."""

from __future__ import annotations

import numpy

from nodes.feedback_loop.trial.futility import LEAST_CHANCE, chance, decidable
from nodes.feedback_loop.trial.spending import allowed


def test_where_plays_always_come_out_the_same_there_is_nothing_to_wait_for() -> None:
    few = numpy.array([1.0] * 3 + [0.0] * 37)
    assert chance(few, 0.0, 1, allowed(1)) == 0


def test_what_came_out_well_by_half_may_still_be_accepted() -> None:
    assert chance(numpy.array([0.2] * 40), 0.4, 1, allowed(1)) > 0.5


def test_hope_fades_as_repetitions_take_away_the_noise() -> None:
    nothing = numpy.random.default_rng(5).normal(0.09, 0.27, 40)
    hopes = [chance(nothing, 0.3, repetitions, allowed(1)) for repetitions in (1, 2, 4)]
    assert hopes[-1] < 0.2 < min(hopes[:2])


def test_what_came_out_badly_may_not() -> None:
    assert chance(numpy.array([-0.2] * 40), 0.2, 1, allowed(1)) < LEAST_CHANCE


def test_so_few_cases_that_not_even_the_best_outcome_would_do_are_not_waited_for() -> None:
    assert [decidable(cases, 0.005) for cases in (0, 7, 8, 40)] == [False, False, True, True]


def test_after_the_last_look_there_is_no_chance() -> None:
    assert chance(numpy.array([1.0] * 40), 0.1, 8, allowed(1)) == 0

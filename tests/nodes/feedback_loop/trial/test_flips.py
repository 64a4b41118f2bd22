"""Sign flips, held against scipy's tests and against all flips there are."""

from __future__ import annotations

from itertools import product

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test, wilcoxon

from nodes.feedback_loop.trial.flips import p_value, sequential_p, signed_ranks


@pytest.mark.parametrize(("repairs", "regressions"), [(8, 0), (9, 2), (3, 3), (0, 5), (40, 20)])
def test_with_one_repetition_it_is_mcnemars_exact_test(repairs: int, regressions: int) -> None:
    differences = numpy.array([1.0] * repairs + [-1.0] * regressions + [0.0] * 7)
    exact = binomtest(repairs, repairs + regressions, alternative="greater").pvalue
    assert p_value(differences) == pytest.approx(exact, rel=0.15 if repairs > 20 else 1e-9)


def test_with_signed_ranks_it_is_wilcoxons_test() -> None:
    differences = numpy.array([0.4, 1.2, -0.3, 2.2, 0.9, -0.1, 0.7, 1.9, 3.1, 0.2, -0.8])
    exact = wilcoxon(differences, alternative="greater", method="exact").pvalue
    assert p_value(signed_ranks(differences)) == pytest.approx(exact)


def test_fractions_of_successes_are_flipped_as_scipy_flips_them() -> None:
    differences = numpy.array([4.0, 3, 0, -1, 2, 2, -3, 1, 4, 1, 0, 2])
    exact = permutation_test(
        (differences,), numpy.sum, permutation_type="samples", alternative="greater", n_resamples=numpy.inf
    )
    assert p_value(differences) == pytest.approx(exact.pvalue)


def test_no_difference_is_no_evidence() -> None:
    assert p_value(numpy.zeros(10)) == 1 and p_value(numpy.array([])) == 1 and sequential_p([], ()) == []


def test_looking_again_at_what_has_not_changed_costs_nothing() -> None:
    same = numpy.array([1.0] * 9 + [-1.0] + [0.0] * 20)
    once, *again = sequential_p([same, 2 * same, 4 * same], (0.002, 0.004, 0.012))
    assert again == [once, once]


def test_a_look_in_between_is_paid_for() -> None:
    first, last = numpy.array([1.0] * 5 + [-1.0] * 4 + [0.0] * 3), numpy.array([2.0] * 3 + [-1.0] * 4 + [1.0] * 5)
    assert sequential_p([first, last], (0.2, 0.3))[1] > p_value(last)


@settings(max_examples=25)
@given(st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=4, max_size=8), st.sampled_from([0.05, 0.1, 0.3]))
def test_of_all_exchanges_of_old_and_new_no_more_are_accepted_than_allowed(
    cases: list[tuple[int, int, int]], level: float
) -> None:
    looks = numpy.array(cases, dtype=float).T
    levels = (level / 4, level / 2, level)
    accepted = 0
    for signs in product((1, -1), repeat=len(cases)):
        p_values = sequential_p(list(looks * numpy.array(signs)), levels)
        accepted += any(p <= allowed for p, allowed in zip(p_values, levels, strict=True))
    assert accepted <= level * 2 ** len(cases)

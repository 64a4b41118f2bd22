"""How much a policy differs from itself."""

from __future__ import annotations

from math import sqrt

import numpy
import pytest

from nodes.feedback_loop.trial.noise import measured
from tests.nodes.feedback_loop.trial.trials import played, plays


def test_a_policy_that_always_does_the_same_has_no_noise() -> None:
    noise = measured([plays("++"), plays("--")], "success")
    assert (noise.known, noise.variance, noise.band(1), noise.mean, noise.cases) == (True, 0, 0, 0.5, 2)


def test_nothing_is_known_where_no_case_was_played_twice() -> None:
    assert not measured([plays("+"), plays("-")], "success").known and not measured([], "success").known


def test_the_band_holds_19_of_20_differences_of_the_policy_to_itself() -> None:
    chance = numpy.random.default_rng(3)
    rates = chance.uniform(0.1, 0.9, 40)
    inside = 0
    for _ in range(500):
        twice = chance.random((40, 2)) < rates[:, None]
        band = measured([plays("".join("-+"[int(one)] for one in case)) for case in twice], "success").band(3)
        old, again = (chance.random((2, 40, 3)) < rates[:, None]).mean(axis=(1, 2))
        inside += abs(old - again) <= band
    assert 455 <= inside <= 490


def test_seconds_count_where_a_play_succeeds() -> None:
    cases = [[played(True, 1.0), played(True, 3.0), played(False, 99.0)], [played(False, 50.0)]]
    noise = measured(cases, "seconds")
    assert (noise.cases, noise.mean, noise.variance) == (1, 2.0, 2.0)
    assert noise.band(1) == pytest.approx(1.96 * sqrt(4.0))


def test_more_repetitions_narrow_the_band() -> None:
    noise = measured([plays("+-+"), plays("-+-")], "success")
    assert noise.band(4) == pytest.approx(noise.band(1) / 2)

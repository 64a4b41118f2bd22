"""Small versions of the benchmarks `verdicts` and `watch`: bounds that a broken rule would not keep."""

from __future__ import annotations

import numpy

from tests.benchmarks import verdicts, watch


def test_of_trials_of_nothing_hardly_any_is_accepted() -> None:
    chance, accepted = numpy.random.default_rng(11), 0
    for history in range(200):
        kind, base = verdicts.NULLS[history % 3], verdicts.BASES[history % 4]
        old, new = verdicts.null(chance, kind, base)
        accepted += verdicts.tried(verdicts.play(chance, old), verdicts.play(chance, new[0]), 1).accepted
    assert accepted <= 8


def test_a_gain_of_20_points_is_found_with_40_cases() -> None:
    rise, flip = verdicts.found("rise", 0.6, 40, seed=12), verdicts.found("flip", 0.4, 40, seed=13)
    assert rise["verdict"] >= 0.85 and flip["verdict"] >= 0.75 and rise["spared"] > 0.3


def test_a_policy_as_good_as_its_parent_is_hardly_ever_rolled_back_in_500_runs() -> None:
    parents, runs = watch.histories(0.8, 0.0, 100, 500, 200, seed=14)
    assert (watch.rolled_back(parents, runs) > 0).sum() <= 16
    assert watch.exact(0.9, 40, 100) <= 0.05


def test_a_drop_of_20_points_is_found_within_60_runs_nearly_as_often_as_can_be() -> None:
    parents, runs = watch.histories(0.8, 0.2, 100, 60, 200, seed=15)
    found = float((watch.rolled_back(parents, runs) > 0).mean())
    assert watch.bound(0.8, 100) - 0.12 <= found <= watch.bound(0.8, 100) + 0.08

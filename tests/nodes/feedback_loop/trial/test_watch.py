"""Live runs after acceptance."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.trial.watch import HORIZONS, THRESHOLD, Live, Parent, e_values, watched


def runs(count: int, every: int = 0, *, first: int = 0) -> list[Live]:
    """So many runs, of which every n-th fails."""
    return [Live(first + one, not every or one % every != every - 1) for one in range(count)]


def test_a_policy_that_fails_where_its_parent_did_not_is_rolled_back_and_told() -> None:
    found = watched(runs(30, 2), runs(100, 10))
    assert found.roll_back and found.e_value >= THRESHOLD and found.runs < 30 and not found.over
    assert found.reason.startswith("Rolled back: ") and "90% of 100 runs under its parent" in found.reason


def test_a_policy_as_good_as_its_parent_is_kept() -> None:
    found = watched(runs(500, 10), runs(100, 10))
    assert not found.roll_back and found.runs == 500 and found.e_value < 1 and found.reason.startswith("Kept: ")


def test_what_is_rolled_back_once_stays_so_whatever_comes_after() -> None:
    bad = runs(30, 2)
    assert watched([*bad, *runs(400, first=30)], runs(100, 10)) == watched(bad, runs(100, 10))


def test_runs_are_ordered_by_sequence_and_counted_once() -> None:
    ours = runs(40, 3)
    assert watched([*reversed(ours), *ours], runs(100, 10)) == watched(ours, runs(100, 10))


def test_it_may_be_looked_at_after_every_run_with_the_same_result() -> None:
    bad = runs(30, 2)
    stops = [count for count in range(31) if watched(bad[:count], runs(100, 10)).roll_back]
    assert stops[0] == watched(bad, runs(100, 10)).runs and stops == list(range(stops[0], 31))


def test_without_anything_known_of_the_parent_nothing_is_judged() -> None:
    found = watched(runs(100, 1), [])
    assert not found.roll_back and found.e_value == 1 and "nothing is known of its parent" in found.reason


def test_cases_of_the_trial_stand_in_for_missing_runs_of_the_parent() -> None:
    found = watched(runs(30, 2), runs(5), trial=(60, 0.9))
    assert found.roll_back and found.parent_runs == 40 and "35 of them cases of its trial" in found.reason
    assert watched(runs(30, 2), runs(100, 10), trial=(60, 0.1)).parent_runs == 100


def test_a_parent_known_from_few_runs_is_told_to_be() -> None:
    found = watched(runs(10, 3), runs(6))
    assert not found.roll_back and found.reason.endswith("that is few, only a large drop can be seen.")


def test_nothing_is_worse_than_a_parent_that_always_failed() -> None:
    found = watched(runs(100, 1), runs(50, 1))
    assert not found.roll_back and "nothing is worse" in found.reason


def test_after_the_last_horizon_the_watch_is_over() -> None:
    last = HORIZONS[-1][0]
    found = watched(runs(last + 40, 10), runs(100, 10))
    assert found.over and not found.roll_back and found.runs == last and "no longer watched" in found.reason
    assert not watched(runs(last - 1, 10), runs(100, 10)).over


@pytest.mark.parametrize("parent", [Parent(40, 36), Parent(100, 61), Parent(7, 6.5)])
def test_the_e_value_cannot_be_expected_to_grow(parent: Parent) -> None:
    assert e_values([[]], parent)[0, 0] <= 1
    history = [True, False, False, True, False]
    good, seen = parent.successes + 0.5, parent.runs + 1
    for run in range(len(history)):
        so_far = history[:run]
        success = (good + sum(so_far)) / (seen + run)
        after = e_values([[*so_far, True], [*so_far, False]], parent)[:, -1]
        assert success * after[0] + (1 - success) * after[1] == pytest.approx(e_values([so_far], parent)[0, -1])

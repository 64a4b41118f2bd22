"""Played pairs as one number a case."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.trial.measures import gains, repaired, settled
from systems.trials import Pair
from tests.nodes.feedback_loop.trial.trials import pair, played, timed


def test_a_success_gained_is_a_share_and_its_score_the_signed_square() -> None:
    found = gains([pair("a", "----", "++++"), pair("b", "++--", "+---"), pair("c", "+-+-", "+-+-")], "success", 4)
    assert found.effects == [1.0, -0.25, 0.0] and list(found.scores) == [16, -1, 0]


def test_as_many_repetitions_of_either_policy_count() -> None:
    assert gains([pair("a", "+-", "+")], "success", 1).effects == [0.0]


def test_seconds_saved_are_positive_and_ranked_by_ratio() -> None:
    found = gains([timed("a", [10], [9]), timed("b", [1], [0.5]), timed("c", [1], [1.3])], "seconds", 1)
    assert found.effects == pytest.approx([1.0, 0.5, -0.3]) and list(found.scores) == [2, 6, -4]


def test_seconds_count_only_where_both_policies_succeed() -> None:
    failed = Pair(case="a", kind="answer", side="working", old=(played(True, 9.0),), new=(played(False, 0.1),))
    found = gains([failed, timed("b", [2], [1])], "seconds", 1)
    assert found.effects == [1.0] and next(iter(found.tested)) == 0 and list(found.scores) == [0, 2]


def test_tokens_may_be_none_at_all() -> None:
    free = Pair(case="a", kind="answer", side="working", old=(played(True, 1, 0),), new=(played(True, 1, 0),))
    assert list(gains([free], "tokens", 1).scores) == [0]


def test_repairs_and_regressions_are_counted_by_most_of_the_plays() -> None:
    cases = [pair("a", "--+", "++-"), pair("b", "+++", "---"), pair("c", "+-", "++"), pair("d", "--", "--")]
    assert repaired(cases) == (1, 1) and repaired(cases, 1) == (1, 1)


def test_a_trial_is_settled_when_no_case_ever_comes_out_differently() -> None:
    assert settled([pair("a", "--", "++")], "success", 2) and not settled([pair("a", "--", "++")], "success", 1)
    assert not settled([pair("a", "-+", "++")], "success", 2)
    assert not settled([timed("a", [1.0, 1.1], [1.0, 1.0])], "seconds", 2)

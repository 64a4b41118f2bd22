"""What proposals and looks may take of the 5%."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.trial.spending import BY_LOOK, FAMILY, REPETITIONS, allowed, look, paid, share


def test_all_shares_together_are_the_error_rate_of_one_improve() -> None:
    assert sum(map(share, range(1, 100_000))) == pytest.approx(FAMILY, rel=1e-4)
    assert sum(map(share, range(1, 1_000))) < FAMILY


def test_a_later_proposal_has_less() -> None:
    shares = [share(number) for number in range(1, 20)]
    assert shares == sorted(shares, reverse=True) and len(set(shares)) == len(shares)


def test_the_last_look_may_use_up_the_whole_share_and_no_more() -> None:
    assert allowed(3)[-1] == share(3) == max(allowed(3)) and len(allowed(3)) == len(REPETITIONS) == len(BY_LOOK)


def test_where_plays_always_come_out_the_same_that_look_may_use_up_all() -> None:
    assert allowed(2, settled=[2])[0] < share(2) and allowed(2, settled=[2])[1:] == (share(2),) * 3


def test_what_is_paid_is_all_shares_before_and_what_is_used_of_this_one() -> None:
    assert paid(1, 0) == 0 and paid(3, 0.001) == pytest.approx(share(1) + share(2) + 0.001)
    assert paid(1_000, share(1_000)) < FAMILY


def test_a_look_comes_after_twice_the_repetitions_of_the_one_before() -> None:
    assert [look(played) for played in range(10)] == [0, 1, 2, 2, 3, 3, 3, 3, 4, 4]


def test_proposals_are_numbered_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        share(0)

"""Accepted, rejected, or played on."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.trial.guard import MARGIN
from nodes.feedback_loop.trial.spending import FAMILY, REPETITIONS
from nodes.feedback_loop.trial.verdict import judged
from systems.trials import Metric, Pair, Verdict
from tests.nodes.feedback_loop.trial.trials import pair, proposal, same, timed, trial


def verdict(*pairs: Pair, number: int = 1, metric: Metric = "success", predicted: float = 0.2) -> Verdict:
    wanted = proposal(metric, predicted)
    return judged(trial(*pairs), proposal=wanted, number=number)


def mended(count: int, old: str = "--", new: str = "+") -> list[Pair]:
    return [pair(f"mended-{one}", old, new) for one in range(count)]


def test_a_large_gain_is_accepted_at_the_first_look_and_says_why() -> None:
    found = verdict(*mended(12), *same(28, side="working"), *same(20))
    assert (found.accepted, found.more, found.looks, found.repairs, found.regressions) == (True, 0, 1, 12, 0)
    assert found.effect == pytest.approx(0.3) and found.low < 0.3 < found.high and found.p_value <= found.alpha
    assert found.reason == (
        "Accepted: +30 points of success over 40 cases (12 cases repaired, 0 broken), beyond chance (p 0.00024, at "
        "most 0.0042) and beyond the noise of 0 points; guard cases lose less than 20 points."
    )


def test_the_same_gain_is_not_enough_for_a_late_proposal() -> None:
    pairs = [*mended(8, new="++"), *same(32, side="working"), *same(20)]
    assert verdict(*pairs, number=1).accepted and not verdict(*pairs, number=4).accepted


def test_what_is_paid_grows_with_every_proposal_and_stays_below_five_percent() -> None:
    paid = [verdict(*mended(8), *same(20), number=number).paid for number in (1, 2, 5, 50)]
    assert paid == sorted(paid) and paid[0] > 0 and paid[-1] < FAMILY


def test_a_gain_that_guard_cases_pay_for_is_rejected() -> None:
    broken = [pair(f"broken-{one}", "++", "-", side="guard", kind="draft") for one in range(6)]
    found = verdict(*mended(12), *same(28, side="working"), *same(14), *broken)
    assert not found.accepted and found.more == 0 and "guard cases of kind draft got worse" in found.reason
    assert found.guard_effect == pytest.approx(-0.3) and found.guard_low < -MARGIN


def test_with_too_few_guard_cases_nothing_is_accepted() -> None:
    found = verdict(*mended(12, new="++"), *same(4))
    assert not found.accepted and "cannot be ruled out" in found.reason


def test_guard_cases_that_cannot_change_are_certain() -> None:
    guards = same(4)
    found = judged(trial(*mended(12), *guards), proposal=proposal(), number=1, unchanged={one.case for one in guards})
    assert found.accepted and found.guard_low == 0


def test_cases_that_cannot_change_add_no_noise() -> None:
    wobbling = same(30, "+-", side="working")
    pairs = [*mended(10), *wobbling, *same(20)]
    certain = judged(trial(*pairs), proposal=proposal(), number=1, unchanged={one.case for one in wobbling})
    assert certain.accepted and certain.noise == 0 and verdict(*pairs).noise > 0


def test_an_unclear_gain_is_played_on_until_the_next_look() -> None:
    wobbling = [pair(f"w{one}", "+-", "+" if one % 4 else "-") for one in range(20)]
    pairs = [*mended(5), *wobbling, *same(15, side="working"), *same(20)]
    found = verdict(*pairs)
    assert (found.accepted, found.more, found.looks) == (False, 1, 1) and found.reason.startswith("Not decided: ")
    assert "1 more repetition of every case may decide it" in found.reason


def test_between_two_looks_nothing_is_spent() -> None:
    def played(repetitions: int) -> Verdict:
        wobbling = [pair(f"w{one}", "+-+-"[:repetitions], "++-+"[:repetitions]) for one in range(16)]
        return verdict(*wobbling, *same(24, "+-+-"[:repetitions], side="working"), *same(20))

    second, third = played(2), played(3)
    assert (third.looks, third.alpha, third.p_value, third.paid) == (2, second.alpha, second.p_value, second.paid)
    assert (second.more, third.more) == (2, 1)


def test_what_gets_worse_is_rejected_early() -> None:
    worse = [pair(f"worse-{one}", "++", "-") for one in range(8)]
    found = verdict(*worse, *same(32, side="working"), *same(20))
    assert not found.accepted and found.more == 0 and found.looks == 1 and found.regressions == 8


def test_where_plays_always_come_out_the_same_the_second_look_is_the_last() -> None:
    found = verdict(*mended(4, new="++"), *same(36, side="working"), *same(20))
    assert not found.accepted and found.more == 0 and found.looks == 2


def test_after_the_last_look_it_is_decided() -> None:
    wobbling = [pair(f"w{one}", "+-+-+-+-", "+-++-+-+") for one in range(10)]
    found = verdict(*wobbling, *same(30, "+-+-+-+-", side="working"), *same(20))
    assert not found.accepted and found.more == 0 and found.looks == len(REPETITIONS)


def test_seconds_saved_are_accepted_where_successes_stay() -> None:
    faster = [timed(f"f{one}", [2 + one / 10, 2.1 + one / 10], [1.0 + one / 10]) for one in range(30)]
    guards = [timed(f"g{one}", [2.0, 2.0], [1.0], side="guard") for one in range(20)]
    found = verdict(*faster, *guards, metric="seconds")
    assert found.accepted and found.effect == pytest.approx(1.0) and "1 s saved a case" in found.reason


def test_seconds_are_not_bought_with_successes() -> None:
    faster = [timed(f"f{one}", [2.0, 2.1], [1.0]) for one in range(30)]
    broken = [pair(f"b{one}", "++", "-") for one in range(6)]
    found = verdict(*faster, *broken, *same(20), metric="seconds")
    assert not found.accepted and found.more == 0
    assert "success got worse beyond chance, and seconds may not be bought with it" in found.reason


def test_that_successes_stay_must_be_shown_for_seconds_to_count() -> None:
    guards = [timed(f"g{one}", [2.0, 2.0], [1.0], side="guard") for one in range(20)]
    few, more = ([timed(f"f{one}", [2.0, 2.0], [1.0]) for one in range(count)] for count in (9, 10))
    assert verdict(*more, *guards, metric="seconds").accepted
    found = verdict(*few, *guards, metric="seconds")
    assert not found.accepted and "it is not shown that successes stay within 20 points" in found.reason


def test_tokens_are_not_bought_with_seconds() -> None:
    pairs = [timed(f"f{one}", [1.0 + one / 50, 1.0 + one / 50], [1.3 + one / 40]) for one in range(20)]
    cheaper = [
        one.model_copy(update={"new": tuple(p.model_copy(update={"tokens": 9}) for p in one.new)}) for one in pairs
    ]
    found = verdict(*cheaper, *same(20), metric="tokens")
    assert not found.accepted and found.reason.startswith("Rejected: seconds got worse")


def test_a_trial_about_seconds_ends_where_less_is_saved_than_was_predicted_and_that_will_hardly_be_proven() -> None:
    noisy = [timed(f"n{one}", [1.0, 1.3], [0.91 + one % 7 * 0.04]) for one in range(30)]
    hoped, modest = (verdict(*noisy, *same(20), metric="seconds", predicted=one) for one in (0.5, 0.005))
    assert not hoped.accepted and hoped.more == 0 and hoped.high < 0.5
    assert "at most" in hoped.reason and "of the 0.5 s predicted" in hoped.reason
    assert not modest.accepted and modest.more == 1


def test_a_lesser_saving_than_predicted_is_played_on_where_it_will_rather_be_proven() -> None:
    faster = [timed(f"f{one}", [1.0, 1.3], [0.87 + one % 7 * 0.04]) for one in range(30)]
    found = verdict(*faster, *same(20), metric="seconds", predicted=0.5)
    assert not found.accepted and found.high < 0.1 and found.more == 1


def test_so_few_changed_cases_that_nothing_can_be_shown_end_the_trial_at_the_first_look() -> None:
    pairs = [pair(f"w{one}", "-+", "+") for one in range(5)]
    still = same(35, side="working")
    found = judged(
        trial(*pairs, *still, *same(20)), proposal=proposal(), number=1, unchanged={one.case for one in still}
    )
    assert not found.accepted and (found.more, found.looks) == (0, 1)


def test_a_gain_within_the_noise_of_the_old_policy_is_no_gain() -> None:
    noisy = [timed(f"n{one}", [1.0, 41.0], [0.9]) for one in range(20)]
    found = verdict(*noisy, *same(20), metric="seconds")
    assert not found.accepted and found.noise > found.effect and "differs from itself" in found.reason


@pytest.mark.parametrize("pairs", [[], same(20), [pair("a", "++", "")]])
def test_without_plays_there_is_no_verdict(pairs: list[Pair]) -> None:
    found = verdict(*pairs)
    assert not found.accepted and found.looks == 0 and found.alpha == 0 and found.reason.count("working case") == 1
    assert found.more == (1 if pairs and pairs[0].side == "working" else 0)


def test_the_same_plays_give_the_same_verdict() -> None:
    pairs = [*mended(6), *same(34, "+-", side="working"), *same(20)]
    assert verdict(*pairs) == verdict(*pairs)

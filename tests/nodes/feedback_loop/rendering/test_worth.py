"""What a policy was worth: means of cases before and after, with the interval of the change."""

from __future__ import annotations

import pytest
from scipy import stats

from nodes.feedback_loop.rendering.worth import amount, effect, interval, worth
from systems.hashed import content_hash
from systems.policy import DEFAULT
from systems.trials import Metric, Pair, Played
from tests.systems.ledger.histories import CAPS, pair, proposal, trial, verdict


def plays(*seconds: float) -> tuple[Played, ...]:
    return tuple(Played(success=True, seconds=one, tokens=100) for one in seconds)


def test_the_interval_is_that_of_a_paired_t_test() -> None:
    old, new = (3.0, 5.0, 4.0, 7.0), (2.5, 4.0, 4.2, 5.0)
    pairs = [
        Pair(case=content_hash(str(at)), kind="call", side="working", old=plays(one), new=plays(two))
        for at, (one, two) in enumerate(zip(old, new, strict=True))
    ]
    seconds = worth(pairs)[1]
    expected = stats.ttest_rel(new, old).confidence_interval(0.95)
    assert (seconds.low, seconds.high) == pytest.approx((expected.low, expected.high))
    assert seconds.before == 4.75 and seconds.change == pytest.approx(-0.825) and seconds.better is None


def test_repetitions_of_a_case_count_as_one_case() -> None:
    one = Pair(case="a", kind="call", side="working", old=plays(1, 3), new=plays(2))
    two = Pair(case="b", kind="call", side="working", old=plays(6), new=plays(4, 4, 4))
    seconds = worth([one, two])[1]
    assert (seconds.before, seconds.after, seconds.cases) == (4, 3, 2)


def test_more_success_and_fewer_seconds_are_better() -> None:
    tried = trial(proposal(DEFAULT), DEFAULT.edited(CAPS))
    assert [one.better for one in worth(tried.pairs)] == [True, True, True]
    swapped = [one.model_copy(update={"old": one.new, "new": one.old}) for one in tried.pairs]
    assert [one.better for one in worth(swapped)] == [False, False, False]
    assert [one.better for one in worth(tried.pairs, "guard")] == [None, True, True]


def test_few_cases_say_what_they_cannot() -> None:
    assert worth([]) == () and worth([pair(1, old=True, new=True)], "guard") == ()
    (success, *_) = worth([pair(1, old=False, new=True)])
    assert success.low is None and interval(success.low, success.high, "success") == "one case has no interval"
    unplayed = pair(1, old=True, new=True).model_copy(update={"new": ()})
    assert worth([unplayed]) == ()


@pytest.mark.parametrize(
    ("value", "metric", "plain", "signed"),
    [
        (0.625, "success", "62%", "+62 points"),
        (-0.031, "success", "-3.1%", "-3.1 points"),
        (0, "success", "0%", "0 points"),
        (1.234, "seconds", "1.23 s", "+1.23 s"),
        (-310.4, "tokens", "-310", "-310 tokens"),
        (float("nan"), "seconds", "unknown", "unknown"),
        (float("inf"), "success", "unknown", "unknown"),
    ],
)
def test_amounts_are_read_with_their_unit(value: float, metric: Metric, plain: str, signed: str) -> None:
    assert (amount(value, metric), amount(value, metric, sign=True)) == (plain, signed)


def test_an_effect_is_told_as_a_change_whatever_the_metric() -> None:
    tried = trial(proposal(DEFAULT), DEFAULT.edited(CAPS))
    assert effect(verdict(tried)) == "success +40 points (+22 to +58 points)"
    saved = verdict(tried, metric="tokens", effect=120.0, low=80.0, high=160.0)
    assert effect(saved) == "tokens a case -120 tokens (-160 to -80 tokens)"

"""How many more cases are needed."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.trial.guard import MARGIN, lower_bound
from nodes.feedback_loop.trial.noise import Noise
from nodes.feedback_loop.trial.sizing import cases_needed, guards_needed, sized
from systems.trials import Played
from tests.nodes.feedback_loop.trial.trials import plays, proposal

NOISY = Noise(cases=40, mean=0.5, variance=0.12, relative=0.12, known=True)


def cases(count: int, outcomes: str = "++") -> list[tuple[Played, ...]]:
    return [plays(outcomes)] * count


def test_it_says_how_many_more_cases_are_needed_and_what_for() -> None:
    found = sized(proposal(predicted=0.2), cases(18), cases(9), number=1)
    assert (found.needed, found.working, found.guards_needed, found.guards, found.enough) == (30, 18, 10, 9, False)
    assert found.reason == ("12 more working cases and 1 more guard case are needed to see an effect of 20 points.")


def test_with_enough_cases_nothing_is_missing() -> None:
    assert sized(proposal(predicted=0.2), cases(40), cases(20), number=1).enough


def test_of_what_few_cases_can_notice_it_says_how_many_more_of_their_kind_are_needed() -> None:
    told = {
        metric: sized(proposal(metric, 0.5), cases(40), cases(20), number=2, noticing=cases(2), kinds=("step",)).reason
        for metric in ("success", "seconds")
    }
    assert told["success"] == "5 more working step cases are needed to see an effect of 50 points."
    assert "more working step cases are needed to see an effect of 0.5 s a case." in told["seconds"]
    assert sized(proposal(), cases(60), cases(20), number=2, noticing=cases(7), kinds=("step",)).enough


def test_guard_cases_that_cannot_change_count_too() -> None:
    assert not sized(proposal(), cases(40), cases(7), number=1).enough
    assert sized(proposal(), cases(40), cases(7), number=1, certain=10).enough
    assert sized(proposal(), cases(40), [], number=1, certain=3).enough
    assert not sized(proposal(), cases(40), [], number=1).enough


def test_guard_cases_that_were_played_once_are_as_noisy_as_the_working_ones() -> None:
    once = [sized(proposal(), working, cases(1, "+"), number=1) for working in (cases(60), cases(60, "+-"))]
    assert once[0].guards_needed == 10 < once[1].guards_needed


def test_one_missing_case_is_told_in_the_singular() -> None:
    assert sized(proposal(predicted=0.2), cases(29), cases(20), number=1).reason.startswith("1 more working case is ")


def test_smaller_effects_noisier_plays_and_later_proposals_need_more() -> None:
    needed = [cases_needed("success", effect, NOISY, 1) for effect in (0.05, 0.1, 0.2, 0.4)]
    assert needed == sorted(needed, reverse=True) and needed[2] <= 40 < needed[1]
    assert cases_needed("success", 0.2, NOISY, 1) > cases_needed("success", 0.2, NOISY._replace(variance=0.0), 1)
    assert cases_needed("success", 0.2, NOISY, 5) > cases_needed("success", 0.2, NOISY, 1)


def test_seconds_need_cases_by_the_share_that_is_saved() -> None:
    seconds = Noise(cases=40, mean=10.0, variance=4.0, relative=0.05, known=True)
    needed = [cases_needed("seconds", saved, seconds, 1) for saved in (0.5, 1.0, 3.0, 20.0)]
    assert needed == sorted(needed, reverse=True) and needed[0] > 40 > needed[1] and needed[-1] >= 6


def test_an_effect_that_no_number_of_cases_shows_is_told() -> None:
    assert "too small" in sized(proposal(predicted=0.0001), cases(40, "+-"), [], number=1).reason
    assert "predicts no gain" in sized(proposal(predicted=-0.1), cases(40), [], number=1).reason


@pytest.mark.parametrize("known", [True, False])
def test_as_many_guard_cases_as_needed_pass_and_one_less_does_not(known: bool) -> None:
    count = guards_needed(Noise(cases=9, mean=1.0, variance=0.0, relative=0.0, known=known))
    assert lower_bound([0.0] * count)[1] > -MARGIN
    assert not known or lower_bound([0.0] * (count - 1))[1] <= -MARGIN

"""Guard cases must come out no worse."""

from __future__ import annotations

import numpy
import pytest

from nodes.feedback_loop.trial.guard import MARGIN, guarded, lower_bound
from tests.nodes.feedback_loop.trial.trials import pair, same


def test_no_loss_among_few_cases_proves_little() -> None:
    assert not guarded(same(5)).holds and guarded(same(20)).holds


def test_without_a_guard_nothing_is_shown() -> None:
    assert guarded([]).low == -1 and not guarded([]).holds


def test_cases_that_cannot_change_count_for_certain() -> None:
    cases = same(5) + same(10, kind="route")
    certain = guarded(cases, unchanged={one.case for one in cases if one.kind == "route"})
    assert certain.low == pytest.approx(guarded(same(5)).low / 3) and certain.holds and certain.cases == 15
    assert guarded(same(4), unchanged={one.case for one in same(4)}).low == 0


def test_one_net_loss_among_20_is_within_the_margin_and_two_are_not() -> None:
    assert guarded([*same(19), pair("a", "++", "--", side="guard")]).holds
    assert not guarded([*same(18), pair("a", "++", "--", side="guard"), pair("b", "++", "--", side="guard")]).holds


def test_a_kind_that_is_broken_is_not_outweighed_by_others() -> None:
    broken = [pair(f"b{one}", "++", "--", side="guard", kind="draft") for one in range(5)]
    mended = [pair(f"m{one}", "--", "++", side="guard", kind="route") for one in range(20)]
    assert guarded([*broken, *mended]).worse == ("draft",) and not guarded([*broken, *mended]).holds
    assert guarded(mended).worse == () and guarded(mended).effect == 1


@pytest.mark.parametrize("cases", [10, 20, 40])
def test_a_loss_of_the_whole_margin_is_seldom_passed(cases: int) -> None:
    chance = numpy.random.default_rng(cases)
    passed = 0
    for _ in range(1_000):
        gains = chance.choice([-1.0, 0.0, 1.0], cases, p=[MARGIN + 0.05, 0.7, 0.05])
        passed += lower_bound(list(gains))[1] > -MARGIN
    assert passed <= 80

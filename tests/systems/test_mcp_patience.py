"""How a server that hangs costs its limit once."""

from __future__ import annotations

from systems.mcp.patience import MOST_REMEMBERED, Patience, Place

ONE, TWO, THREE = (Place("s", "t", arguments) for arguments in "123")
OTHER_TOOL, OTHER_SERVER = Place("s", "other", "1"), Place("z", "t", "1")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_very_call_that_got_no_answer_is_not_made_again_and_its_tool_gets_one_short_trial() -> None:
    patience = Patience()
    assert patience.seconds(ONE, 32) == 32
    patience.ran_out(ONE)
    assert (patience.seconds(ONE, 32), patience.seconds(TWO, 32), patience.seconds(TWO, 0.2)) == (0, 1.6, 0.2)
    patience.ran_out(TWO)
    assert patience.seconds(THREE, 32) == 0
    assert patience.seconds(OTHER_TOOL, 32) == patience.seconds(OTHER_SERVER, 32) == 32


def test_an_answer_restores_the_tool_but_not_the_call_that_got_none() -> None:
    patience = Patience()
    patience.ran_out(ONE)
    patience.answered(TWO)
    assert (patience.seconds(ONE, 32), patience.seconds(TWO, 32), patience.seconds(THREE, 32)) == (0, 32, 32)


def test_all_tools_of_a_hung_server_get_one_short_trial_until_it_answers() -> None:
    patience = Patience()
    patience.ran_out(ONE, hung=True)
    assert (patience.seconds(ONE, 32), patience.seconds(TWO, 32), patience.seconds(OTHER_TOOL, 32)) == (0, 1.6, 1.6)
    assert patience.seconds(OTHER_SERVER, 32) == 32
    patience.ran_out(TWO)
    assert (patience.seconds(THREE, 32), patience.seconds(OTHER_TOOL, 32)) == (0, 1.6)
    patience.answered(OTHER_TOOL)
    assert (patience.seconds(THREE, 32), patience.seconds(OTHER_TOOL, 32)) == (1.6, 32)


def test_a_trial_is_as_long_as_the_tool_may_be_expected_to_take() -> None:
    patience = Patience()
    assert patience.seconds(ONE, 10) == 10
    patience.ran_out(ONE)
    assert patience.seconds(TWO, 10) == 1
    for seconds in (3, 2):
        patience.answered(TWO, seconds)
    patience.ran_out(ONE)
    assert (patience.seconds(TWO, 10), patience.seconds(TWO, 4)) == (6, 4)
    assert patience.seconds(OTHER_TOOL, 10) == 10


def test_what_is_shut_out_is_tried_again_after_ten_limits_and_costs_a_twentieth() -> None:
    clock = Clock()
    patience = Patience(clock)
    for call in (ONE, TWO):
        patience.ran_out(call)
    clock.now = 319
    assert patience.seconds(ONE, 32) == patience.seconds(THREE, 32) == 0
    clock.now = 320
    assert patience.seconds(ONE, 32) == patience.seconds(THREE, 32) == 1.6
    patience.ran_out(ONE)
    assert patience.seconds(ONE, 32) == patience.seconds(THREE, 32) == 0


def test_what_got_no_answer_is_forgotten_when_there_is_too_much_of_it() -> None:
    patience = Patience()
    for number in range(MOST_REMEMBERED + 1):
        patience.ran_out(Place("s", "t", str(number)))
    assert len(patience._silent) == MOST_REMEMBERED

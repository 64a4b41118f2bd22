"""How a server that hangs costs its limit once."""

from __future__ import annotations

from systems.mcp.patience import Patience


def test_however_often_a_tool_hangs_it_costs_little_more_than_its_limit() -> None:
    patience, spent = Patience(), 0.0
    for _ in range(4):
        seconds = patience.seconds("s", "t", 30)
        spent += seconds
        patience.ran_out("s", "t")
    assert 30 < spent <= 36
    assert patience.seconds("s", "other", 30) == 30 and patience.seconds("z", "t", 30) == 30
    assert patience.seconds("s", "t", 30) == 0.5 and patience.seconds("s", "t", 0.2) == 0.2


def test_an_answer_restores_the_limit_and_a_hung_server_shortens_all_its_tools() -> None:
    patience = Patience()
    patience.ran_out("s", "t")
    patience.hung("s")
    assert (patience.seconds("s", "t", 32), patience.seconds("s", "other", 32)) == (0.5, 4)
    patience.answered("s", "t")
    assert (patience.seconds("s", "t", 32), patience.seconds("s", "other", 32)) == (32, 32)

"""A setting switched to and fro is found; one switched as often as the task asks for, or once or twice, is not."""

from __future__ import annotations

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only


def switched(rounds: int, task: str = "Set rotor 2 to the right mode.", tool: str = "set_mode") -> Conversation:
    run = Conversation(task)
    run.each(*(call(tool, "ok", rotor=2, mode=mode) for _ in range(rounds) for mode in ("gentle", "fast")))
    run.says("Rotor 2 is on fast now.")
    return run


def test_a_setting_switched_to_and_fro_is_ping_pong() -> None:
    run = switched(4)
    tools = [one for one in run.spans if one.name.startswith("execute_tool")]
    assert only(run, "ping_pong").span_ids == ids(*tools)
    assert kinds(run) == {"ping_pong"}


@pytest.mark.parametrize(
    ("rounds", "task", "tool"),
    [(2, "Set it.", "set_mode"), (4, "Blink four times.", "set_mode"), (4, "Which is better?", "get_mode")],
    ids=["twice", "as asked for", "only read"],
)
def test_other_alternation_is_not(rounds: int, task: str, tool: str) -> None:
    assert "ping_pong" not in {one for one in kinds(switched(rounds, task, tool)) if tool == "set_mode"}

"""Prompts that grow with every call; turns of a conversation and one large content are no growth."""

from __future__ import annotations

import json

import pytest

from tests.nodes.feedback_loop.detectors.conversations import ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace


def prompts(*sizes: int, agents: tuple[str, ...] = ("",)) -> tuple[Trace, tuple[str, ...]]:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 1_000)
    spans = []
    for number, size in enumerate(sizes):
        system = {"role": "system", "parts": [{"type": "text", "content": f"You are {agents[number % len(agents)]}."}]}
        content = json.dumps([system])
        spans.append(trace.chat(number, number + 0.5, under=root, sent=size, INPUT_MESSAGES=content))
    return trace, ids(*spans)


def test_prompts_that_hold_all_those_before_them_are_found_at_the_largest() -> None:
    trace, spans = prompts(400, 1_900, 3_500, 5_000, 6_600)
    one = only(trace, "context_growth")
    assert (one.severity, one.where, one.span_ids) == ("warning", "m", spans[-1:])
    assert one.evidence.endswith("from 400 to 6,600 in 5 calls")
    assert one.impact == {"tokens": 15_400, "calls": 5}


def test_two_agents_that_talk_in_turn_are_two_conversations() -> None:
    trace, spans = prompts(400, 300, 1_900, 310, 3_500, 320, 5_000, 330, agents=("a clerk", "an auditor of books"))
    assert only(trace, "context_growth").span_ids == spans[-2:-1]


@pytest.mark.parametrize(
    "sizes",
    [
        (300, 420, 530, 660, 800, 950),
        (300, 320, 9_000, 9_050, 9_100),
        (4_000, 4_100, 4_250, 4_400, 4_500),
        (900, 2_200, 3_500, 900, 2_300, 3_600, 1_000),
        (400, 5_000, 400),
    ],
    ids=["turns", "one large content", "long from the start", "condensed", "few calls"],
)
def test_conversations_that_only_add_their_turns_do_not_grow(sizes: tuple[int, ...]) -> None:
    trace, _ = prompts(*sizes)
    assert "context_growth" not in kinds(trace)

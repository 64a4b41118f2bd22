"""Calls that cost far more than a call does; long prompts alone and long answers alone do not."""

from __future__ import annotations

import json

import pytest

from tests.nodes.feedback_loop.detectors.conversations import ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace


def test_a_call_that_reads_and_writes_a_book_is_found_with_its_price() -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 10)
    span = trace.chat(0, 1, under=root, sent=50_000, written=20_000, COST=0.45)
    one = only(trace, "cost_spike")
    assert (one.severity, one.where, one.span_ids) == ("error", "m", ids(span))
    assert one.impact == {"failures": 0, "seconds": 1, "tokens": 70_000, "usd": 0.45}
    assert one.evidence == "50,000 tokens sent, 20,000 written, 0.45 USD in all"


@pytest.mark.parametrize(("sent", "written"), [(90_000, 900), (2_000, 12_000), (5_000, 5_000)])
def test_long_prompts_and_long_answers_alone_are_none(sent: int, written: int) -> None:
    trace = Trace()
    trace.chat(0, 1, under=trace.span("invoke_agent a", 0, 10), sent=sent, written=written)
    assert "cost_spike" not in kinds(trace)


@pytest.mark.parametrize(
    ("sent", "content", "found"), [(62_000, 400, True), (62_000, 200_000, False), (900, 400, False)]
)
def test_tokens_far_beyond_those_of_its_peers_that_nothing_explains_are_found(
    sent: int, content: int, found: bool
) -> None:
    trace = Trace()
    root = trace.span("invoke_agent a", 0, 10)
    asked = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "word " * (content // 5)}]}])
    spans = [
        trace.chat(n, n + 0.5, under=root, sent=sent if n == 2 else 640, written=24, INPUT_MESSAGES=asked)
        for n in range(5)
    ]
    assert kinds(trace) == ({"cost_spike"} if found else set())
    assert not found or only(trace, "cost_spike").span_ids == ids(spans[2])

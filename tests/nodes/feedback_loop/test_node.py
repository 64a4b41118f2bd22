"""What a loop says of its own time."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.node import working_seconds
from tests.nodes.feedback_loop.traces import Trace


def test_the_wait_for_a_person_between_two_spans_is_no_work() -> None:
    trace = Trace()
    spans = [trace.tool("read", 0, 1), trace.tool("read", 0.5, 2), trace.tool("write", 86_400, 86_401)]
    assert working_seconds(spans) == pytest.approx(3)

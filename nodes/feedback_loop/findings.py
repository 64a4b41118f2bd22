"""What went wrong or was wasted in a set of spans: every detector's findings, one per cause, worst first."""

from __future__ import annotations

from collections.abc import Iterable

from nodes.feedback_loop.analysis import Analysis
from nodes.feedback_loop.calls.history import NONE, History
from nodes.feedback_loop.reading.operations import read
from nodes.feedback_loop.reading.ordering import in_order
from systems.policy import DEFAULT, LoopKnobs
from systems.records import Finding, Span


def find(
    spans: Iterable[Span],
    *,
    knobs: LoopKnobs = DEFAULT.loop,
    earlier: Iterable[Span] = (),
    history: History = NONE,
) -> tuple[Finding, ...]:
    """Run every detector.

    Args:
        spans: the spans to judge, in any order.
        knobs: when numbers are remarkable.
        earlier: spans of earlier loops of the run: compared with, never reported.
        history: how long operations took in earlier runs.
    """
    analysis = Analysis(knobs, history=history)
    now = {(span.trace_id, span.span_id): span for span in spans}
    before = (span for span in earlier if (span.trace_id, span.span_id) not in now)
    for operation in in_order(map(read, before)):
        analysis.observe(operation, report=False)
    analysis.observe_all(in_order(map(read, now.values())))
    return analysis.close()

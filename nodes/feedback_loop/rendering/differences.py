"""A comparison of two sets of runs, as rows of a table: what is worse first, then what is better."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nodes.feedback_loop.comparison_words import number, subject

if TYPE_CHECKING:
    from nodes.feedback_loop.comparison import Comparison, Difference

HEADS = ("metric", "before", "after", "change", "interval", "verdict")
VERDICTS = {"worse": "worse", "better": "better", "unclear": "may be chance", "same": "same", "too_few": "too few runs"}
MOST = 200


class Compared(NamedTuple):
    """A comparison with the name of what was compared with."""

    against: str
    comparison: Comparison


def differences(comparison: Comparison) -> list[tuple[str, ...]]:
    """The rows under `HEADS`; what could not be told is left out, unless nothing could be."""
    order = list(VERDICTS)
    told = [one for one in comparison.differences if one.verdict != "too_few"] or list(comparison.differences)
    return [_row(one) for one in sorted(told, key=lambda one: order.index(one.verdict))][:MOST]


def _row(one: Difference) -> tuple[str, ...]:
    change = interval = ""
    if one.difference is not None and one.low is not None and one.high is not None:
        low, high = (number(bound, one.metric, signed=True) for bound in (one.low, one.high))
        change, interval = number(one.difference, one.metric, signed=True), f"{low} to {high}"
    before, after = number(one.before, one.metric), number(one.after, one.metric)
    return subject(one.metric, one.where), before, after, change, interval, VERDICTS[one.verdict]

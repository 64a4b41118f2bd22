"""How long each span was at work itself, and which spans decided how long a trace took.

From the end back: of the children of a span the one that ended last was waited for; before its start, the one that
ended last until then; and so on, in each of them again. This is the critical path of a request as CRISP defines it
(Zhang et al.: "CRISP: Critical Path Analysis of Large-Scale Microservice Architectures", USENIX ATC 2022). What a child
does outside of its parent's time (a clock askew, work left behind) is cut off, so that the shares of the spans on the
path add up to the duration of the root.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import groupby

from nodes.feedback_loop.profile.forest import Forest
from nodes.feedback_loop.profile.rows import TraceRows

Link = tuple[int, int, int]
"""A row, and from when to when it was waited for."""


def own_times(rows: TraceRows, forest: Forest) -> array[int]:
    """Nanoseconds of each row in which none of its children was at work; children that overlap count once."""
    starts, ends = rows.starts, rows.ends
    own = array("q")
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        left = end - start
        if not forest.is_leaf(row):
            reached = end
            for child in forest.children(row):
                begin, stop = max(starts[child], start), min(ends[child], reached)
                if begin < stop:
                    left -= stop - begin
                    reached = begin
        own.append(left)
    return own


def shares(rows: TraceRows, forest: Forest) -> array[int]:
    """Nanoseconds of each row on the critical path; 0 for rows that are not on it."""
    found = array("q", bytes(8 * len(rows)))
    if not len(rows):
        return found
    waiting: list[Link] = []
    _follow(rows, forest.roots, min(rows.starts), max(rows.ends), waiting)
    while waiting:
        row, begin, end = waiting.pop()
        inside = 0 if forest.is_leaf(row) else _follow(rows, forest.children(row), begin, end, waiting)
        found[row] = end - begin - inside
    return found


def _follow(rows: TraceRows, candidates: Iterable[int], start: int, end: int, waiting: list[Link]) -> int:
    """Append the links that fill the time from `start` to `end`; returns how much of it they fill.

    Of candidates (the one that ended last first) that are at work at the end, the one that started first is waited for.
    """
    starts, ends = rows.starts, rows.ends
    filled, reached = 0, end
    for at_end, group in groupby(candidates, key=lambda row: ends[row] >= end):
        for row in (min(group, key=starts.__getitem__),) if at_end else group:
            begin, stop = max(starts[row], start), min(ends[row], end)
            if begin < stop <= reached:
                waiting.append((row, begin, stop))
                filled += stop - begin
                reached = begin
    return filled

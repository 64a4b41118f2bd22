"""How many calls were at work at once.

Most calls of an agent come one after another. Only bursts, stretches of time in which calls overlap, have to be looked
at closely, once for every account that a call is in.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise

from nodes.feedback_loop.profile.rows import TraceRows


def bursts(rows: TraceRows, calls: Sequence[int]) -> Iterator[Sequence[int]]:
    """Calls by stretches of time in which at least one of them was at work, each ordered by start; the last one first.

    Args:
        rows: one trace.
        calls: rows, best in the order of their ends, which saves sorting them.
    """
    starts, ends = rows.starts, rows.ends
    if any(ends[one] > ends[other] for one, other in pairwise(calls)):
        calls = array("i", sorted(calls, key=ends.__getitem__))
    burst: list[int] = []
    began = 0
    for row in reversed(calls):
        if burst and ends[row] <= began:
            yield sorted(burst, key=starts.__getitem__) if len(burst) > 1 else burst
            burst = []
        began = min(began, starts[row]) if burst else starts[row]
        burst.append(row)
    if burst:
        yield sorted(burst, key=starts.__getitem__)


def at_once(rows: TraceRows, calls: Sequence[int]) -> tuple[int, int, int]:
    """Nanoseconds of these calls, those in which at least one of them was at work, and the most that were at once.

    Calls are ordered by start. One that starts when another ends is not at work beside it.
    """
    starts, ends = rows.starts, rows.ends
    finishing = sorted(map(ends.__getitem__, calls))
    done = most = work = busy = 0
    reached = starts[calls[0]]
    for number, row in enumerate(calls):
        start, end = starts[row], ends[row]
        while done < number and finishing[done] <= start:
            done += 1
        most = max(most, number + 1 - done)
        work += end - start
        if end > reached:
            busy += end - max(start, reached)
            reached = end
    return work, busy, most

"""How many calls were at work at once.

Most calls of an agent come one after another. Only bursts, stretches of time in which calls overlap, have to be looked
at closely, once for every account that a call is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nodes.feedback_loop.profile.rows import TraceRows


def bursts(rows: TraceRows, calls: Iterable[int]) -> Iterator[list[int]]:
    """Calls by stretches of time in which at least one of them was at work, each ordered by start."""
    starts, ends = rows.starts, rows.ends
    burst: list[int] = []
    reached = 0
    for row in sorted(calls, key=starts.__getitem__):
        if burst and starts[row] >= reached:
            yield burst
            burst = []
        reached = max(reached, ends[row]) if burst else ends[row]
        burst.append(row)
    if burst:
        yield burst


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

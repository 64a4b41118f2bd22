"""Operations in the order in which they ended, from a stream in about that order.

Exporters write spans as they end, a batch late at most; files may also be ordered by start, or not at all. A window
puts right what is out of order by fewer spans than it holds, in memory bounded by it; what comes later still is passed
on late. Up to `WINDOW` spans any order is put right.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from nodes.feedback_loop.reading.operations import Operation

WINDOW = 20_000


def in_order(operations: Iterable[Operation], window: int = WINDOW) -> Iterator[Operation]:
    """Each operation once, ordered by its end; of those that ended together the one that started last comes first.

    A span that comes twice (exporters repeat themselves) is left out while the first one is still in the window.
    """
    waiting: list[tuple[int, int, str, str, Operation]] = []
    known: set[tuple[str, str]] = set()
    for one in operations:
        key = one.trace_id, one.span_id
        if key in known:
            continue
        known.add(key)
        heapq.heappush(waiting, (one.end_ns, -one.start_ns, *key, one))
        if len(waiting) > window:
            yield _next(waiting, known)
    while waiting:
        yield _next(waiting, known)


def _next(waiting: list[tuple[int, int, str, str, Operation]], known: set[tuple[str, str]]) -> Operation:
    one = heapq.heappop(waiting)[-1]
    known.discard((one.trace_id, one.span_id))
    return one

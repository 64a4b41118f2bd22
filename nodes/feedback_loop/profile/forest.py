"""The rows of one trace under one another.

Who is whose child is read from parent ids, never from times. Spans come as they may: late, without their parents, with
ids that run in a circle. What hangs in the air is put under the root that lasted longest; a circle is opened at its
earliest span.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from nodes.feedback_loop.profile.rows import TraceRows

NONE = -1


class Forest:
    """Rows as a forest.

    Attributes:
        roots: rows without a parent; the one that ended last comes first.
        parents: parent of each row; `NONE` for a root.
        order: every row, parents before their children.
    """

    def __init__(self, rows: TraceRows) -> None:
        self.parents = _parents(rows)
        self._last, self._next = array("i", [NONE]) * len(rows), array("i", [NONE]) * len(rows)
        self.roots: Sequence[int] = self._linked(rows)
        late = any(NONE < parent < row for row, parent in enumerate(self.parents))
        self.order: Sequence[int] = array("i", self._walked()) if late else range(len(rows) - 1, -1, -1)

    def is_leaf(self, row: int) -> bool:
        """Whether a row has no children."""
        return self._last[row] == NONE

    def children(self, row: int) -> Iterator[int]:
        """Children of a row; the one that ended last comes first, of those that ended together the longest."""
        child, following = self._last[row], self._next
        while child != NONE:
            yield child
            child = following[child]

    def _linked(self, rows: TraceRows) -> list[int]:
        """Link children to their parents; rows mostly come in the order of ends. Returns the roots."""
        starts, ends, last, following = rows.starts, rows.ends, self._last, self._next
        roots, unordered = [], set()
        for row, parent in enumerate(self.parents):
            if parent == NONE:
                roots.append(row)
                continue
            before = last[parent]
            if before != NONE and (
                ends[row] < ends[before] or (ends[row] == ends[before] and starts[row] > starts[before])
            ):
                unordered.add(parent)
            following[row] = before
            last[parent] = row
        for parent in unordered:
            self._link(parent, sorted(self.children(parent), key=lambda row: (ends[row], -starts[row])))
        return sorted(roots, key=lambda row: (-ends[row], starts[row]))

    def _link(self, parent: int, children: Iterable[int]) -> None:
        before = NONE
        for child in children:
            self._next[child] = before
            before = child
        self._last[parent] = before

    def _walked(self) -> Iterator[int]:
        waiting = list(self.roots)
        while waiting:
            row = waiting.pop()
            yield row
            waiting.extend(self.children(row))


def _parents(rows: TraceRows) -> array[int]:
    row_of = rows.row_of
    parents = array("i", (row_of[above] if above != NONE else NONE for above in rows.ids_above))
    loose = [row for row, above in enumerate(rows.ids_above) if above != NONE and parents[row] == NONE]
    roots = [row for row, above in enumerate(rows.ids_above) if above == NONE]
    opened = _circles(parents, rows.starts)
    longest = max(roots, key=lambda row: rows.ends[row] - rows.starts[row]) if roots else NONE
    for row in (*loose, *opened):
        parents[row] = longest
    return parents


def _circles(parents: Sequence[int], starts: Sequence[int]) -> list[int]:
    """The earliest row of every circle; each has at least one row whose parent came no later than the row itself."""
    done = bytearray(len(parents))
    opened = []
    for first in [row for row, parent in enumerate(parents) if NONE < parent <= row]:
        path: dict[int, None] = {}
        row = first
        while row != NONE and not done[row] and row not in path:
            path[row] = None
            row = parents[row]
        if row in path:
            steps = list(path)
            opened.append(min(steps[steps.index(row) :], key=lambda one: (starts[one], one)))
        for one in path:
            done[one] = 1
    return opened

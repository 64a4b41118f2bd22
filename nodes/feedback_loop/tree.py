"""A flat list of spans as a tree.

Who is whose child is read from parent ids, never from times, which only order brothers and sisters. Spans come as they
may: late, twice, without their parents, from several traces, with ids that run in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from systems.records import Span

Key = tuple[str, str]


def key(span: Span) -> Key:
    """What a span is known by."""
    return span.trace_id, span.span_id


@dataclass(frozen=True)
class Tree:
    """Spans, each exactly once, under one another.

    Attributes:
        roots: spans without a parent, ordered by start; one per trace when the trace has a root at all.
    """

    roots: tuple[Span, ...]
    _children: dict[Key, tuple[Span, ...]]
    _parents: dict[Key, Span]

    def children(self, span: Span) -> tuple[Span, ...]:
        """Direct children, ordered by start."""
        return self._children.get(key(span), ())

    def parent(self, span: Span) -> Span | None:
        """The parent, None for a root."""
        return self._parents.get(key(span))

    def ancestors(self, span: Span) -> Iterator[Span]:
        """Parent, its parent, and so on up to a root."""
        above = self.parent(span)
        while above is not None:
            yield above
            above = self.parent(above)

    def walk(self) -> Iterator[tuple[int, Span]]:
        """(depth, span) of all spans, parents before their children."""
        stack = [(0, root) for root in reversed(self.roots)]
        while stack:
            depth, span = stack.pop()
            yield depth, span
            stack.extend((depth + 1, child) for child in reversed(self.children(span)))


def build(spans: Iterable[Span]) -> Tree:
    """The tree of a list of spans.

    Of spans with one id the first in the order of starts counts. A span whose parent is missing hangs on the first
    root of its trace, or is a root where there is none. A circle is opened at its earliest span.
    """
    known: dict[Key, Span] = {}
    for span in sorted(spans, key=_order):
        known.setdefault(key(span), span)
    above = {one: (one[0], span.parent_id) for one, span in known.items() if span.parent_id}
    first_roots: dict[str, Key] = {}
    for one in known:
        if one not in above:
            first_roots.setdefault(one[0], one)
    loose = _circles(known, above) | {one for one, parent in above.items() if parent not in known}
    parents: dict[Key, Span] = {}
    children: dict[Key, list[Span]] = {}
    for one, span in known.items():
        parent = first_roots.get(one[0]) if one in loose else above.get(one)
        if parent is not None:
            parents[one] = known[parent]
            children.setdefault(parent, []).append(span)
    roots = tuple(span for one, span in known.items() if one not in parents)
    return Tree(roots, {one: tuple(found) for one, found in children.items()}, parents)


def _order(span: Span) -> tuple[int, int, str, str, str, str]:
    return span.start_ns, -span.end_ns, span.trace_id, span.span_id, span.parent_id or "", span.name


def _circles(known: dict[Key, Span], above: dict[Key, Key]) -> set[Key]:
    """The earliest span of every circle of parent ids."""
    done: set[Key] = set()
    opened: set[Key] = set()
    position = {one: number for number, one in enumerate(known)}
    for one in known:
        path: dict[Key, None] = {}
        current: Key | None = one
        while current in known and current not in done and current not in path:
            path[current] = None
            current = above.get(current)
        if current in path:
            steps = list(path)
            opened.add(min(steps[steps.index(current) :], key=position.__getitem__))
        done.update(path)
    return opened

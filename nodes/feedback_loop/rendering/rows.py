"""The spans of a run as rows to draw: a tree in order, small texts, and bounded however long the trace is."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from nodes.feedback_loop.reading.operations import Operation

MOST_ROWS = 50_000
MOST_CHARACTERS = 1_000
"""Longest excerpt of one text of a span."""
MOST_TEXT = 16_000_000
"""Characters of excerpts on one page: with many spans, each has shorter ones."""

Key = tuple[str, str]


class Row(NamedTuple):
    """One span as it is drawn; `texts` has excerpts and facts by their label, without empty ones."""

    trace_id: str
    span_id: str
    parent_id: str | None
    start_ns: int
    end_ns: int
    kind: str
    title: str
    name: str
    failed: bool
    input_tokens: int
    output_tokens: int
    cost: float | None
    texts: dict[str, str]


class Rows:
    """Keeps what is to be drawn; pass `observe` as `watch` to `analyze`.

    Of more than `most` spans the failed and the longest stay, so that with a span its parents stay, which last longer.

    Attributes:
        left_out: spans that are not drawn.
    """

    def __init__(self, most: int = MOST_ROWS) -> None:
        self.left_out = 0
        self._most = most
        self._kept: list[tuple[bool, int, int, Row]] = []
        self._count = 0

    def observe(self, operation: Operation) -> None:
        """Take one operation."""
        self._count += 1
        weight = (operation.failed, operation.end_ns - operation.start_ns, -self._count)
        if len(self._kept) < self._most:
            heapq.heappush(self._kept, (*weight, _row(operation)))
            return
        self.left_out += 1
        if self._kept and weight > self._kept[0][:3]:
            heapq.heapreplace(self._kept, (*weight, _row(operation)))

    def __len__(self) -> int:
        return len(self._kept)

    def tree(self) -> Iterator[tuple[int, Row]]:
        """(depth, row), parents before their children, brothers and sisters and traces by their start.

        A span whose parent is not there is drawn at the top; a circle of parents is opened at its earliest span.
        """
        rows = sorted((one[-1] for one in self._kept), key=lambda row: (row.start_ns, -row.end_ns, row.span_id))
        known = {(row.trace_id, row.span_id) for row in rows}
        children: defaultdict[Key, list[Row]] = defaultdict(list)
        traces: dict[str, tuple[list[Row], list[Row]]] = {}
        for row in rows:
            roots, every = traces.setdefault(row.trace_id, ([], []))
            parent = (row.trace_id, row.parent_id or "")
            (children[parent] if parent in known else roots).append(row)
            every.append(row)
        drawn: set[Key] = set()
        for roots, every in traces.values():
            yield from _walk(roots, children, drawn)
            for row in every:
                yield from _walk([row], children, drawn)


def _walk(roots: list[Row], children: dict[Key, list[Row]], drawn: set[Key]) -> Iterator[tuple[int, Row]]:
    waiting = [(0, row) for row in reversed(roots)]
    while waiting:
        depth, row = waiting.pop()
        key = row.trace_id, row.span_id
        if key not in drawn:
            drawn.add(key)
            yield depth, row
            waiting.extend((depth + 1, child) for child in reversed(children.get(key, ())))


def _row(one: Operation) -> Row:
    texts = {
        "error type": one.error_type,
        "error": one.error,
        "arguments": one.arguments,
        "result": one.result,
        "asked": one.messages[-1].text if one.messages else "",
        "said": one.output,
        "calls": ", ".join(f"{call.name}({call.arguments})" for call in one.calls[:20]),
        "finish": one.finish,
        "server": one.server,
        "agent": one.agent,
        "cached tokens": f"{one.cached_tokens:,}" if one.cached_tokens else "",
        "reasoning tokens": f"{one.reasoning_tokens:,}" if one.reasoning_tokens else "",
    }
    return Row(
        one.trace_id,
        one.span_id,
        one.parent_id,
        one.start_ns,
        one.end_ns,
        one.kind,
        excerpt(one.title, 200),
        excerpt(one.name, 200),
        one.failed,
        one.input_tokens,
        one.output_tokens,
        one.cost,
        {label: excerpt(text) for label, text in texts.items() if text},
    )


def excerpt(text: str, most: int = MOST_CHARACTERS) -> str:
    """The beginning of a text, with how much more there was."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most:,} characters more)"

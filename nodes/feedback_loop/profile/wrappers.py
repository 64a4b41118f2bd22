"""Spans that only wrap a call, and what of a wrapper counts all the same.

An instrumented framework's span of a model call holds the client library's span of the same call, perhaps with steps
between them; likewise two spans of one tool. The inner one is the call (as in `nesting`, which sees spans one by one; a
tree shows it also where spans came in no order). Of the wrapper counts what the inner one did not tell: client
libraries leave out tokens or costs that frameworks know.
"""

from __future__ import annotations

from collections.abc import Sequence

from nodes.feedback_loop.profile.forest import NONE, Forest
from nodes.feedback_loop.profile.rows import FAILED, TOLD_COST, TOLD_TOKENS, Shape, TraceRows

_MODEL = 1
_TOLD = TOLD_TOKENS | TOLD_COST


class Wrappers:
    """Which rows of a trace are wrappers.

    Attributes:
        is_echo: 1 for a wrapper of a call.
        counts: of rows of models, what of their usage counts: `TOLD_TOKENS`, `TOLD_COST`, both or none.
    """

    def __init__(self, rows: TraceRows, forest: Forest, shapes: Sequence[Shape]) -> None:
        self.is_echo, self.counts = bytearray(len(rows)), bytearray(len(rows))
        self._rows, self._parents = rows, forest.parents
        self._below = bytearray(len(rows))
        self._tools: dict[int, set[str]] = {}
        for row in reversed(forest.order):
            shape = shapes[rows.shapes[row]]
            if shape.kind == "model":
                self._model(row)
            elif shape.kind == "tool":
                self._tool(row, shape.where)
            elif shape.kind == "step":
                self._lift(row, self._below[row], self._tools.pop(row, None))
            elif shape.kind == "embedding":
                self.counts[row] = _TOLD

    def _model(self, row: int) -> None:
        below, flags = self._below[row], self._rows.flags[row]
        untold = _TOLD & ~flags
        if below & _MODEL:
            self.is_echo[row] = 1
            self.counts[row] = below & _TOLD
            untold &= below
        else:
            self.counts[row] = _TOLD
            if flags & FAILED:
                untold = 0
        self._lift(row, _MODEL | untold, None)

    def _tool(self, row: int, name: str) -> None:
        if name in self._tools.pop(row, ()):
            self.is_echo[row] = 1
        self._lift(row, 0, {name})

    def _lift(self, row: int, below: int, tools: set[str] | None) -> None:
        """What a row is or holds is below its parent."""
        parent = self._parents[row]
        if parent == NONE:
            return
        self._below[parent] |= below
        if tools:
            known = self._tools.get(parent)
            if known is None:
                self._tools[parent] = tools
            else:
                known |= tools

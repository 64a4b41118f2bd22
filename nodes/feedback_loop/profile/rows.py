"""The operations of one trace as numbers in columns: about 200 bytes a span, whatever the span holds."""

from __future__ import annotations

import math
from array import array
from typing import Any, NamedTuple

from nodes.feedback_loop.profile.retries import Retries
from nodes.feedback_loop.reading.kinds import OperationKind
from nodes.feedback_loop.reading.operations import Operation
from systems import names
from systems.prices import Prices

COUNTED: frozenset[OperationKind] = frozenset({"model", "tool", "embedding"})
"""Kinds of calls that a profile counts."""
FAILED = 1
RETRY = 2
TOLD_TOKENS = 4
TOLD_COST = 8
"""Flags of a row; the last two are of rows of models."""
MOST = 2**62
"""Largest number in a column."""


class Shape(NamedTuple):
    """What spans have in common, other than their times; what a span does not say is None or empty."""

    title: str
    kind: OperationKind
    where: str
    server: str
    node: Any
    agent: Any
    step: Any


class Usage(NamedTuple):
    """Columns of what models used."""

    rows: array[int]
    input: array[int]
    output: array[int]
    cached: array[int]
    reasoning: array[int]
    cost: array[float]
    """US dollars; NaN where not known."""


class TraceRows:
    """One trace. A row per span, in the order in which they were observed; a span that comes twice has one.

    Attributes:
        ids: number of every span id met, as a span's own or as a parent's.
        row_of: row of an id, by its number; -1 while the span has not come.
        ids_own: number of the row's own id.
        ids_above: number of its parent's id; -1 for a root.
        starts: nanoseconds since the epoch.
        ends: likewise; never before the start.
        shapes: number of the row's shape in `shape_numbers`.
        flags: `FAILED`, `RETRY`, `TOLD_TOKENS`, `TOLD_COST`.
        usage: of calls of models.
    """

    def __init__(self, prices: Prices) -> None:
        self.ids: dict[str, int] = {}
        self.row_of = array("i")
        self.ids_own, self.ids_above = array("i"), array("i")
        self.starts, self.ends = array("q"), array("q")
        self.shapes = array("i")
        self.shape_numbers: dict[tuple[Any, ...], int] = {}
        self.flags = bytearray()
        self.usage = Usage(array("i"), array("q"), array("q"), array("q"), array("q"), array("d"))
        self._prices = prices
        self._retries = Retries()

    def __len__(self) -> int:
        return len(self.ids_own)

    def observe(self, operation: Operation) -> None:
        """Add a row."""
        ids, row_of, row = self.ids, self.row_of, len(self.ids_own)
        number = ids.setdefault(operation.span_id, len(ids))
        if number == len(row_of):
            row_of.append(row)
        elif row_of[number] < 0:
            row_of[number] = row
        else:
            return
        above = -1
        if operation.parent_id is not None:
            above = ids.setdefault(operation.parent_id, len(ids))
            if above == len(row_of):
                row_of.append(-1)
        start, end = operation.start_ns, operation.end_ns
        if not -MOST < start <= end < MOST:
            start = max(-MOST, min(start, MOST))
            end = max(start, min(end, MOST))
        self.ids_own.append(number)
        self.ids_above.append(above)
        self.starts.append(start)
        self.ends.append(end)
        self.shapes.append(self._shape(operation))
        self.flags.append(self._observe_call(operation, row))

    def _shape(self, operation: Operation) -> int:
        told, kind, name = operation.attributes, operation.kind, operation.name
        server = operation.server
        where = f"{server}.{name}" if server and kind == "tool" else name
        agent = name if kind == "agent" else told.get(names.AGENT)
        shape = operation.title, kind, where, server, told.get(names.NODE), agent, told.get(names.STEP)
        try:
            return self.shape_numbers.setdefault(shape, len(self.shape_numbers))
        except TypeError:  # an attribute that should be a text and is a list
            told_as_text = tuple(one if one is None else str(one) for one in shape)
            return self.shape_numbers.setdefault(told_as_text, len(self.shape_numbers))

    def _observe_call(self, operation: Operation, row: int) -> int:
        """The row's flags."""
        flags, kind = FAILED if operation.failed else 0, operation.kind
        if kind in COUNTED:
            if self._retries.observe(operation):
                flags |= RETRY
            if kind != "tool":
                flags |= self._observe_usage(operation, row)
        return flags

    def _observe_usage(self, operation: Operation, row: int) -> int:
        sent, received = min(operation.input_tokens, MOST), min(operation.output_tokens, MOST)
        cost = operation.cost
        if cost is None and (sent or received) and (price := self._prices.of(operation.name)):
            cost = price.cost(sent, received, operation.cached_tokens)
        if not (sent or received or cost is not None):
            return 0
        usage = self.usage
        usage.rows.append(row)
        usage.input.append(sent)
        usage.output.append(received)
        usage.cached.append(min(operation.cached_tokens, MOST))
        usage.reasoning.append(min(operation.reasoning_tokens, MOST))
        usage.cost.append(math.nan if cost is None else cost)
        return (TOLD_TOKENS if sent or received else 0) | (0 if cost is None else TOLD_COST)

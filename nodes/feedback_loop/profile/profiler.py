"""A profile of operations as they come."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from copy import deepcopy

from nodes.feedback_loop.profile.accounts import NO_NODE, TOTAL, Accounts
from nodes.feedback_loop.profile.critical_path import own_times
from nodes.feedback_loop.profile.forest import Forest
from nodes.feedback_loop.profile.rows import TraceRows
from nodes.feedback_loop.profile.tally import Tally
from nodes.feedback_loop.reading.operations import Operation, read
from nodes.feedback_loop.reading.ordering import in_order
from systems.prices import NO_PRICES, Prices
from systems.records import Profile, Span

MOST_OPEN_TRACES = 1_000
"""Traces that are kept for spans that come late; of older ones only sums are. What comes later still is another one."""


class Profiler:
    """Adds up any number of traces: about 200 bytes for every span of the last `MOST_OPEN_TRACES` ones.

    Attributes:
        prices: what models cost where spans do not tell.
    """

    def __init__(self, prices: Prices = NO_PRICES) -> None:
        self.prices = prices
        self._open: OrderedDict[str, TraceRows] = OrderedDict()
        self._closed = Accounts()

    def observe(self, operation: Operation) -> None:
        """Take one operation into account; they come in the order in which they ended, children before parents."""
        rows = self._open.get(operation.trace_id)
        if rows is None:
            rows = self._open[operation.trace_id] = TraceRows(self.prices)
            if len(self._open) > MOST_OPEN_TRACES:
                Tally(self._open.popitem(last=False)[1]).count(self._closed)
        rows.observe(operation)

    def profile(self) -> Profile:
        """What the operations so far cost, and where; more of them may come after it.

        `total`, `tools`, `models` and `servers` count the calls of models and tools; a framework's wrapper of a call is
        no call. `nodes`, `agents` and `steps` are counted where they are entered: a span belongs to the node, agent
        and step that it names itself, or else to those of the span above it. Their tokens, cost, retries and share of
        the critical path are those of everything in them.
        """
        accounts = deepcopy(self._closed)
        for rows in self._open.values():
            Tally(rows).count(accounts)
        nodes = accounts.group("nodes")
        return Profile(
            seconds=accounts.ns / 1e9,
            total=accounts[TOTAL].totals(),
            nodes={} if set(nodes) <= {NO_NODE} else nodes,
            tools=accounts.group("tools"),
            models=accounts.group("models"),
            critical_path=tuple((span_id, name, share / 1e9) for span_id, name, share in accounts.path),
            servers=accounts.group("servers"),
            agents=accounts.group("agents"),
            steps=accounts.group("steps"),
            traces=accounts.traces,
            critical_seconds=accounts.critical_ns / 1e9,
        )


def profile(spans: Sequence[Span], prices: Prices = NO_PRICES) -> Profile:
    """The profile of a set of spans, in any order.

    Args:
        spans: of one trace or of several.
        prices: what models cost where spans do not tell.
    """
    profiler = Profiler(prices)
    for operation in in_order(map(read, spans), window=len(spans)):
        profiler.observe(operation)
    return profiler.profile()


def own_seconds(spans: Iterable[Span]) -> dict[tuple[str, str], float]:
    """Seconds of each span, by trace id and span id, in which none of its children was at work."""
    traces: dict[str, TraceRows] = {}
    for operation in in_order(map(read, spans)):
        traces.setdefault(operation.trace_id, TraceRows(NO_PRICES)).observe(operation)
    found: dict[tuple[str, str], float] = {}
    for trace_id, rows in traces.items():
        own, ids = own_times(rows, Forest(rows)), list(rows.ids)
        found |= {(trace_id, ids[number]): own[row] / 1e9 for row, number in enumerate(rows.ids_own)}
    return found

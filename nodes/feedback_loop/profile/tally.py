"""One trace into the accounts.

Rows that have their call and their place in common are one cell; cells are added up before accounts are, because there
are few of them and every one is in several accounts.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Sequence
from heapq import nlargest
from typing import TypeVar

from nodes.feedback_loop.profile.accounts import NOWHERE, Account, Accounts, Key, Place, call_of, place_of
from nodes.feedback_loop.profile.concurrency import at_once, bursts
from nodes.feedback_loop.profile.critical_path import own_times, shares
from nodes.feedback_loop.profile.forest import NONE, Forest
from nodes.feedback_loop.profile.rows import FAILED, RETRY, TOLD_COST, TOLD_TOKENS, Shape, TraceRows
from nodes.feedback_loop.profile.wrappers import Wrappers

MOST_LINKS = 1_000
"""Links of a critical path that are told one by one: the longest."""

Item = TypeVar("Item", bound=Hashable)
Cell = tuple[int, int]
"""Number of the call (0: no call) and number of the place."""


class Tally:
    """One trace, ready to be counted."""

    def __init__(self, rows: TraceRows) -> None:
        shapes = [Shape(*shape) for shape in rows.shape_numbers]
        self._rows = rows
        self._forest = Forest(rows)
        self._own = own_times(rows, self._forest)
        self._shares = shares(rows, self._forest)
        self._calls, self._called = numbered([None, *map(call_of, shapes)])
        self._places, self._placed = placed(rows, self._forest, list(map(place_of, shapes)))
        self._wrappers = Wrappers(rows, self._forest, shapes)
        self._cells: dict[Cell, int] = {}
        self._cell_of = array("i", map(self._cell, rows.shapes, self._placed, self._wrappers.is_echo))

    def count(self, accounts: Accounts) -> None:
        """Add the trace to the accounts."""
        sums = self._sums()
        whole = [[accounts[key] for key in self._whole(cell)] for cell in self._cells]
        around = [[accounts[key] for key in self._places[place].accounts] for _, place in self._cells]
        self._work_at_once(sums, whole, around)
        for account, calls, places in zip(sums, whole, around, strict=True):
            for one in calls:
                one.merge(account)
            for one in places:
                one.merge_inside(account)
        self._enter(accounts)
        self._end(accounts)

    def _cell(self, shape: int, place: int, echo: int) -> int:
        return self._cells.setdefault((0 if echo else self._called[shape + 1], place), len(self._cells))

    def _whole(self, cell: Cell) -> Iterator[Key]:
        call = self._calls[cell[0]]
        return call.accounts if call else iter(())

    def _sums(self) -> list[Account]:
        """What the rows of each cell sum up to."""
        rows, usage, counts = self._rows, self._rows.usage, self._wrappers.counts
        used = array("i", (self._cell(rows.shapes[row], self._placed[row], 0) for row in usage.rows))
        sums = [Account() for _ in self._cells]
        called = [call for call, _ in self._cells]
        columns = zip(self._cell_of, rows.starts, rows.ends, self._own, self._shares, rows.flags, strict=True)
        for cell, start, end, own, share, flags in columns:
            account = sums[cell]
            account.critical_ns += share
            if called[cell]:
                account.add(end - start, own, failed=flags & FAILED != 0)
                if flags & RETRY:
                    account.retries += 1
        for cell, row, *tokens, cost in zip(used, *usage, strict=True):
            if any(tokens) and counts[row] & TOLD_TOKENS:
                sums[cell].add_tokens(*tokens)
            if cost == cost and counts[row] & TOLD_COST:
                sums[cell].add_cost(cost)
        return sums

    def _work_at_once(
        self, sums: Sequence[Account], whole: Sequence[list[Account]], around: Sequence[list[Account]]
    ) -> None:
        """Concurrency; a call that holds another one waits for it and is at work among its own kind only."""
        rows, cell_of, holding = self._rows, self._cell_of, self._holding()
        called = [call for call, _ in self._cells]
        calls = array("i", (row for row, cell in enumerate(cell_of) if called[cell]))
        for burst in bursts(rows, calls):
            if len(burst) == 1:
                duration = rows.ends[burst[0]] - rows.starts[burst[0]]
                sums[cell_of[burst[0]]].add_at_once(duration, duration, 1)
                continue
            together: dict[Account, list[int]] = {}
            for row in burst:
                cell = cell_of[row]
                for account in whole[cell][1:2] if holding[row] else (*whole[cell], *around[cell]):
                    together.setdefault(account, []).append(row)
            for account, beside in together.items():
                account.add_at_once(*at_once(rows, beside))

    def _holding(self) -> bytearray:
        """1 for rows that have a call below them."""
        found, parents, cell_of = bytearray(len(self._rows)), self._forest.parents, self._cell_of
        called = [call for call, _ in self._cells]
        for row in reversed(self._forest.order):
            if (found[row] or called[cell_of[row]]) and parents[row] != NONE:
                found[parents[row]] = 1
        return found

    def _enter(self, accounts: Accounts) -> None:
        """Nodes, agents and steps by the spans at which they begin."""
        rows, placed, parents = self._rows, self._placed, self._forest.parents
        for row, place in enumerate(placed):
            parent = parents[row]
            if parent != NONE and placed[parent] == place:
                continue
            outside = set(self._places[placed[parent]].accounts) if parent != NONE else ()
            for key in self._places[place].accounts:
                if key not in outside:
                    failed = rows.flags[row] & FAILED != 0
                    accounts[key].add(rows.ends[row] - rows.starts[row], self._own[row], failed=failed)

    def _end(self, accounts: Accounts) -> None:
        """What is told of the trace as a whole."""
        rows, length = self._rows, max(self._rows.ends) - min(self._rows.starts)
        accounts.traces += 1
        accounts.ns += length
        accounts.critical_ns += sum(self._shares)
        if length > accounts.longest_ns:
            ids, titles = list(rows.ids), [shape[0] for shape in rows.shape_numbers]
            accounts.longest_ns = length
            accounts.path = tuple(
                (ids[rows.ids_own[row]], titles[rows.shapes[row]], self._shares[row]) for row in self._links()
            )

    def _links(self) -> Sequence[int]:
        """Rows of the critical path in order of time; of those that started together parents before children."""
        share = self._shares
        links = array("i", (row for row in self._forest.order if share[row]))
        if len(links) > MOST_LINKS:
            longest = set(nlargest(MOST_LINKS, links, key=share.__getitem__))
            links = array("i", (row for row in links if row in longest))
        return sorted(links, key=self._rows.starts.__getitem__)


def numbered(items: Iterable[Item]) -> tuple[list[Item], list[int]]:
    """Different items, and the number of each of them."""
    numbers: dict[Item, int] = {}
    places = [numbers.setdefault(item, len(numbers)) for item in items]
    return list(numbers), places


def placed(rows: TraceRows, forest: Forest, said: Sequence[Place]) -> tuple[list[Place], array[int]]:
    """Places, and the number of each row's: what a span does not say itself is as for the span above it.

    Args:
        rows: one trace.
        forest: its rows under one another.
        said: what spans say themselves, by the number of their shape.
    """
    places, numbers = [NOWHERE], {NOWHERE: 0}
    known: dict[tuple[int, int], int] = {}
    found = array("i", bytes(4 * len(rows)))
    for row in forest.order:
        parent = forest.parents[row]
        key = rows.shapes[row], found[parent] if parent != NONE else 0
        number = known.get(key)
        if number is None:
            place = Place(*(mine or above for mine, above in zip(said[key[0]], places[key[1]], strict=True)))
            number = known[key] = numbers.setdefault(place, len(numbers))
            if number == len(places):
                places.append(place)
        found[row] = number
    return places, found

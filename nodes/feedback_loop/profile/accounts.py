"""Sums by node, tool, model, server, agent and step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from nodes.feedback_loop.profile.quantiles import Quantiles
from nodes.feedback_loop.profile.rows import COUNTED, Shape
from systems.records import Totals

Group = Literal["total", "nodes", "tools", "models", "servers", "agents", "steps"]
Key = tuple[Group, str]
TOTAL: Key = ("total", "")
NO_NODE = "(no node)"


class Call(NamedTuple):
    """What was called."""

    group: Group
    where: str
    server: str

    @property
    def accounts(self) -> Iterator[Key]:
        """Accounts that the call belongs to: all calls, those of its own, and its server's where there is one."""
        yield TOTAL
        yield self.group, self.where
        if self.server:
            yield "servers", self.server


class Place(NamedTuple):
    """Where in a workflow; empty where it is not said."""

    node: str
    agent: str
    step: str

    @property
    def accounts(self) -> Iterator[Key]:
        """Accounts that hold what happened there."""
        yield "nodes", self.node or NO_NODE
        if self.agent:
            yield "agents", self.agent
        if self.step:
            yield "steps", self.step


NOWHERE = Place("", "", "")


def call_of(shape: Shape) -> Call | None:
    """What spans of a shape called, None where they are no calls."""
    if shape.kind not in COUNTED:
        return None
    return Call("tools" if shape.kind == "tool" else "models", shape.where, shape.server)


def place_of(shape: Shape) -> Place:
    """Where spans of a shape say that they belong."""
    return Place(*("" if one is None else str(one) for one in (shape.node, shape.agent, shape.step)))


class Account:
    """Sums; times in nanoseconds.

    Attributes:
        durations: of the calls, or of how often a place was entered; so are `failures`, `ns` and `own_ns`.
        cost: US dollars of those calls whose cost is known.
        priced: how many they are.
        work_ns: sum of the durations of the calls that `busy_ns` and `most_at_once` look at.
        busy_ns: time in which at least one of them was at work.
    """

    __slots__ = (
        "busy_ns",
        "cached",
        "calls",
        "cost",
        "critical_ns",
        "durations",
        "failures",
        "input",
        "most_at_once",
        "ns",
        "output",
        "own_ns",
        "priced",
        "reasoning",
        "retries",
        "unpriced",
        "work_ns",
    )

    def __init__(self) -> None:
        self.calls = self.failures = self.ns = self.own_ns = self.critical_ns = self.retries = 0
        self.input = self.output = self.cached = self.reasoning = self.priced = self.unpriced = 0
        self.work_ns = self.busy_ns = self.most_at_once = 0
        self.cost = 0.0
        self.durations = Quantiles()

    def add(self, duration: int, own: int, *, failed: bool) -> None:
        """Count a call."""
        self.calls += 1
        self.failures += failed
        self.ns += duration
        self.own_ns += own
        self.durations.add(duration)

    def add_tokens(self, sent: int, received: int, cached: int, reasoning: int) -> None:
        """Count tokens of a call whose cost is not known so far."""
        self.input += sent
        self.output += received
        self.cached += cached
        self.reasoning += reasoning
        self.unpriced += 1

    def add_cost(self, cost: float) -> None:
        """Count the cost of a call, in US dollars."""
        self.cost += cost
        self.priced += 1
        self.unpriced -= 1

    def add_at_once(self, work: int, busy: int, most: int) -> None:
        """Count a stretch of time in which calls were at work."""
        self.work_ns += work
        self.busy_ns += busy
        self.most_at_once = max(self.most_at_once, most)

    def merge(self, other: Account) -> None:
        """Count everything that another account counts."""
        self.calls += other.calls
        self.failures += other.failures
        self.ns += other.ns
        self.own_ns += other.own_ns
        self.durations.merge(other.durations)
        self.merge_inside(other)

    def merge_inside(self, other: Account) -> None:
        """Count what another account's calls used, but not the calls: they happened inside of what is counted here."""
        self.critical_ns += other.critical_ns
        self.retries += other.retries
        self.add_at_once(other.work_ns, other.busy_ns, other.most_at_once)
        self.input += other.input
        self.output += other.output
        self.cached += other.cached
        self.reasoning += other.reasoning
        self.cost += other.cost
        self.priced += other.priced
        self.unpriced += other.unpriced

    def totals(self) -> Totals:
        """The account as a record."""
        p50, p95, p99 = self.durations.seconds(50, 95, 99)
        return Totals(
            calls=self.calls,
            failures=self.failures,
            seconds=self.ns / 1e9,
            self_seconds=self.own_ns / 1e9,
            waiting_seconds=(self.ns - self.own_ns) / 1e9,
            critical_seconds=self.critical_ns / 1e9,
            p50_seconds=p50,
            p95_seconds=p95,
            p99_seconds=p99,
            input_tokens=self.input,
            output_tokens=self.output,
            cached_tokens=self.cached,
            reasoning_tokens=self.reasoning,
            cost_usd=self.cost if self.priced else None,
            unpriced=max(0, self.unpriced),
            retries=self.retries,
            mean_concurrency=self.work_ns / self.busy_ns if self.busy_ns else float(self.most_at_once),
            max_concurrency=self.most_at_once,
        )


class Accounts:
    """Accounts by group and name, made when first asked for, and what several traces have in common.

    Attributes:
        traces: how many were counted.
        ns: first start to last end of each, summed.
        critical_ns: lengths of their critical paths, summed.
        longest_ns: first start to last end of the longest.
        path: critical path of that one: (span id, name, nanoseconds), in order of time.
    """

    def __init__(self) -> None:
        self.traces = self.ns = self.critical_ns = 0
        self.longest_ns = -1
        self.path: tuple[tuple[str, str, int], ...] = ()
        self._accounts: dict[Key, Account] = {}

    def __getitem__(self, key: Key) -> Account:
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = Account()
        return account

    def group(self, group: Group) -> dict[str, Totals]:
        """Totals of a group by name."""
        return {name: account.totals() for (of, name), account in self._accounts.items() if of == group}

"""The calls of a run by place: how many there were, how long they took, and which of them may stand out.

A place is a tool or a model (by the title of its calls) of one agent. One small record each, looked up once a call, is
what several detectors share. Memory is bounded: so many places, and durations of their first calls.
"""

from __future__ import annotations

from collections.abc import ItemsView, Sequence

from nodes.feedback_loop.reading.operations import Operation
from systems.policy import LoopKnobs

PEERS = 3
MOST_PLACES = 10_000
MOST_PEERS = 250
MOST_LONG = 200
READS = 8
MODEL_SECONDS = 1.0
"""A model call stands out by at least so much: they are never even."""


class Tool:
    """The last call of a tool: its number among the run's calls of tools, and what it gave back."""

    __slots__ = ("number", "result")

    def __init__(self) -> None:
        self.number = -3
        self.result = ""


class Place:
    """The calls of one place.

    Attributes:
        kind: what they are of.
        where: tool or model.
        tool: the last call of a tool of that name, of any agent.
        count: how many there were; results that were used again are no calls.
        waited: seconds that the run waited for them; time counts once, for the call that ended first.
        slowest: the longest of them.
        seconds: how long the first working ones took.
        work: what work they did, where it is known.
        long: those that may be outliers, with their seconds.
        bar: seconds of a call that may be one; it follows half of what would be slow now.
        remarkable: seconds from which on a call has to be looked at.
    """

    __slots__ = (
        "bar",
        "count",
        "kind",
        "least",
        "long",
        "longest",
        "next",
        "ratio",
        "remarkable",
        "seconds",
        "slowest",
        "tool",
        "waited",
        "where",
        "work",
    )

    def __init__(self, first: Operation, tool: Tool, knobs: LoopKnobs) -> None:
        self.tool = tool
        self.kind = first.kind
        self.where = first.where
        self.count = 0
        self.slowest = first
        self.waited = 0.0
        self.longest = -1.0
        self.seconds: list[float] = []
        self.work: list[float] = []
        self.long: list[tuple[Operation, float]] = []
        self.least = max(knobs.slow_seconds, MODEL_SECONDS) if first.kind == "model" else knobs.slow_seconds
        self.ratio = knobs.slow_ratio
        self.bar = self.least
        self.next = PEERS + 1
        self.remarkable = 0.0

    def compare(self, operation: Operation, seconds: float) -> bool:
        """Take a working call into account that took so long; whether it, or one before, may be an outlier."""
        if seconds < self.remarkable:
            return False
        if seconds >= self.bar and len(self.long) < MOST_LONG:
            self.long.append((operation, seconds))
        known = self.seconds
        if len(known) < MOST_PEERS:
            known.append(seconds)
            self.work.append(work(operation))
            if len(known) == self.next:
                self.next *= 2
                self.bar = max(self.least, self.ratio * middle(sorted(known)) / 2)
            if len(known) == MOST_PEERS:
                self.remarkable = self.bar
        return bool(self.long)


class Places(dict[str, Place]):
    """The places of a run, in the order in which they came; calls at those beyond `MOST_PLACES` count for nobody."""

    def __init__(self, knobs: LoopKnobs) -> None:
        super().__init__()
        self._knobs = knobs
        self._named: dict[str, list[Place]] = {}
        self._tools: dict[str, Tool] = {}

    def new(self, first: Operation) -> Place:
        """A place, from its first call."""
        room = len(self) < MOST_PLACES
        tool = self._tools.setdefault(first.name, Tool()) if room else Tool()
        place = Place(first, tool, self._knobs)
        if room:
            self[first.place] = place
            self._named.setdefault(first.where, []).append(place)
        return place

    def named(self) -> ItemsView[str, list[Place]]:
        """All, by tool or model."""
        return self._named.items()

    def count(self, tool: str) -> int:
        """How often a tool was called."""
        return sum(place.count for place in self._named.get(tool, ()) if place.kind == "tool")


def work(operation: Operation) -> float:
    """Tokens that a model wrote, `READS` tokens read counting as one; 0 where they are not known."""
    if operation.kind != "model" or not operation.output_tokens:
        return 0.0
    return operation.output_tokens + operation.input_tokens / READS


def middle(ordered: Sequence[float]) -> float:
    """The median of values in order of size."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2

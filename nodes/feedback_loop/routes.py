"""Which detectors an operation concerns: by its kind and its marks, worked out once for every combination there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from nodes.feedback_loop.detectors.protocol import Detector
from nodes.feedback_loop.reading.kinds import CALLS, NUMBERS, OperationKind
from nodes.feedback_loop.reading.marks import FAILED, REPEAT
from nodes.feedback_loop.reading.operations import Operation

MOST = 10_000
_KINDS: dict[int, OperationKind] = {number: kind for kind, number in NUMBERS.items()}
_Types = tuple[type[Detector], ...]
Route = tuple[tuple[Callable[[Operation], None], ...], int]
"""`observe` of the detectors that an operation concerns, and bits of these detectors, by their places."""


class Routes(dict[int, Route]):
    """Routes of a run by marks. Look them up with `[]`: what is not known yet is worked out.

    Attributes:
        failing: bits of the detectors that watch failures.
        every: bits of all detectors.
    """

    def __init__(self, detectors: Sequence[Detector]) -> None:
        super().__init__()
        self._detectors = detectors
        self._types: _Types = tuple(map(type, detectors))
        self._failures: dict[int, Route] = {}
        self._retired: set[int] = set()
        self.failing = _bits(tuple(place for place, one in enumerate(self._types) if "failure" in one.watches))
        self.every = (1 << len(detectors)) - 1

    def __missing__(self, marks: int) -> Route:
        """Work out a route."""
        if len(self) >= MOST:
            self.clear()
        route = self[marks] = self._route(_concerned(self._types, marks))
        return route

    def retire(self, detector: Detector) -> None:
        """Tell a detector of no more operations; it is still asked for what it has found."""
        self._retired.add(self._detectors.index(detector))
        self.clear()
        self._failures.clear()

    def failure(self, marks: int) -> Route:
        """The route of the root of a failure."""
        route = self._failures.get(marks)
        if route is None:
            route = self._failures[marks] = self._route(_failing(self._types, marks))
        return route

    def _route(self, places: tuple[int, ...]) -> Route:
        places = tuple(place for place in places if place not in self._retired)
        return tuple(self._detectors[place].observe for place in places), _bits(places)


@lru_cache(maxsize=MOST)
def _concerned(types: _Types, marks: int) -> tuple[int, ...]:
    """Places of the detectors that watch for an operation; what holds calls and failed is a failure only."""
    kind = _KINDS[marks & 15]
    told = kind in CALLS or not marks & FAILED
    repeated = bool(marks & REPEAT)
    return tuple(
        place
        for place, one in enumerate(types)
        if (told and marks & one.watches.get(kind, 0)) or (repeated and "repeat" in one.watches)
    )


@lru_cache(maxsize=MOST)
def _failing(types: _Types, marks: int) -> tuple[int, ...]:
    """Places of the detectors that watch for a failure, less those that are told of failed calls of its kind anyway."""
    kind = _KINDS[marks & 15]
    return tuple(
        place
        for place, one in enumerate(types)
        if marks & one.watches.get("failure", 0) and not (kind in CALLS and kind in one.watches)
    )


def _bits(places: tuple[int, ...]) -> int:
    return sum(1 << place for place in places)

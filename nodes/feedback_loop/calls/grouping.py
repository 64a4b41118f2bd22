"""Operations by place, in the order in which the places came; so many of each, and sums over all."""

from __future__ import annotations

from collections.abc import Hashable, ItemsView
from typing import Generic, TypeVar

from nodes.feedback_loop.reading.operations import Operation

Place = TypeVar("Place", bound=Hashable)
SHOWN = 200
MOST_PLACES = 1_000


class Group(list[Operation]):
    """The first `SHOWN` operations of a place.

    Attributes:
        total: how many there were.
        failures: how many of them failed.
        seconds: how long all took.
        tokens: what all sent and received.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0
        self.failures = 0
        self.seconds = 0.0
        self.tokens = 0

    def add(self, operation: Operation) -> None:
        """Count an operation, and keep it if there is room."""
        self.total += 1
        self.failures += operation.failed
        self.seconds += operation.seconds
        self.tokens += operation.tokens
        if len(self) < SHOWN:
            self.append(operation)

    @property
    def impact(self) -> dict[str, float]:
        """Failures, seconds and tokens of all."""
        return {
            "failures": float(self.failures),
            "seconds": round(self.seconds, 6),
            "tokens": float(self.tokens),
        }


class Grouped(Generic[Place]):
    """Groups of operations by place; of places beyond `MOST_PLACES` nothing is kept."""

    def __init__(self) -> None:
        self._groups: dict[Place, Group] = {}

    def add(self, place: Place, operation: Operation) -> None:
        """Put an operation where it belongs."""
        group = self._groups.get(place)
        if group is None:
            if len(self._groups) >= MOST_PLACES:
                return
            group = self._groups[place] = Group()
        group.add(operation)

    def items(self) -> ItemsView[Place, Group]:
        """Places with their operations."""
        return self._groups.items()

    def __bool__(self) -> bool:
        return bool(self._groups)

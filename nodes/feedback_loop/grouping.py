"""Operations by place, in the order in which the places came."""

from __future__ import annotations

from collections.abc import Hashable, ItemsView
from typing import Generic, TypeVar

from nodes.feedback_loop.operations import Operation

Place = TypeVar("Place", bound=Hashable)


class Grouped(Generic[Place]):
    """Lists of operations by place."""

    def __init__(self) -> None:
        self._groups: dict[Place, list[Operation]] = {}

    def add(self, place: Place, operation: Operation) -> None:
        """Put an operation where it belongs."""
        self._groups.setdefault(place, []).append(operation)

    def items(self) -> ItemsView[Place, list[Operation]]:
        """Places with their operations."""
        return self._groups.items()

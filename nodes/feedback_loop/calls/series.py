"""Calls that belong to one finding, however many they are: the first ones, and sums over all."""

from __future__ import annotations

from nodes.feedback_loop.reading.operations import Operation

SHOWN = 200


class Series:
    """Operations of one finding.

    Attributes:
        shown: the first `SHOWN` of them.
        count: how many there are.
        seconds: how long they took together.
    """

    __slots__ = ("count", "seconds", "shown")

    def __init__(self) -> None:
        self.shown: list[Operation] = []
        self.count = 0
        self.seconds = 0.0

    def add(self, operation: Operation) -> None:
        """Append an operation."""
        self.count += 1
        self.seconds += operation.seconds
        if len(self.shown) < SHOWN:
            self.shown.append(operation)

    @property
    def impact(self) -> dict[str, float]:
        """Seconds and calls."""
        return {"seconds": round(self.seconds, 6), "calls": float(self.count)}

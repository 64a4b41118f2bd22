"""How long operations took before: samples of durations, by the names of the operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from nodes.feedback_loop.reading.operations import Operation

MOST = 1_000
MOST_TITLES = 5_000

History = Mapping[str, Sequence[float]]
"""Title of an operation -> durations of earlier ones in seconds, in order of size."""

NONE: History = {}


class Sample:
    """A sample of at most `MOST` values, each as likely to be in it as any other (Vitter's algorithm R, 1985).

    Attributes:
        values: the values kept.
        count: how many there were.
    """

    __slots__ = ("_random", "count", "values")

    def __init__(self) -> None:
        self.values: list[float] = []
        self.count = 0
        self._random = Random(0)

    def add(self, value: float) -> None:
        """Take a value into account."""
        self.count += 1
        if len(self.values) < MOST:
            self.values.append(value)
        elif (place := int(self._random.random() * self.count)) < MOST:
            self.values[place] = value


def history(operations: Iterable[Operation]) -> dict[str, tuple[float, ...]]:
    """What `Analysis(history=...)` compares with, from the operations of earlier runs; failed ones say nothing."""
    samples: dict[str, Sample] = {}
    for operation in operations:
        if not operation.failed and (operation.title in samples or len(samples) < MOST_TITLES):
            samples.setdefault(operation.title, Sample()).add(operation.seconds)
    return {title: tuple(sorted(sample.values)) for title, sample in samples.items()}

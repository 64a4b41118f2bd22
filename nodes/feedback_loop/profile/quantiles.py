"""Quantiles of durations in bounded memory: exact for the first thousand, within half a percent beyond.

Beyond, durations are counted in buckets whose bounds grow by a constant factor, so that the relative error is bounded:
DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch", VLDB 2019).
"""

from __future__ import annotations

import math
from array import array
from collections import Counter

EXACT = 1_000
"""Durations that are kept one by one."""
ERROR = 0.005
"""Largest relative error of a quantile of more of them."""

_GROWTH = (1 + ERROR) / (1 - ERROR)
_SCALE = 1 / math.log(_GROWTH)


class Quantiles:
    """Durations in nanoseconds, of which any quantile can be told."""

    __slots__ = ("_buckets", "_longest", "_values")

    def __init__(self) -> None:
        self._values = array("q")
        self._buckets: Counter[int] = Counter()
        self._longest = 0

    def add(self, duration: int) -> None:
        """Count one duration."""
        self._values.append(duration)
        if len(self._values) > EXACT:
            self._fold()

    def merge(self, other: Quantiles) -> None:
        """Count the durations of another one too."""
        self._values.extend(other._values)
        self._buckets.update(other._buckets)
        self._longest = max(self._longest, other._longest)
        if len(self._values) > EXACT:
            self._fold()

    def seconds(self, *percents: float) -> tuple[float, ...]:
        """Percentiles in seconds, zeros where nothing was counted.

        The p-th percentile is the nearest rank: the shortest duration that at least p percent do not exceed.
        """
        if self._buckets:
            counts = self._buckets + Counter(map(_bucket, self._values))
            longest = max(self._longest, max(self._values, default=0))
            ordered = [(min(_middle(bucket), longest), counts[bucket]) for bucket in sorted(counts)]
        else:
            ordered = [(float(value), 1) for value in sorted(self._values)]
        return tuple(_ranked(ordered, percent) / 1e9 for percent in percents)

    def _fold(self) -> None:
        self._longest = max(self._longest, max(self._values))
        self._buckets.update(map(_bucket, self._values))
        del self._values[:]


def _ranked(ordered: list[tuple[float, int]], percent: float) -> float:
    rank = math.ceil(sum(count for _, count in ordered) * percent / 100)
    for value, count in ordered:
        rank -= count
        if rank <= 0:
            return value
    return 0.0


def _bucket(duration: int) -> int:
    """Number of the bucket; durations below a nanosecond are in the first."""
    return math.ceil(math.log(duration) * _SCALE) if duration > 0 else -1


def _middle(bucket: int) -> float:
    """The value that is at most `ERROR` off from all in a bucket."""
    return 2 * _GROWTH**bucket / (1 + _GROWTH) if bucket >= 0 else 0.0

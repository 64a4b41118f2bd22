"""Operations that take longer than they did in earlier runs."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappush, heapreplace
from statistics import median
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun
from nodes.feedback_loop.calls.history import Sample
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from systems.records import Finding

NOW = 5
BEFORE = 10
RATIO = 1.5
SECONDS = 0.05
"""A difference of the medians below this is nobody's wait."""
LEVEL = 0.01
CULPRITS = 5


class _Calls:
    """Calls of one operation in this run, and the slowest of them."""

    __slots__ = ("sample", "slowest")

    def __init__(self) -> None:
        self.sample = Sample()
        self.slowest: list[tuple[float, str, int, Operation]] = []

    def add(self, operation: Operation) -> None:
        seconds = operation.seconds
        self.sample.add(seconds)
        one = seconds, operation.span_id, self.sample.count, operation
        if len(self.slowest) < CULPRITS:
            heappush(self.slowest, one)
        elif seconds > self.slowest[0][0]:
            heapreplace(self.slowest, one)


class LatencyRegression:
    """Operations whose median is `RATIO` times that of earlier runs, and not by chance.

    Not by chance: one-sided Mann-Whitney U test below `LEVEL` (Mann, Whitney 1947; `scipy.stats.mannwhitneyu`), with at
    least `NOW` calls in this run and `BEFORE` earlier ones. Without a history there is nothing to compare with.
    """

    watches: ClassVar[Watches] = {"tool": ANY, "model": ANY, "retrieval": ANY, "embedding": ANY, "step": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._calls: dict[str, _Calls] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if not span.failed and span.title in self._run.history:
            self._calls.setdefault(span.title, _Calls()).add(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per operation, at the end of the run."""
        if not self._run.ended:
            return
        for title, calls in self._calls.items():
            before, now = self._run.history[title], calls.sample.values
            if len(now) < NOW or len(before) < BEFORE:
                continue
            count, usual, slow = calls.sample.count, median(before), median(now)
            if slow < RATIO * usual or slow - usual < SECONDS:
                continue
            chance = _chance(now, before)
            if chance < LEVEL:
                culprits = [one[-1] for one in sorted(calls.slowest, reverse=True)]
                yield from self._run.finding(
                    "latency_regression",
                    "warning",
                    culprits[0].where or title,
                    culprits,
                    confidence=0.9,
                    evidence=f"median {slow:.3f} s in {count} calls, {usual:.3f} s in {len(before)} earlier ones, "
                    f"p={chance:.2g}",
                    impact={"seconds": round((slow - usual) * count, 6), "calls": float(count)},
                    explanation=f"{title} takes {slow / max(usual, 1e-9):.1f} times as long as in earlier runs.",
                )


def _chance(now: list[float], before: Iterable[float]) -> float:
    """How likely such a difference is by chance alone."""
    from scipy import stats

    return float(stats.mannwhitneyu(now, list(before), alternative="greater").pvalue)

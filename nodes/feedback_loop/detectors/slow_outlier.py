"""Calls that took much longer than others of their kind."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, times
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.operations import Operation
from systems import names
from systems.records import Finding

PEERS = 3
MOST_PEERS = 250
MOST_KINDS = 1_000
MOST_LONG = 200
READS = 8
MODEL_SECONDS = 1.0
"""A model call stands out by at least so much: they are never even."""
APART = 2.0
"""So many times the upper quartile of its peers; where many calls are slow, none is an outlier."""

_Kind = tuple[str, str, str]


class _Peers:
    """Working calls of one kind: their seconds and, of model calls, their seconds per token, in order."""

    __slots__ = ("long", "rates", "seconds")

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.rates: list[float] = []
        self.long: list[tuple[Operation, float]] = []


class SlowOutlier:
    """Calls that took at least `slow_ratio` times the median of their peers, and `slow_seconds`, and stand apart.

    Peers are other working calls of the same name in the same node, earlier loops included, `PEERS` at least. A model
    call that read or wrote more may take longer: where tokens are known, its seconds per token must stand out as well.
    Time that a call spent on starting its server is the start's (`cold_start`), that of a tool run inside of a model
    call is the tool's.
    """

    watches: ClassVar[tuple[Topic, ...]] = ("tool", "model", "retrieval", "step")

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._peers: dict[_Kind, _Peers] = {}
        self._holder: str | None = None
        self._inside = 0.0
        self._starting: dict[str, float] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        kind = span.kind
        if kind == "step":
            if span.title.startswith(names.START_SERVER) and span.parent_id and len(self._starting) < MOST_KINDS:
                self._starting[span.parent_id] = span.seconds
            return
        seconds = (span.end_ns - span.start_ns) / 1e9
        if kind == "model":
            if self._holder == span.span_id:
                seconds -= self._inside
        elif self._holder == span.parent_id:
            self._inside += seconds
        else:
            self._holder, self._inside = span.parent_id, seconds
        if not span.failed and names.REUSED not in span.attributes:
            self._compare(span, max(0.0, seconds))

    def findings(self) -> Iterable[Finding]:
        """One finding per kind of call."""
        for kind, peers in self._peers.items():
            if not peers.long or len(peers.seconds) <= PEERS:
                continue
            found: Grouped[_Kind] = Grouped()
            lost, usual = 0.0, _median(peers.seconds)
            for span, seconds in peers.long:
                if self._slow(span, seconds, peers):
                    found.add(kind, span)
                    lost, last = lost + seconds - usual, seconds
            for _, slow in found.items():
                calls = {"calls": float(len(slow))} if slow[0].kind == "tool" else {}
                yield from self._run.finding(
                    "slow_outlier",
                    "warning",
                    slow[0].where,
                    slow,
                    confidence=0.8,
                    evidence=f"{last:.2f} s, median of its peers {usual:.3f} s",
                    impact={"seconds": round(lost, 6), **calls},
                    explanation=f"{slow[0].where} took {times(len(slow))} at least {self._run.knobs.slow_ratio:g} times"
                    " as long as it usually does.",
                )

    def _compare(self, span: Operation, seconds: float) -> None:
        kind = (span.name if span.kind == "tool" else span.title, span.server, span.agent)
        peers = self._peers.get(kind)
        if peers is None:
            if len(self._peers) >= MOST_KINDS:
                return
            peers = self._peers[kind] = _Peers()
        known, knobs = peers.seconds, self._run.knobs
        least = knobs.slow_seconds if span.kind == "tool" else max(knobs.slow_seconds, MODEL_SECONDS)
        far = seconds >= least and (len(known) <= PEERS or seconds >= knobs.slow_ratio * _median(known))
        if far and len(peers.long) < MOST_LONG:
            peers.long.append((span, seconds))
        if len(known) < MOST_PEERS:
            insort(known, seconds)
            if span.output_tokens:
                insort(peers.rates, _rate(span, seconds))

    def _slow(self, span: Operation, seconds: float, peers: _Peers) -> bool:
        knobs, known = self._run.knobs, peers.seconds
        usual = _median(known)
        apart = known[min(3 * (len(known) - 1) // 4, max(0, bisect_left(known, seconds) - 1))]
        return (
            seconds >= knobs.slow_ratio * usual
            and seconds >= APART * apart
            and (span.kind != "model" or seconds - usual >= MODEL_SECONDS)
            and 2 * self._starting.get(span.span_id, 0.0) < seconds
            and (
                not span.output_tokens
                or len(peers.rates) <= PEERS
                or _rate(span, seconds) >= knobs.slow_ratio * _median(peers.rates)
            )
        )


def _rate(operation: Operation, seconds: float) -> float:
    """Seconds per token written, `READS` tokens read counting as one."""
    return seconds / (operation.output_tokens + operation.input_tokens / READS)


def _median(ordered: Sequence[float]) -> float:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

"""Calls that took much longer than others of their kind."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, times
from nodes.feedback_loop.detectors.protocol import Topic
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

_Kind = tuple[str, str]


class _Peers:
    """Working calls of one kind: how long they took, what work they did, and those that may be outliers.

    `bar` is what a call must take to be one of those; it follows half of what would be slow now.
    """

    __slots__ = ("bar", "least", "long", "next", "seconds", "work")

    def __init__(self, least: float) -> None:
        self.seconds: list[float] = []
        self.work: list[float] = []
        self.long: list[tuple[Operation, float]] = []
        self.bar = self.least = least
        self.next = PEERS + 1

    def add(self, seconds: float, work: float, ratio: float) -> None:
        known = self.seconds
        known.append(seconds)
        self.work.append(work)
        if len(known) == self.next:
            self.next *= 2
            self.bar = max(self.least, ratio * _median(sorted(known)) / 2)


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
        for peers in self._peers.values():
            if peers.long and len(peers.seconds) > PEERS:
                yield from self._found(peers)

    def _found(self, peers: _Peers) -> Iterable[Finding]:
        ordered = sorted(peers.seconds)
        rates = sorted(took / work for took, work in zip(peers.seconds, peers.work, strict=True) if work)
        slow = [(span, took) for span, took in peers.long if self._slow(span, took, ordered, rates)]
        if not slow:
            return
        usual, spans = _median(ordered), [span for span, _ in slow]
        calls = {"calls": float(len(slow))} if spans[0].kind == "tool" else {}
        yield from self._run.finding(
            "slow_outlier",
            "warning",
            spans[0].where,
            spans,
            confidence=0.8,
            evidence=f"{slow[-1][1]:.2f} s, median of its peers {usual:.3f} s",
            impact={"seconds": round(sum(took - usual for _, took in slow), 6), **calls},
            explanation=f"{spans[0].where} took {times(len(slow))} at least {self._run.knobs.slow_ratio:g} times"
            " as long as it usually does.",
        )

    def _compare(self, span: Operation, seconds: float) -> None:
        model = span.kind == "model"
        kind = (span.title if model else span.name, span.agent)
        peers = self._peers.get(kind)
        if peers is None:
            if len(self._peers) >= MOST_KINDS:
                return
            least = self._run.knobs.slow_seconds
            peers = self._peers[kind] = _Peers(max(least, MODEL_SECONDS) if model else least)
        if seconds >= peers.bar and len(peers.long) < MOST_LONG:
            peers.long.append((span, seconds))
        if len(peers.seconds) < MOST_PEERS:
            peers.add(seconds, _work(span) if model else 0.0, self._run.knobs.slow_ratio)

    def _slow(self, span: Operation, seconds: float, ordered: Sequence[float], rates: Sequence[float]) -> bool:
        ratio, usual, work = self._run.knobs.slow_ratio, _median(ordered), _work(span)
        apart = ordered[min(3 * (len(ordered) - 1) // 4, max(0, bisect_left(ordered, seconds) - 1))]
        return (
            seconds >= ratio * usual
            and seconds >= APART * apart
            and (span.kind != "model" or seconds - usual >= MODEL_SECONDS)
            and 2 * self._starting.get(span.span_id, 0.0) < seconds
            and (not work or len(rates) <= PEERS or seconds / work >= ratio * _median(rates))
        )


def _work(operation: Operation) -> float:
    """Tokens written, `READS` tokens read counting as one; 0 where they are not known."""
    return operation.output_tokens + operation.input_tokens / READS if operation.output_tokens else 0.0


def _median(ordered: Sequence[float]) -> float:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

"""Calls that took much longer than others of their kind."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, times
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.drafts import subject
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.operations import Operation
from systems import names
from systems.records import Finding

PEERS = 3
MOST_PEERS = 1_000
READS = 8

_Kind = tuple[str, str]


class SlowOutlier:
    """Calls at least `slow_ratio` times the median of their peers and at least `slow_seconds` long.

    Peers are other working calls of the same name in the same node, earlier loops included, `PEERS` at least. A model
    call that read or wrote more may take longer: where tokens are known, its seconds per token must stand out as well.
    Time that a call spent on starting its server is the start's (`cold_start`).
    """

    watches: ClassVar[tuple[Topic, ...]] = ("tool", "model", "step")

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._seconds: dict[_Kind, list[float]] = {}
        self._rates: dict[_Kind, list[float]] = {}
        self._long: list[Operation] = []
        self._starting: dict[str, float] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.kind == "step":
            if span.parent_id and subject(span, names.START_SERVER):
                self._starting[span.parent_id] = span.seconds
            return
        if span.failed or span.attributes.get(names.REUSED) is True:
            return
        seconds = span.seconds
        peers = self._seconds.setdefault(_kind(span), [])
        if seconds >= self._run.knobs.slow_seconds and self._may_be_slow(seconds, peers):
            self._long.append(span)
        if len(peers) < MOST_PEERS:
            insort(peers, seconds)
            if (rate := _rate(span)) is not None:
                insort(self._rates.setdefault(_kind(span), []), rate)

    def findings(self) -> Iterable[Finding]:
        """One finding per kind of call."""
        found: Grouped[_Kind] = Grouped()
        for span in self._long:
            if self._slow(span):
                found.add(_kind(span), span)
        for kind, slow in found.items():
            usual = self._usual(kind)
            lost = sum(span.seconds - usual for span in slow)
            yield from self._run.finding(
                "slow_outlier",
                "warning",
                slow[0].where,
                slow,
                confidence=0.8,
                evidence=f"{slow[-1].seconds:.2f} s, median of its peers {usual:.3f} s",
                impact={"seconds": round(lost, 6), **({"calls": float(len(slow))} if slow[0].kind == "tool" else {})},
                explanation=f"{slow[0].where} took {times(len(slow))} at least {self._run.knobs.slow_ratio:g} times"
                " as long as it usually does.",
            )

    def _usual(self, kind: _Kind) -> float:
        return _median(self._seconds[kind])

    def _may_be_slow(self, seconds: float, peers: list[float]) -> bool:
        return len(peers) <= PEERS or seconds >= self._run.knobs.slow_ratio * _median(peers)

    def _slow(self, span: Operation) -> bool:
        kind, ratio = _kind(span), self._run.knobs.slow_ratio
        own = _rate(span)
        rates = self._rates.get(kind, ())
        return (
            len(self._seconds[kind]) > PEERS
            and span.seconds >= ratio * self._usual(kind)
            and 2 * self._starting.get(span.span_id, 0.0) < span.seconds
            and (own is None or len(rates) <= PEERS or own >= ratio * _median(rates))
        )


def _kind(operation: Operation) -> _Kind:
    return operation.title, operation.agent


def _rate(operation: Operation) -> float | None:
    """Seconds per token written, `READS` tokens read counting as one; None where tokens are not known."""
    work = operation.output_tokens + operation.input_tokens / READS
    return operation.seconds / work if operation.output_tokens else None


def _median(ordered: list[float] | tuple[float, ...]) -> float:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

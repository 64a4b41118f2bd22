"""Calls that took much longer than others of their kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from nodes.feedback_loop import semantics
from nodes.feedback_loop.detectors.protocol import finding, times
from systems.policy import LoopKnobs
from systems.records import Finding, Span

PEERS = 4

_Kind = tuple[str, str | None]


class SlowOutlier:
    """Calls at least `slow_ratio` times the median of their peers and at least `slow_seconds` long.

    Peers are other working calls of the same name in the same node, earlier loops included, four at least. A model call
    that wrote more may take longer: where tokens are known, its seconds per token must stand out as well.
    """

    def __init__(self, knobs: LoopKnobs, earlier: Sequence[Span]) -> None:
        self._ratio, self._seconds = knobs.slow_ratio, knobs.slow_seconds
        self._peers: dict[_Kind, list[Span]] = {}
        self._here: list[Span] = []
        for span in earlier:
            self._keep(span)

    def observe(self, span: Span) -> None:
        """Take one span into account."""
        if self._keep(span) and span.seconds >= self._seconds:
            self._here.append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per kind of call."""
        found: dict[_Kind, list[tuple[Span, float]]] = {}
        for span in self._here:
            usual = self._usual(span)
            if usual is not None:
                found.setdefault(_kind(span), []).append((span, usual))
        for outliers in found.values():
            yield self._finding([span for span, _ in outliers], [usual for _, usual in outliers])

    def _finding(self, spans: list[Span], usual: list[float]) -> Finding:
        is_tool = semantics.is_tool(spans[0])
        where = semantics.tool(spans[0]) if is_tool else semantics.model(spans[0])
        lost = sum(span.seconds for span in spans) - sum(usual)
        return finding(
            "slow_outlier",
            "warning",
            where,
            spans,
            confidence=0.8,
            evidence=f"{spans[-1].seconds:.2f} s, median of its peers {usual[-1]:.3f} s",
            impact={"seconds": round(lost, 6), **({"calls": float(len(spans))} if is_tool else {})},
            explanation=f"{where} took {times(len(spans))} at least {self._ratio:g} times as long as it usually does.",
        )

    def _keep(self, span: Span) -> bool:
        fits = semantics.is_call(span) and not semantics.failed(span) and not semantics.is_reused(span)
        if fits:
            self._peers.setdefault(_kind(span), []).append(span)
        return fits

    def _usual(self, span: Span) -> float | None:
        """Median seconds of the peers when the span is an outlier among them, else None."""
        peers = [peer for peer in self._peers[_kind(span)] if peer is not span]
        if len(peers) < PEERS:
            return None
        usual = median(peer.seconds for peer in peers)
        return usual if span.seconds >= self._ratio * usual and self._slow_at_it(span, peers) else None

    def _slow_at_it(self, span: Span, peers: list[Span]) -> bool:
        own = _rate(span)
        rates = [rate for peer in peers if (rate := _rate(peer)) is not None]
        return own is None or len(rates) < PEERS or own >= self._ratio * median(rates)


def _kind(span: Span) -> _Kind:
    return span.name, semantics.node(span)


def _rate(span: Span) -> float | None:
    """Seconds per token written; None where tokens are not known."""
    _, written = semantics.tokens(span)
    return span.seconds / written if written else None

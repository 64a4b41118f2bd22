"""Calls that took much longer than others of their kind."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, times
from nodes.feedback_loop.calls.places import MODEL_SECONDS, PEERS, Place, middle, work
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import LONGEST, OWN
from nodes.feedback_loop.reading.operations import Operation
from systems import names
from systems.records import Finding

APART = 2.0
"""So many times the upper quartile of its peers; where many calls are slow, none is an outlier."""
MOST_STARTS = 1_000
_MOST = 2_000
_WAKES = re.compile(
    r"\b(?:cold[ _-](?:start|boot)|warm(?:ed|ing)?[ _-]?up|resum(?:ed|ing)|woke(?:n)?|waking|boot(?:ed|ing)|spun up|"
    r"spinning up|initiali[sz](?:ed|ing)|started (?:server|cluster|container|worker|instance|kernel|browser|model)|"
    r"(?:server|cluster|container|worker|instance|kernel|browser|model)\W{1,4}(?:was )?(?:started|loaded)|"
    r"kaltstart|hochgefahren|démarrage à froid|arranque en frío)\b",
    re.IGNORECASE,
)


class SlowOutlier:
    """Calls that took at least `slow_ratio` times the median of their peers, and `slow_seconds`, and stand apart.

    Peers are other working calls of the same name in the same node, earlier loops included, `PEERS` at least. A model
    call that read or wrote more may take longer: where tokens are known, its seconds per token must stand out as well.
    Time that a call spent on starting its server is the start's (`cold_start`), that of a tool run inside of a model
    call is the tool's.
    """

    watches: ClassVar[Watches] = {"tool": LONGEST, "model": LONGEST, "retrieval": LONGEST, "step": OWN}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._starting: dict[str, float] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account; how long calls took is known to the run."""
        if span.title.startswith(names.START_SERVER) and span.parent_id and len(self._starting) < MOST_STARTS:
            self._starting[span.parent_id] = span.seconds

    def findings(self) -> Iterable[Finding]:
        """One finding per kind of call."""
        for peers in self._run.places.values():
            if peers.long and len(peers.seconds) > PEERS:
                yield from self._outliers(peers)

    def _outliers(self, peers: Place) -> Iterable[Finding]:
        ordered = sorted(peers.seconds)
        done = zip(peers.seconds, peers.work, strict=True) if peers.kind == "model" else ()
        rates = sorted(took / work for took, work in done if work)
        slow = [(span, took) for span, took in peers.long if self._slow(span, took, ordered, rates)]
        if not slow:
            return
        usual, spans = middle(ordered), [span for span, _ in slow]
        cold = len(slow) == 1 and self._woke(spans[0])
        calls = {"calls": float(len(slow))} if spans[0].kind == "tool" else {}
        yield from self._run.finding(
            "cold_start" if cold else "slow_outlier",
            "warning",
            spans[0].where,
            spans,
            confidence=0.8,
            evidence=f"{slow[-1][1]:.2f} s, median of its peers {usual:.3f} s",
            impact={"seconds": round(sum(took - usual for _, took in slow), 6), **calls},
            explanation=f"{spans[0].where} took {times(len(slow))} at least {self._run.knobs.slow_ratio:g} times"
            " as long as it usually does" + (", as something had to be started first." if cold else "."),
        )

    def _woke(self, span: Operation) -> bool:
        """Whether it is the first call of its place, and its result tells of something that was started for it."""
        first = next((one for one in self._run.tools if one.place == span.place), None)
        return first is span and bool(_WAKES.search(span.result[:_MOST]))

    def _slow(self, span: Operation, seconds: float, ordered: Sequence[float], rates: Sequence[float]) -> bool:
        ratio, usual, done = self._run.knobs.slow_ratio, middle(ordered), work(span)
        apart = ordered[min(3 * (len(ordered) - 1) // 4, max(0, bisect_left(ordered, seconds) - 1))]
        return (
            seconds >= ratio * usual
            and seconds >= APART * apart
            and (span.kind != "model" or seconds - usual >= MODEL_SECONDS)
            and 2 * self._starting.get(span.span_id, 0.0) < seconds
            and (not done or len(rates) <= PEERS or seconds / done >= ratio * middle(rates))
        )

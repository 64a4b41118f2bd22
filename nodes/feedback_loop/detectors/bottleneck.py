"""The one thing that most of a run's time goes to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun
from nodes.feedback_loop.calls.places import Place
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from systems.records import Finding

SHARE = 0.6
SECONDS = 1.0
CALLS = 3


class Bottleneck:
    """A tool or model with at least `SHARE` of the time of all calls, and `SECONDS` of it; a note, not a fault.

    That most of the time goes to the model is worth a note only where there are several. Time counts once, however many
    calls were under way in it: for the one that ended first.
    """

    watches: ClassVar[Watches] = {"end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run

    def observe(self, span: Operation) -> None:
        """Nothing to do: the run knows how long its calls took."""

    def findings(self) -> Iterable[Finding]:
        """One finding, where there is such a tool or model."""
        run = self._run
        places = {
            where: calls for where, all_ in run.places.named() if (calls := [one for one in all_ if _counts(one)])
        }
        if len(run.tools) + len(run.models) < CALLS or len(places) < 2 or not run.ended:
            return
        waited = {where: sum(one.waited for one in calls) for where, calls in places.items()}
        where = max(waited, key=lambda one: waited[one])
        spent, total = waited[where], sum(waited.values())
        slowest = max(places[where], key=lambda one: one.longest).slowest
        models = sum(
            slowest_of.kind == "model"
            for calls in places.values()
            for slowest_of in [max(calls, key=lambda one: one.longest).slowest]
        )
        if slowest.kind == "model" and models == 1:
            return
        if spent >= SHARE * total and spent >= SECONDS:
            yield from run.finding(
                "bottleneck",
                "info",
                where,
                [slowest],
                evidence=f"{spent:.2f} s of {total:.2f} s in calls",
                impact={"seconds": round(spent, 6)},
                explanation=f"{spent / total:.0%} of the time of all calls goes to {where}.",
            )


def _counts(place: Place) -> bool:
    return place.kind in ("tool", "model")

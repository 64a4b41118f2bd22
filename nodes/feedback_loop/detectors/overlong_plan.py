"""Plans with far more steps than the run took."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.marks import ANY
from nodes.feedback_loop.operations import Operation
from systems.records import Finding

STEPS = 10
"""Plans up to this length are never too long."""
MOST = 100
_COUNT = "planning.step_count"


class OverlongPlan:
    """A plan of more than `STEPS` steps, in a run that ended with fewer calls of tools and models than that."""

    watches: ClassVar[Watches] = {"planning": ANY, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._plans: list[tuple[Operation, int]] = []

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        count = span.attributes.get(_COUNT)
        if isinstance(count, (int, float)) and count > STEPS and len(self._plans) < MOST:
            self._plans.append((span, int(count)))

    def findings(self) -> Iterable[Finding]:
        """One finding per plan."""
        if not (self._plans and self._run.ended):
            return
        for plan, steps in self._plans:
            done = sum(one.start_ns >= plan.end_ns for one in (*self._run.tools, *self._run.models))
            if done >= steps:
                continue
            yield from self._run.finding(
                "overlong_plan",
                "warning",
                plan.title,
                (plan,),
                evidence=f"{_COUNT}={steps}, calls after it: {done}",
                impact={"seconds": round(plan.seconds, 6), "calls": float(done)},
                explanation=f"{steps} steps were planned and {done} calls made.",
            )

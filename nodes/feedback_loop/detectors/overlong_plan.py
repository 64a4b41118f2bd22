"""Plans with far more steps than the run took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.transcript import Transcript
from nodes.feedback_loop.texts.plans import announced
from systems.records import Finding

STEPS = 10
"""Plans up to this length are never too long."""
MOST = 100
TIMES = 4
"""A plan in words may sum up several calls as one or tell one in several steps: so many steps a call are too many."""
_COUNT = "planning.step_count"


class OverlongPlan:
    """A plan of more than `STEPS` steps, in a run that ended with fewer calls of tools and models than that.

    A plan that the model only says beside its calls is too long where a call did for `TIMES` of its steps.
    """

    watches: ClassVar[Watches] = {"planning": ANY, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._plans: list[tuple[Operation, int]] = []
        self._ends = Ends(run, self._judged)

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        count = span.attributes.get(_COUNT)
        if isinstance(count, (int, float)) and count > STEPS and len(self._plans) < MOST:
            self._plans.append((span, int(count)))

    def findings(self) -> Iterable[Finding]:
        """One finding per plan."""
        yield from self._ends.findings()
        for plan, steps in self._plans if self._run.ended else ():
            done = sum(one.start_ns >= plan.end_ns for one in (*self._run.tools, *self._run.models))
            if done >= steps:
                continue
            yield from self._finding(plan, plan.title, _COUNT, steps, done)

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        for call in talk.calls:
            if call.kind == "model" and call.calls and (plan := announced(call.output, acting=True)) is not None:
                done = sum(one.kind == "tool" for one in talk.calls)
                if talk.answer is not None and len(plan.steps) > max(STEPS, TIMES * done):
                    yield from self._finding(call, call.where, "steps", len(plan.steps), done)
                return

    def _finding(self, plan: Operation, where: str, said: str, steps: int, done: int) -> Iterator[Finding]:
        return self._run.finding(
            "overlong_plan",
            "warning",
            where,
            (plan,),
            evidence=f"{said}={steps}, calls after it: {done}",
            impact={"seconds": round(plan.seconds, 6), "calls": float(done)},
            explanation=f"{steps} steps were planned and {done} calls made.",
        )

"""Slow calls one after another, in as many turns of the model, although none needs another one's result."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt
from nodes.feedback_loop.calls.fruitless import fruitless
from nodes.feedback_loop.calls.independent import Independent
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import GROUP, READ, SLOW
from nodes.feedback_loop.reading.operations import Operation
from systems.records import Finding

EARLIER = 6
"""Results before a group that may name what it goes through."""
MOST = 250
"""Calls of a run that are looked at, so that time is bounded."""
MOST_FOUND = 50


class SerialCalls:
    """At least three working reads of 0.1 s and more, each alone in its turn, that could have gone together.

    A call is independent when nothing in its arguments comes from a result of those before it; of one tool it must be
    known beforehand what there is to go through: from the task, or from an earlier result. Calls after one that found
    nothing may depend on that; calls that change something, or wait, have their order.
    """

    watches: ClassVar[Watches] = {"tool": READ | GROUP}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._group: Independent | None = None
        self._found: list[Independent] = []
        self._judged = 0

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if not span.marks & SLOW:
            if self._group is not None:
                self._close()
            return
        if self._judged >= MOST:
            self._close()
            self._run.retire(self)
            return
        same_turn = self._same_turn()
        if same_turn or not span.marks & READ or fruitless(span):
            self._close(drop_last=same_turn)
            return
        self._judged += 1
        group = self._group
        if group is None or group.calls[-1].end_ns > span.start_ns or group.calls[0].agent != span.agent:
            self._close()
            group = None
        if group is not None and group.takes(span):
            return
        self._close()
        earlier = [one.result for one in islice(reversed(self._run.tools), 1, 1 + EARLIER)]
        said = [self._run.models[-1].output] if self._run.models else []
        self._group = Independent(self._run.task, earlier + said, span)
        self._run.follow(GROUP)

    def findings(self) -> Iterable[Finding]:
        """One finding per group."""
        for group in (*self._found, self._group):
            if group is None or not group.wasteful or not (group.told or self._needed(group)):
                continue
            seconds = [one.seconds for one in group.calls]
            yield from self._run.finding(
                "serial_calls",
                "warning",
                ", ".join(dict.fromkeys(one.where for one in group.calls)),
                group.calls,
                evidence=excerpt(", ".join(f"{one.where}({one.arguments}) {one.seconds:.2f} s" for one in group.calls)),
                impact={"seconds": round(sum(seconds) - max(seconds), 6), "calls": float(len(seconds))},
                explanation=f"{len(seconds)} calls that need nothing of each other ran one after another.",
            )

    def _needed(self, group: Independent) -> bool:
        """Whether an answer has something of what each call of a group brought, so that none was only tried."""
        answer = self._run.answer
        return self._run.ended and answer is not None and group.told_by(answer.output)

    def _same_turn(self) -> bool:
        """Whether the model asked for another slow call together with the present one."""
        run = self._run
        return any(one.marks & SLOW for one in islice(reversed(run.tools), 1, run.called - run.turn_began))

    def _close(self, *, drop_last: bool = False) -> None:
        """End a group; its last call was one of several in a turn when another one comes in the same turn."""
        group, self._group = self._group, None
        self._run.leave(GROUP)
        if group is None:
            return
        if drop_last:
            group.calls.pop()
        if group.calls and group.wasteful and len(self._found) < MOST_FOUND:
            self._found.append(group)

"""The same call over and over, although it brings nothing new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt
from nodes.feedback_loop.calls.fruitless import fruitless, refuses
from nodes.feedback_loop.calls.sameness import asked, recorded, same_result
from nodes.feedback_loop.calls.series import SHOWN, Series
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.outcomes import acknowledged
from nodes.feedback_loop.texts.repetition import asked_times
from nodes.feedback_loop.texts.waiting import call_before, pending, waits
from systems.records import Finding

CALLS, CALLS_REFUSED, CALLS_PENDING, CALLS_ACKNOWLEDGED, CALLS_UNSEEN = 3, 4, 5, 6, 5
CYCLE, ROUNDS = 3, 3
TURNS = 3
"""Turns back that are looked at for a call among several of a turn."""
MOST = 100
"""Loops, circles, and calls of a circle that are told apart."""
_Call = tuple[str, str]


class CallLoop:
    """A call made again right after itself, each time with the same result, or several in a circle.

    `CALLS` in all are a loop; more where the result says that nothing is there yet, that something is still under way,
    or only that something was done; none are where the task asks for so many. A poll whose result changes in the end
    was worth its while. Where no content was recorded at all, a model that is sent as many tokens each time, answers
    with as many, and calls the same tool has learnt nothing either.
    """

    watches: ClassVar[Watches] = {"repeat": ANY, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._rows: dict[_Call, Series] = {}
        self._circle: dict[_Call, Series] = {}
        self._circles: list[dict[_Call, Series]] = []
        self._last: Operation | None = None
        self._unseen: dict[str, list[Operation]] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        before = self._run.before
        if before is None or span.failed or before.agent != span.agent:
            return
        if before.start_ns < self._run.began or span.start_ns < before.end_ns:
            return
        previous = call_before(self._run.tools)
        if not recorded(span):
            if previous is before and len(unseen := self._unseen.setdefault(span.where, [])) < SHOWN:
                unseen.append(span)
            return
        call = span.where, asked(span)
        if not span.result or not same_result(before, span):
            self._rows.pop(call, None)
            return
        if previous is before or self._in_turn_before(before, span):
            if call in self._rows or len(self._rows) < MOST:
                self._rows.setdefault(call, Series()).add(span)
        else:
            if previous is not self._last:
                self._circle = {}
            self._in_circle(call, span)
        self._last = span

    def findings(self) -> Iterable[Finding]:
        """One finding per call that was repeated in a row, per circle, per tool whose calls were not recorded."""
        for (tool, arguments), again in self._rows.items():
            if again.count + 1 >= max(_enough(again.shown[0]), asked_times(self._run.task) + 1):
                yield from self._finding(tool, again, f"{tool}({arguments}) -> {again.shown[0].result}")
        for circle in self._circles:
            calls = Series()
            for again in circle.values():
                for one in again.shown:
                    calls.add(one)
            yield from self._finding(
                " -> ".join(tool for tool, _ in circle), calls, " -> ".join(f"{tool}({told})" for tool, told in circle)
            )
        if self._unseen and self._run.ended:
            yield from self._unseen_loops()

    def _finding(self, tool: str, again: Series, evidence: str, confidence: float = 1.0) -> Iterator[Finding]:
        return self._run.finding(
            "call_loop",
            "error",
            tool,
            again.shown,
            confidence=confidence,
            evidence=excerpt(evidence),
            impact=again.impact,
            explanation=f"{tool} was called alike {again.count} times more and brought nothing new.",
        )

    def _in_turn_before(self, before: Operation, span: Operation) -> bool:
        """Whether both calls were among several of a turn, and the model asked for tools just once in between."""
        asking = (one for one in reversed(self._run.models) if one.calls and one.end_ns <= span.start_ns)
        turns = sum(1 for _ in takewhile(lambda one: one.end_ns >= before.end_ns, islice(asking, TURNS)))
        return turns == 1

    def _in_circle(self, call: _Call, span: Operation) -> None:
        """Repeated calls one after another, none of them right after itself; two in turn are `ping_pong`."""
        circle = self._circle
        if call not in circle and len(circle) >= MOST:
            return
        circle.setdefault(call, Series()).add(span)
        if len(circle) < CYCLE or len(self._circles) >= MOST or self._circles[-1:] == [circle]:
            return
        if all(again.count >= ROUNDS - 1 and not _polls(again.shown[0]) for again in circle.values()):
            self._circles.append(circle)

    def _unseen_loops(self) -> Iterator[Finding]:
        """Calls without content below model calls of the same number of tokens, in and out."""
        models = {one.span_id: (one.input_tokens, one.output_tokens) for one in self._run.models}
        for tool, spans in self._unseen.items():
            usage = {models[one.parent_id] for one in spans if one.parent_id in models}
            callers = {one.parent_id for one in self._run.tools if one.where == tool}
            alike = {span_id for span_id, told in models.items() if told in usage}
            if len(spans) + 1 < CALLS_UNSEEN or len(usage) != 1 or usage == {(0, 0)} or not alike <= callers:
                continue
            again = Series()
            for one in spans:
                again.add(one)
            sent, said = usage.pop()
            evidence = f"{tool}: each time below a model call of {sent} tokens in and {said} out"
            yield from self._finding(tool, again, evidence, confidence=0.7)


def _polls(call: Operation) -> bool:
    return waits(call.name) or pending(call.result)


def _enough(call: Operation) -> int:
    """Calls in all from which on they are a loop."""
    if waits(call.name):
        return CALLS_ACKNOWLEDGED * 10
    if len(call.result) < 100 and acknowledged(call.result):
        return CALLS_ACKNOWLEDGED
    if pending(call.result):
        return CALLS_PENDING
    return CALLS_REFUSED if fruitless(call) or refuses(call.result) else CALLS

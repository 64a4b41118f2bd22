"""Two tools, or two agents, in turn, over and over, with the same results."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt
from nodes.feedback_loop.calls.effects import changes
from nodes.feedback_loop.calls.sameness import asked, brought, same_result
from nodes.feedback_loop.calls.series import Series
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY, IN_TURN
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.outcomes import acknowledged
from nodes.feedback_loop.texts.waiting import pending, waits
from nodes.feedback_loop.texts.words import said
from systems.records import Finding

ROUNDS = 3
ALIKE = 0.5
MOST = 100
_Pair = tuple[str, str]


class PingPong:
    """`ROUNDS` times A then B with the same results, asked the same or in other words about the same.

    Other arguments that bring other results are healthy alternation (read and edit, search and open), so is doing the
    same to one thing after another, and so is waiting for something in turn with looking at it.
    """

    watches: ClassVar[Watches] = {"tool": IN_TURN, "agent": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._agents: deque[Operation] = deque(maxlen=2 * ROUNDS)
        self._found: list[tuple[_Pair, Series]] = []
        self._going: Operation | None = None

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.kind == "tool":
            last = list(islice(reversed(self._run.tools), 2 * ROUNDS))[::-1]
        else:
            agents = self._agents
            agents.append(span)
            if len(agents) < 2 * ROUNDS or agents[-3].name != span.name:
                return
            last = list(agents)
        if len(last) < 2 * ROUNDS or last[-2].name == span.name or not _again(last[-3], span):
            return
        if self._going is last[-2]:
            self._found[-1][1].add(span)
            self._going = span
        elif len(self._found) < MOST and _in_turn(last) and not self._together(last[-2], span):
            self._found.append(((last[-2].where, span.where), Series()))
            for one in last[2:]:
                self._found[-1][1].add(one)
            self._going = span

    def findings(self) -> Iterable[Finding]:
        """One finding per time that two went on in turn."""
        for (one, other), calls in self._found:
            last = calls.shown[-2:]
            yield from self._run.finding(
                "ping_pong",
                "error",
                f"{one} <-> {other}",
                calls.shown,
                evidence=excerpt(" | ".join(f"{call.where}({call.arguments}) -> {call.result}" for call in last)),
                impact=calls.impact,
                explanation=f"{one} and {other} took turns {calls.count // 2 + 1} times without anything new.",
            )

    def _together(self, one: Operation, other: Operation) -> bool:
        """Whether the model asked for both tools at once: then it is the same turn again and again (`call_loop`)."""
        last = islice(reversed(self._run.models), 2 * ROUNDS)
        return any({one.name, other.name} <= {call.name for call in model.calls} for model in last)


def _in_turn(last: Sequence[Operation]) -> bool:
    return (
        all(_again(last[number], last[number + 2]) for number in range(2 * ROUNDS - 2))
        and not any(waits(one.name) or pending(one.result) for one in (last[-1], last[-2]))
        and not all(acknowledged(one.result) for one in (last[-1], last[-2]))
    )


def _again(before: Operation, now: Operation) -> bool:
    """Whether it is the same as two calls before: its name and result, and what it was asked in substance."""
    if before.name != now.name or not brought(now) or now.start_ns < before.end_ns or not same_result(before, now):
        return False
    if asked(before) == asked(now) or now.kind == "agent":
        return True
    return not changes(now) and _about_the_same(before.arguments, now.arguments)


def _about_the_same(one: str, other: str) -> bool:
    left, right = (told.terms | set(map(str, told.numbers)) for told in (said(one), said(other)))
    return bool(left and right) and len(left & right) >= max(2, ALIKE * len(left | right))

"""Agents that hand the work round in a circle: A to B to A to B."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun
from nodes.feedback_loop.calls.series import Series
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY, HANDS_OVER, HOLDS, PATH
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.words import stems
from systems.records import Finding

TWICE = 2
MOST_PATH, MOST_FOUND, MOST_OPEN = 64, 100, 10_000
LEAST, DEEP = 4, 16
MUCH = 300
"""Characters that are work, not just a word that somebody else is to do it."""
_HANDS_OVER = re.compile(
    r"(?:transfer|hand_?(?:off|over)|delegate|escalate|route|assign|pass)(?:ed)?[_ ](?:back[_ ])?to[_ ](.+)",
    re.IGNORECASE,
)


_ASKS = re.compile(
    r"(?:ask|consult|refer)_(?:the_)?(.+)|"
    r"(.+)_(?:agent|desk|team|department|specialist|expert|assistant)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:first|instead|transferred|passed on|forwarded|handed (?:over|on|back)|referred|belongs? to|responsib\w+|"
    r"needs? (?:the|an?) |ask (?:the )?\w+|up to the|zuerst|zunächst|zuständig\w*|weitergeleitet|relève|transmis\w*|"
    r"d'abord|corresponde|derivad\w+|primero|competen\w+|prima|inoltrat\w+)\b",
    re.IGNORECASE,
)


class DelegationCycle:
    """A handover between the same two that comes again while nobody did anything else, or an agent within itself.

    Handovers are operations of their kind, tools named for it (`transfer_to_...`), or agents that are asked as tools
    and only send on to others. A supervisor who sends work out again and again and gets results in between is healthy;
    a circle is one where no other tool worked in between.
    """

    watches: ClassVar[Watches] = {"delegation": ANY, "tool": HANDS_OVER | HOLDS | PATH, "agent": ANY, "step": HOLDS}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._path: list[tuple[str, str, Operation]] = []
        self._circles: list[Series] = []
        self._open: Series | None = None
        self._below: dict[str, tuple[Operation, ...]] = {}
        self._nested: dict[str, tuple[Operation, ...]] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        kind = span.kind
        if kind == "tool":
            target = handover(span.name)
            if not target and (asked := agent_asked(span.name)) and _sends_on(span, self._path, asked):
                target = asked
            if target:
                self._hand_over(span.agent, target, span)
            elif self._path:
                self._path, self._open = [], None
                self._run.leave(PATH)
        elif kind == "delegation":
            source = str(span.attributes.get("delegation.source_agent") or span.agent)
            self._hand_over(source, span.name, span)
        if kind == "agent" or self._below:
            self._nest(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per circle."""
        for circle in self._circles:
            hops = [_hop(one) for one in circle.shown[-3:]]
            yield from self._finding(circle.shown, circle.impact, ", ".join(hops))
        for chain in self._nested.values():
            impact = {"seconds": round(chain[0].seconds, 6), "calls": float(len(chain))}
            yield from self._finding(chain, impact, " > ".join(one.name for one in chain))

    def _finding(self, spans: Iterable[Operation], impact: dict[str, float], evidence: str) -> Iterable[Finding]:
        spans = list(spans)
        agents = " <-> ".join(dict.fromkeys(one.name for one in spans[:4]))
        return self._run.finding(
            "delegation_cycle",
            "error",
            agents,
            spans,
            evidence=evidence,
            impact=impact,
            explanation="The work went round between agents and came back to where it was.",
        )

    def _hand_over(self, source: str, target: str, span: Operation) -> None:
        """Follow the path of handovers; the same hop a second time closes a circle."""
        path = self._path
        if path and _worked(self._run, path[-1][2]):
            path.clear()
            self._open = None
        hop = source.lower(), target.lower()
        if not hop[0] and path:
            hop = path[-1][1], hop[1]
        if self._open is not None and any(one[:2] == hop for one in path):
            self._open.add(span)
        elif len(self._circles) < MOST_FOUND and (since := _since(path, hop)) is not None:
            self._open = Series()
            for one in (*path[since:], (*hop, span)):
                self._open.add(one[2])
            self._circles.append(self._open)
        path.append((*hop, span))
        self._run.follow(PATH)
        del path[:-MOST_PATH]

    def _nest(self, span: Operation) -> None:
        """Follow agents from the innermost outwards; one within another of its kind, within one of its own."""
        if span.span_id not in self._below and span.parent_id in self._below:
            return  # alone, where a longer chain, or as short a one, is known already
        below = self._below.pop(span.span_id, ())
        if span.kind == "agent" and not (below and below[0].name == span.name):
            below = (span, *below)[:DEEP]
            if len(below) >= LEAST and _circular([one.name for one in below]):
                self._nested.pop(below[1].span_id, None)
                if len(self._nested) < MOST_FOUND:
                    self._nested[span.span_id] = below
        if below and span.parent_id is not None and len(below) > len(self._below.get(span.parent_id, ())):
            if len(self._below) >= MOST_OPEN:
                del self._below[next(iter(self._below))]
            self._below[span.parent_id] = below


@lru_cache(maxsize=1_024)
def handover(tool: str) -> str:
    """The agent that a tool hands over to, by its name; empty for other tools."""
    match = _HANDS_OVER.fullmatch(tool)
    return match[1] if match else ""


@lru_cache(maxsize=1_024)
def agent_asked(tool: str) -> str:
    """The agent that is asked by calling a tool of this name; empty for other tools."""
    match = _ASKS.fullmatch(tool)
    return (match[1] or match[2]) if match else ""


def _sends_on(span: Operation, path: list[tuple[str, str, Operation]], asked: str) -> bool:
    """Whether the answer of an agent that was asked is only that somebody else comes first."""
    if span.failed or not 0 < len(span.result) < MUCH:
        return False
    if _ELSEWHERE.search(span.result):
        return True
    if not path:
        return False
    others = stems(asked.replace("agent", ""))
    told = stems(span.result) - stems(span.arguments) - others
    known = frozenset().union(*(stems(one[1]) for one in path)) - others
    return bool(told & known)


def _worked(run: AgentRun, before: Operation) -> bool:
    """Whether somebody wrote more than a few words since the last handover."""
    last = run.models[-1] if run.models else None
    return last is not None and last.end_ns > before.end_ns and len(last.output) > MUCH


def _since(path: list[tuple[str, str, Operation]], hop: tuple[str, str]) -> int | None:
    """Where in the path the circle began that this hop closes: the hop was there, and others in between."""
    for number in range(len(path) - TWICE, -1, -1):
        if path[number][:2] == hop and any(one[:2] != hop for one in path[number + 1 :]):
            return number
    return None


def _circular(agents: list[str]) -> bool:
    """Whether an agent is within itself twice over, or two are within each other in turn."""
    counts = [agents.count(name) for name in dict.fromkeys(agents)]
    return max(counts) > TWICE or sum(count >= TWICE for count in counts) >= TWICE


def _hop(span: Operation) -> str:
    source = span.attributes.get("delegation.source_agent") or span.agent
    return f"{source} -> {span.name}" if source else span.name

"""Tools that answered, and nothing of their answer was used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, cost, excerpt, times
from nodes.feedback_loop.answers import admits, asks_back
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.effects import changes
from nodes.feedback_loop.fruitless import fruitless
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.marks import ANY
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.outcomes import acknowledged
from nodes.feedback_loop.transcript import Transcript, transcript
from nodes.feedback_loop.use import Use, distinctive
from nodes.feedback_loop.words import MOST, Said
from systems import names
from systems.nothing_found import nothing_found
from systems.records import Finding, Severity

_HEED = re.compile(
    r"\b(?:considering|respecting|observing|heeding|bearing in mind|keeping in mind|in line with|in view of|"
    r"in accordance with|"
    r"tak(?:e|ing) (?:\w+ ){0,4}?into (?:account|consideration)|depending on|according to|based on|consider (?:the|"
    r"what|our|my|"
    r"her|his|their)|respect (?:the|what|our|her|his|their)|given (?:the|her|his|their|what|our)|berücksichtig\w*|"
    r"je nach|"
    r"en fonction d|en tenant compte|selon|según|teniendo en cuenta|tenendo conto|levando em conta)\b",
    re.IGNORECASE,
)
_PICKS = re.compile(
    r"\b(?:(?!interest|request|test|suggest|rest|west|guest|latest|forest|harvest|invest|protest|contest|digest|"
    r"honest)\w{2,}est|"
    r"most|least|worse|better|compare\w*|rank\w*|cheaper|faster|rather|or|choose|pick|select|vergleich\w*|oder|"
    r"meilleur\w*|mejor\w*)\b",
    re.IGNORECASE,
)
_WORDS = 6
_SOME, _MUCH = 3, 4


class UnusedAnswer:
    """Working reads with something to recognise in their result, of which nothing came again, one finding per tool.

    Judged at the end of a run that ended with an answer. Reads before an action may only have been checks: there it
    takes a task that asks to heed something, or an action with a number from nowhere. One of several calls of a tool
    whose other results were used was compared and not chosen.
    """

    watches: ClassVar[Watches] = {"end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._ends = 0
        self._until = -1
        self._found: list[Finding] = []

    def observe(self, span: Operation) -> None:
        """Nothing to do: texts are compared at the end."""

    def findings(self) -> Iterable[Finding]:
        """One finding per tool."""
        if self._ends != self._run.ends:
            self._ends = self._run.ends
            talk = transcript(self._run, self._until)
            if talk.calls:
                self._until = talk.calls[-1].end_ns
                self._found.extend(self._judged(talk))
        return self._found

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        answer = talk.answer
        if answer is None or not talk.asked or len(answer.output.split()) < _WORDS:
            return
        if admits(answer.output) or asks_back(answer.output):
            return
        use = Use(talk)
        unused: Grouped[str] = Grouped()
        used = set()
        for call in talk.tools:
            if not _says_something(call):
                continue
            if use.flows(call):
                used.add(call.where)
            elif distinctive(use.news(call)):
                unused.add(call.where, call)
        for where, calls in unused.items():
            if where not in used:
                yield from self._finding(where, calls, _severity(calls, talk, use, bool(used)))

    def _finding(self, where: str, calls: list[Operation], severity: Severity) -> Iterator[Finding]:
        yield from self._run.finding(
            "unused_answer",
            severity,
            where,
            calls,
            confidence=0.8,
            evidence=f"{where} -> {excerpt(calls[-1].result)}",
            impact={**cost(calls), "calls": float(len(calls))},
            explanation=f"{where} answered {times(len(calls))}; nothing of it is in what was done or said after it.",
        )


def _says_something(call: Operation) -> bool:
    if call.failed or not call.result or call.attributes.get(names.REUSED) is True or changes(call):
        return False
    if len(call.result) > MOST:
        return False
    return not (acknowledged(call.result) or nothing_found(call.result) or fruitless(call))


def _severity(calls: list[Operation], talk: Transcript, use: Use, others_used: bool) -> Severity:
    """Warning where the result says much and was needed: the task asks to heed it, or the answer is all there is."""
    heed = bool(_HEED.search(talk.asked))
    much = max(_weight(use.news(one)) for one in calls)
    if much < (_SOME if heed else _MUCH):
        return "info"
    acted = any(one.start_ns >= calls[0].end_ns and not one.failed and _acts(one) for one in talk.tools)
    chosen = others_used and bool(_PICKS.search(talk.asked))
    return "warning" if heed or not (acted or chosen) else "info"


def _weight(what: Said) -> int:
    """How much a result says: numbers and names count from three on, words from four."""
    strong, words = len(what.numbers) + len(what.names), len(what.words)
    return strong + words if strong >= _SOME or words >= _SOME else 0


def _acts(call: Operation) -> bool:
    return changes(call) or acknowledged(call.result)

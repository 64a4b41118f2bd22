"""Answers that tell what nobody told the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, cost, excerpt
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY, JUDGED
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.from_nowhere import invented, made_up, of_other_figures, out_of_nothing, told_otherwise
from nodes.feedback_loop.talk.transcript import Transcript, texted
from nodes.feedback_loop.talk.unused import ignores_all, says_something, unused
from nodes.feedback_loop.texts.answers import admits, asks_back
from systems import names
from systems.records import Finding, Severity

_GROUNDED = re.compile(r"hallucinat|ground|faithful|factual|support", re.IGNORECASE)
_FAILED = re.compile(r"^(?:fail\w*|false|no|not[ _-]\w+|un\w+|hallucinat\w*|incorrect|0)$", re.IGNORECASE)
_ID = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[^\W\d_])\w[\w-]{3,38}\w\b")
MOST = 1_000


class UngroundedOutput:
    """Model calls that an evaluation calls ungrounded, and answers with figures that the tools did not tell.

    That is: on one of two things asked for side by side of which only the other was looked up, or another figure than
    the one that came back and was not used. Ids that the model was not given may be its own knowledge, and are a note.
    """

    watches: ClassVar[Watches] = {"model": JUDGED, "agent": JUDGED, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._ends = Ends(run, self._noted)
        self._judged: list[Operation] = []

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        name = span.attributes.get(names.EVALUATION_NAME)
        if name is None or not _GROUNDED.search(str(name)) or len(self._judged) >= MOST:
            return
        if _FAILED.match(str(span.attributes.get(names.EVALUATION_LABEL) or "")):
            self._judged.append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per call that was judged, one note per answer."""
        yield from self._ends.findings()
        for span in self._judged:
            told = f"{names.EVALUATION_NAME}={span.attributes[names.EVALUATION_NAME]}"
            yield from self._run.finding(
                "ungrounded_output",
                "warning",
                span.where,
                (span,),
                evidence=f"{told}: {span.attributes.get(names.EVALUATION_LABEL)}",
                explanation="An evaluation found the output not supported by what the model was given.",
            )

    def _noted(self, talk: Transcript) -> Iterator[Finding]:
        answer = talk.answer
        if answer is None or not talk.tools or not talk.asked:
            return
        if not (asks_back(answer.output) or admits(answer.output, subject=talk.heard)) and (why := _why(talk)):
            yield from self._finding("warning", answer, 0.7, why, "The answer states what no tool told.")
            return
        known = talk.heard.lower()
        told = [one for one in _ID.findall(answer.output) if one.lower() in texted(answer.output).names]
        unknown = [one for one in dict.fromkeys(told) if one.lower() not in known]
        if unknown:
            evidence = f"in no result and no message: {', '.join(unknown)}"
            yield from self._finding("info", answer, 0.3, evidence, "The answer names what nothing else told.")

    def _finding(
        self, severity: Severity, answer: Operation, confidence: float, evidence: str, explanation: str
    ) -> Iterator[Finding]:
        return self._run.finding(
            "ungrounded_output",
            severity,
            answer.where,
            (answer,),
            confidence=confidence,
            evidence=excerpt(evidence),
            impact=cost((answer,)),
            explanation=explanation,
        )


def _why(talk: Transcript) -> str:
    """What shows that an answer's figures come from nowhere; what is an unused answer by itself is not told twice."""
    if clause := next(made_up(talk), ""):
        return f"nothing was asked about it: {clause}"
    if figures := out_of_nothing(talk):
        return f"nothing was found, and the answer says {', '.join(figures)}"
    found = unused(talk)
    if ignores_all(talk) and (new := invented(talk)):
        return f"{talk.tools[-1].where} -> {talk.tools[-1].result}, and the answer says {', '.join(new)}"
    for calls, severity in found:
        told = told_otherwise(calls[-1], talk) if severity == "info" else ""
        if told:
            return f"{calls[-1].where} -> {calls[-1].result}, and the answer says {told}"
    if not found and (figures := of_other_figures([one for one in talk.tools if says_something(one)], talk)):
        return f"{talk.tools[-1].where} -> {talk.tools[-1].result}, and the answer says {', '.join(figures)}"
    return ""

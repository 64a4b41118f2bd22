"""Answers that tell what nobody told the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, cost, excerpt
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.ends import Ends
from nodes.feedback_loop.marks import ANY, JUDGED
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.transcript import Transcript, texted
from systems import names
from systems.records import Finding

_GROUNDED = re.compile(r"hallucinat|ground|faithful|factual|support", re.IGNORECASE)
_FAILED = re.compile(r"^(?:fail\w*|false|no|not[ _-]\w+|un\w+|hallucinat\w*|incorrect|0)$", re.IGNORECASE)
_ID = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[^\W\d_])\w[\w-]{3,38}\w\b")
MOST = 1_000


class UngroundedOutput:
    """Model calls that an evaluation calls ungrounded; as a note, answers with ids that occur nowhere else.

    Ids that the model was not given may be its own knowledge, so by themselves they are no more than a note.
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
        known = "\n".join([talk.task, *(f"{one.arguments}\n{one.result}" for one in talk.tools)]).lower()
        told = [one for one in _ID.findall(answer.output) if one.lower() in texted(answer.output).names]
        unknown = [one for one in dict.fromkeys(told) if one.lower() not in known]
        if unknown:
            yield from self._run.finding(
                "ungrounded_output",
                "info",
                answer.where,
                (answer,),
                confidence=0.3,
                evidence=excerpt(f"in no result and no message: {', '.join(unknown)}"),
                impact=cost((answer,)),
                explanation="The answer names what no tool and no message told.",
            )

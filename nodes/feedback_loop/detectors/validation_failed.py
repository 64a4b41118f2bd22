"""Documents that the validator refused: specloop's own, and what an agent wrote and had a tool validate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt, times
from nodes.feedback_loop.calls.drafts import subject
from nodes.feedback_loop.calls.effects import changes
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY, OWN
from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.transcript import Transcript
from nodes.feedback_loop.texts.words import leaves
from systems import names
from systems.records import Finding

_WORDS = 2_000
_VALIDATES = re.compile(r"valid|lint|conform|schema|well_?formed|check_(?:config|syntax|format)", re.IGNORECASE)
_INVALID = re.compile(
    r"\binvalid\b|\bnot (?:valid|well-formed|conformant)\b|\bdoes(?: not|n['\u2019]t) (?:validate|conform|match)\b|"
    r"\"valid\"\s*:\s*false|\b[1-9]\d* (?:\w+ )?(?:errors?|violations?)\b|\bung(?:ü|ue)ltig\w*|\binv[aá]lid[oea]s?\b|"
    r"\bnon valid[eo]\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    rf"{_VALIDATES.pattern}|check|correct|right|well[- ]?formed|error|problem|issue|wrong|g[uü]e?ltig|pr[uü]e?f|fehler|"
    r"vérifi|verific|revis|controlla",
    re.IGNORECASE,
)
"""Who asks whether something is valid may be told no; who wanted something done may not."""
_TEXT = 40
"""Characters of an argument that is the document itself."""


class ValidationFailed:
    """Failed `validate` spans, one finding per artifact; the evidence is the validator's words, one issue a line.

    Of other agents' tools for it the last word counts, on what the run wrote itself: who is asked whether something is
    valid may well say no.
    """

    watches: ClassVar[Watches] = {"failure": OWN, "step": OWN, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._refused: Grouped[str] = Grouped()
        self._valid: dict[str, int] = {}
        self._ends = Ends(run, self._judged)

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if not span.title.startswith(names.VALIDATE):
            return
        artifact = subject(span, names.VALIDATE)
        if artifact and span.failed:
            self._refused.add(artifact, span)
        elif artifact:
            self._valid[artifact] = max(span.start_ns, self._valid.get(artifact, 0))

    def findings(self) -> Iterable[Finding]:
        """One finding per artifact, one per tool."""
        yield from self._ends.findings()
        for artifact, refused in self._refused.items():
            good = self._valid.get(artifact, -1) >= max(one.end_ns for one in refused)
            issues = dict.fromkeys(line for one in refused for line in one.error.splitlines() if line.strip())
            yield from self._run.finding(
                "validation_failed",
                "warning" if good else "error",
                refused[-1].agent or names.VALIDATE,
                refused,
                evidence="\n".join(issues)[:_WORDS],
                impact=refused.impact,
                explanation=f"The validator refused {artifact} {times(refused.total)}"
                + ("; it accepted a later one." if good else "."),
            )

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        last = {one.where: one for one in talk.tools if _VALIDATES.search(one.name)}
        for where, check in last.items():
            if check.failed or len(check.result) > _WORDS or not _INVALID.search(check.result):
                continue
            own = _written(check) or any(changes(one) for one in talk.tools if one.end_ns <= check.start_ns)
            if own or not _ASKED.search(talk.asked):
                yield from self._run.finding(
                    "validation_failed",
                    "error",
                    where,
                    (check,),
                    confidence=0.8,
                    evidence=excerpt(check.result),
                    explanation=f"{where} refused what the run had written, and it was left so.",
                )


def _written(check: Operation) -> bool:
    """Whether a call has the document itself, which the model wrote, in its arguments."""
    return any(
        len(one) >= _TEXT and ("<" in one or "{" in one or "\n" in one) for one in leaves(parsed(check.arguments))
    )

"""Guardrails that were bypassed, and checks whose refusal was stepped over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt
from nodes.feedback_loop.calls.series import Series
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.refusals import stepped_over
from nodes.feedback_loop.talk.transcript import Transcript
from systems.records import Finding

_RESULT = "guardrail.result"
_BYPASSED = ("bypass", "overrid", "overrul", "circumvent", "disabled")


class GuardrailBypassed:
    """Guardrails whose result says that they were bypassed, and actions that a check of the same had refused before."""

    watches: ClassVar[Watches] = {"guardrail": ANY, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._ends = Ends(run, self._judged)
        self._bypassed: dict[str, Series] = {}

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if str(span.attributes.get(_RESULT, "")).lower().startswith(_BYPASSED):
            name = str(span.attributes.get("guardrail.name") or span.name)
            self._bypassed.setdefault(name, Series()).add(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per guardrail."""
        for name, spans in self._bypassed.items():
            yield from self._run.finding(
                "guardrail_bypassed",
                "error",
                name,
                spans.shown,
                evidence=f"{_RESULT}={spans.shown[0].attributes[_RESULT]}",
                impact=spans.impact,
                explanation=f"The guardrail {name} was bypassed; what it should stop went on unchecked.",
            )
        yield from self._ends.findings()

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        for check, action in stepped_over(talk):
            yield from self._run.finding(
                "guardrail_bypassed",
                "error",
                check.where,
                (action, check),
                confidence=0.8,
                evidence=excerpt(f"{check.where}({check.arguments}) -> {check.result}; then {action.where}"),
                explanation=f"{check.where} refused, and {action.where} was done all the same.",
            )

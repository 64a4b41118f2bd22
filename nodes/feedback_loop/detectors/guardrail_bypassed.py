"""Guardrails that were bypassed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.marks import ANY
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.series import Series
from systems.records import Finding

_RESULT = "guardrail.result"
_BYPASSED = ("bypass", "overrid", "overrul", "circumvent", "disabled")


class GuardrailBypassed:
    """Guardrails whose result says that they were bypassed, one finding per guardrail."""

    watches: ClassVar[Watches] = {"guardrail": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
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

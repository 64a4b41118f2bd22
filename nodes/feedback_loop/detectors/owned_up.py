"""Failures that only the agent's own words show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, cost, excerpt
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.failures import of_words
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.owned_up import owned_up
from nodes.feedback_loop.talk.transcript import Transcript
from systems.records import Finding, FindingKind

_KINDS: dict[str, FindingKind] = {
    "timeout": "timeout",
    "rate_limited": "rate_limited",
    "connection_lost": "connection_lost",
}


class OwnedUp:
    """Tool calls without a recorded failure of which the answer says that they could not do what they were for."""

    watches: ClassVar[Watches] = {"end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._ends = Ends(run, self._judged)

    def observe(self, span: Operation) -> None:
        """Nothing to do: texts are compared at the end."""

    def findings(self) -> Iterable[Finding]:
        """One finding per call."""
        return self._ends.findings()

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        for call in owned_up(talk):
            if not self._run.replaced(call):
                yield from self._run.finding(
                    _KINDS.get(of_words(call.result), "tool_error"),
                    "error",
                    call.where,
                    (call,),
                    confidence=0.7,
                    evidence=excerpt(call.result),
                    impact={**cost((call,)), "failures": 1.0, "calls": float(self._run.count(call.where))},
                    explanation=f"{call.where} gave back what the agent reports as a failure.",
                )

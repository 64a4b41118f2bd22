"""Tools that answered, and nothing of their answer was used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, cost, excerpt, times
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.from_nowhere import invented
from nodes.feedback_loop.talk.transcript import Transcript
from nodes.feedback_loop.talk.unused import ignores_all, unused
from systems.records import Finding


class UnusedAnswer:
    """Results that were needed and not used, one finding per tool; a note where they may have been checks."""

    watches: ClassVar[Watches] = {"end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._ends = Ends(run, self._judged)

    def observe(self, span: Operation) -> None:
        """Nothing to do: texts are compared at the end."""

    def findings(self) -> Iterable[Finding]:
        """One finding per tool."""
        return self._ends.findings()

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        other = ignores_all(talk) and bool(invented(talk))  # then it is `ungrounded_output`
        for calls, severity in unused(talk):
            where = calls[0].where
            yield from self._run.finding(
                "unused_answer",
                "info" if other else severity,
                where,
                calls,
                confidence=0.8,
                evidence=f"{where} -> {excerpt(calls[-1].result)}",
                impact={**cost(calls), "calls": float(len(calls))},
                explanation=f"{where} answered {times(len(calls))}; nothing of it is in what came after it.",
            )

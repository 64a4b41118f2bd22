"""Orders to the model in what a tool gave back or a search found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ORDERS
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.injections import injected
from systems.records import Finding

MOST = 100


class PromptInjection:
    """Tool results and retrieved documents with instructions to the model, one finding per tool and passage.

    What the person or the system prompt says is an instruction by right and never looked at.
    """

    watches: ClassVar[Watches] = {"tool": ORDERS, "retrieval": ORDERS}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._injected: Grouped[tuple[str, str]] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        text = span.result or span.error
        if len(self._injected.items()) >= MOST:
            return
        if passage := injected(text):
            self._injected.add((span.where, passage), span)

    def findings(self) -> Iterable[Finding]:
        """One finding per tool and passage."""
        for (where, passage), spans in self._injected.items():
            yield from self._run.finding(
                "prompt_injection",
                "error",
                where,
                spans,
                evidence=excerpt(passage),
                impact={"calls": float(len(spans))},
                explanation=f"What {where} gave back tells the model what to do; it must be treated as data.",
            )

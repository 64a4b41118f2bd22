"""Model calls that cost far more than a call does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, times
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.marks import DEAR, MUCH_WRITTEN
from nodes.feedback_loop.operations import Operation
from systems.records import Finding

TOKENS = 40_000


class CostSpike:
    """Calls with at least `TOKENS` tokens of which `MUCH_WRITTEN` were written, one finding per model.

    Long prompts alone are `oversized_content` or `context_growth`, or wanted; an answer as long as a short book is not.
    """

    watches: ClassVar[Watches] = {"model": DEAR}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._dear: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.output_tokens >= MUCH_WRITTEN and span.input_tokens + span.output_tokens >= TOKENS:
            self._dear.add(span.where, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per model."""
        for where, dear in self._dear.items():
            spent = dear.impact
            dollars = sum(one.cost or 0.0 for one in dear)
            yield from self._run.finding(
                "cost_spike",
                "error",
                where,
                dear,
                confidence=0.9,
                evidence=f"{dear[-1].input_tokens:,} tokens sent, {dear[-1].output_tokens:,} written"
                + (f", {dollars:.2f} USD in all" if dollars else ""),
                impact={**spent, **({"usd": round(dollars, 6)} if dollars else {})},
                explanation=f"{where} {times(dear.total)} read and wrote far more than a step needs.",
            )

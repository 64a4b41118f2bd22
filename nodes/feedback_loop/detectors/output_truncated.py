"""Model output that was cut off at its limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, cost, times
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.drafts import Drafts, subject
from nodes.feedback_loop.failures import cause
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.operations import Operation
from systems import names
from systems.records import Finding

FINISHES = frozenset({"length", "max_tokens", "max_output_tokens", "MAX_TOKENS", "model_length"})


class OutputTruncated:
    """Model calls that ended at the token limit, and drafts that were cut off where the model call is not seen."""

    watches: ClassVar[tuple[Topic, ...]] = ("model", "step", "failure")

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._drafts = Drafts()
        self._cut: Grouped[tuple[str, str]] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        self._drafts.observe(span)
        if span.kind == "model":
            if span.finish in FINISHES or (span.failed and cause(span) == "truncated"):
                self._cut.add((span.where, names.CHAT), span)
        elif span.failed and subject(span, names.DRAFT) and cause(span) == "truncated":
            self._cut.add((span.agent or names.DRAFT, names.DRAFT), span)

    def findings(self) -> Iterable[Finding]:
        """One finding per model, one per drafting node."""
        for (where, what), cut in self._cut.items():
            lost = any(names.STEP in one.attributes and not self._drafts.made_good(one) for one in cut)
            spent = cost(cut)
            spent["tokens"] += sum(self._drafts.tokens(one) for one in cut if what == names.DRAFT)
            yield from self._run.finding(
                "output_truncated",
                "error" if lost else "warning",
                where,
                cut,
                evidence=f"{names.FINISH_REASONS}=length" if what == names.CHAT else f"{names.CAUSE}=truncated",
                impact={**spent, "failures": float(len(cut))},
                explanation=f"Output was cut off at the token limit {times(len(cut))}, and what was written is lost.",
            )

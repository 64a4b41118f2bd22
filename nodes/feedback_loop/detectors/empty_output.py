"""Model calls that gave nothing: no words, no call of a tool."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, times
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.operations import Operation
from systems import names
from systems.records import Finding


class EmptyOutput:
    """Working model calls whose recorded output is empty, one finding per model.

    Where an instrumentation records no content at all nothing can be said, but that no token was written.
    """

    watches: ClassVar[tuple[Topic, ...]] = ("model",)

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._content = False
        self._empty: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.output.strip() or span.calls:
            self._content = True
        elif not span.failed and span.finish not in ("length", "max_tokens", "tool_calls", "tool_call"):
            self._empty.add(span.where, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per model."""
        for where, empty in self._empty.items():
            sure = [one for one in empty if self._content or names.OUTPUT_MESSAGES in one.attributes]
            yield from self._run.finding(
                "empty_output",
                "error",
                where,
                sure,
                evidence=f"{names.OUTPUT_MESSAGES} is empty, {names.FINISH_REASONS}={empty[-1].finish or 'unknown'}",
                explanation=f"{where} answered with nothing {times(len(sure))}.",
            )

"""Model calls that gave nothing: no words, no call of a tool."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, cost, excerpt, times
from nodes.feedback_loop.calls.drafts import subject
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import EMPTY, OWN
from nodes.feedback_loop.reading.operations import Operation
from systems import names
from systems.records import Finding

MOST_TITLES = 1_000
_ELSEWHERE = frozenset({"length", "tool_calls"})
_NO_TEXT = ("image", "speech")
_OUTPUT_TYPE = "gen_ai.output.type"


class EmptyOutput:
    """Working model calls whose recorded output is empty, one finding per model; drafts with nothing in them.

    Where an instrumentation records no content at all nothing can be said, but that no token was written. A call that
    stopped for a tool or at its limit, or whose call could not be read, is none of these.
    """

    watches: ClassVar[Watches] = {"model": EMPTY, "failure": OWN}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._last: Operation | None = None
        self._content: set[str] = set()
        self._written = False
        self._empty: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.kind != "model":
            if subject(span, names.DRAFT) and span.attributes.get(names.CAUSE) == "empty":
                self._empty.add(span.agent or names.DRAFT, span)
            return
        if not span.failed and _should_speak(span):
            self._empty.add(span.where, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per model."""
        if self._empty:
            self._compare()
        for where, empty in self._empty.items():
            sure = [one for one in empty if self._sure(one)]
            if not sure:
                continue
            said = excerpt(sure[-1].output) or "empty"
            reason = f", {names.FINISH_REASONS}={sure[-1].finish}" if sure[-1].finish else ""
            drafts = self._run.drafts
            good = all(drafts.made_good(one) for one in sure)
            spent = cost(sure)
            spent["tokens"] += sum(drafts.tokens(one) for one in sure if one.kind != "model")
            yield from self._run.finding(
                "empty_output",
                "warning" if good else "error",
                where,
                sure,
                evidence=excerpt(sure[-1].error)
                or f"{names.OUTPUT_MESSAGES} is {said}, {sure[-1].output_tokens} tokens written{reason}",
                impact={**spent, "failures": float(len(sure))},
                explanation=f"{where} answered with nothing {times(len(sure))}.",
            )

    def _compare(self) -> None:
        """Learn from the other model calls what is recorded of them."""
        for one in self._run.models_since(self._last):
            self._last = one
            self._written = self._written or one.output_tokens > 0
            if not one.marks & EMPTY and len(self._content) < MOST_TITLES:
                self._content.add(one.title)

    def _sure(self, span: Operation) -> bool:
        """Whether there was nothing, rather than nothing recorded."""
        if span.kind != "model":
            return True
        if span.input_tokens and not span.output_tokens:
            return self._written or names.OUTPUT_MESSAGES in span.attributes
        if names.OUTPUT_MESSAGES not in span.attributes and not (span.messages and span.title in self._content):
            return False
        return bool(span.finish or span.output_tokens)


def _should_speak(span: Operation) -> bool:
    """Whether the model stopped by itself, and was asked for text."""
    if span.finish in _ELSEWHERE or "malformed" in span.finish:
        return False
    return span.attributes.get(_OUTPUT_TYPE) not in _NO_TEXT

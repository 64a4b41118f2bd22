"""Tool results far larger than what is made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import CHARACTERS_A_TOKEN, LARGE, LONG_RESULT, UNSEEN, USE
from nodes.feedback_loop.reading.operations import Operation
from systems import names
from systems.records import Finding

SHARE_USED = 0.1
TOKENS = 6_000
TIMES = 5
MOST = 1_000


class OversizedContent:
    """Results of at least `LONG_RESULT`, of which the run writes less than `SHARE_USED` as answers and arguments.

    Where results were not recorded, a prompt that is `TIMES` as long as the one before and `TOKENS` longer shows that
    one came in; the culprit is the tool call in between, where there is just one.
    """

    watches: ClassVar[Watches] = {"tool": LARGE | UNSEEN, "retrieval": LARGE | UNSEEN, "model": LARGE | USE}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._large: list[Operation] = []
        self._jumps: list[tuple[Operation, int]] = []
        self._written: dict[str, int] = {}
        self._total_written = 0
        self._since: list[Operation] = []
        self._turn: Operation | None = None

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.kind == "model":
            self._model(span)
        elif span.size >= LONG_RESULT:
            if len(self._large) < MOST:
                self._large.append(replace(span, arguments="", result="", attributes={}))
                self._written[span.span_id] = self._total_written
                self._run.follow(USE)
            self._since = []
        elif not span.result:
            turn = self._run.models[-1] if self._run.models else None
            if turn is not self._turn:
                self._since, self._turn = [], turn
            if len(self._since) < 2:
                self._since.append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per result."""
        last = self._run.models[-1] if self._run.models else None
        for span in self._large:
            if last is None or (last.start_ns < span.end_ns and not self._run.ended):
                continue
            if self._total_written - self._written[span.span_id] < SHARE_USED * span.size:
                yield from self._finding(span, span.size // CHARACTERS_A_TOKEN, f"a result of {span.size:,} characters")
        for span, tokens in self._jumps:
            yield from self._finding(span, tokens, f"{names.INPUT_TOKENS} jumped by {tokens:,} after it")

    def _finding(self, span: Operation, tokens: int, evidence: str) -> Iterable[Finding]:
        return self._run.finding(
            "oversized_content",
            "warning",
            span.where,
            [span],
            confidence=0.9 if span.size >= LONG_RESULT else 0.7,
            evidence=evidence,
            impact={"tokens": float(tokens)},
            explanation=f"{span.where} gave about {tokens:,} tokens, and little of it was used.",
        )

    def _model(self, span: Operation) -> None:
        self._total_written += len(span.output) + sum(len(call.arguments) for call in span.calls)
        before = self._run.models[-2] if len(self._run.models) > 1 else None
        if before is not None and before is self._turn and len(self._since) == 1 and before.input_tokens:
            jump = span.input_tokens - before.input_tokens - before.output_tokens
            if jump >= TOKENS and len(self._jumps) < MOST and span.input_tokens >= TIMES * before.input_tokens:
                self._jumps.append((self._since[0], jump))

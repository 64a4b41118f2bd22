"""Prompts that grow from call to call because nothing is ever left out of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import CHARACTERS_A_TOKEN, LARGE, LONG_PROMPT
from nodes.feedback_loop.reading.operations import Operation
from systems import names
from systems.records import Finding

CALLS = 4
TIMES = 4.0
TOKENS_A_CALL = 500
SPREAD = 0.6
MOST = 1_000


@dataclass(slots=True)
class _Growth:
    """Calls in a row whose prompts grow; a prompt that shrinks by a third begins anew."""

    first: Operation
    last: Operation
    calls: int = 1
    sent: int = 0
    largest_step: int = 0
    prompt: int = 0

    def add(self, operation: Operation) -> None:
        prompt = _prompt(operation)
        step = prompt - self.prompt
        if step > self.largest_step:
            self.largest_step = step
        self.last, self.prompt = operation, prompt
        self.calls += 1
        self.sent += prompt

    def is_growth(self) -> bool:
        last = self.prompt
        if last < LONG_PROMPT:
            return False
        first = _prompt(self.first)
        grown = last - first
        return (
            self.calls >= CALLS
            and last >= TIMES * first
            and grown >= TOKENS_A_CALL * (self.calls - 1)
            and self.largest_step <= SPREAD * grown
        )


class ContextGrowth:
    """At least `CALLS` calls whose prompt grew `TIMES`-fold to `LONG_PROMPT` tokens or more, steadily.

    Steadily: `TOKENS_A_CALL` a call on average, and no one step is most of it (that is one large content, not growth).
    A conversation that only adds its turns grows less. Conversations are told apart by model, agent and
    instructions.
    """

    watches: ClassVar[Watches] = {"model": LARGE}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._growing: dict[tuple[str, str, int], _Growth] = {}
        self._found: dict[str, _Growth] = {}
        self._last: Operation | None = None

    def observe(self, span: Operation) -> None:
        """Take one operation into account, and the shorter prompts before it."""
        for one in self._run.models_since(self._last):
            if not one.failed:
                self._follow(one)
        self._last = span

    def _follow(self, span: Operation) -> None:
        place = span.name, span.agent, len(span.messages[0].text) if span.messages else -1
        growth = self._growing.get(place)
        if growth is None or 3 * _prompt(span) < 2 * growth.prompt:
            if growth is not None or len(self._growing) < MOST:
                self._growing[place] = _Growth(span, span, prompt=_prompt(span))
            return
        growth.add(span)
        if growth.calls >= CALLS and growth.is_growth() and len(self._found) < MOST:
            self._found[growth.first.span_id] = growth

    def findings(self) -> Iterable[Finding]:
        """One finding per stretch of growing prompts."""
        for growth in self._found.values():
            first, last = _prompt(growth.first), _prompt(growth.last)
            yield from self._run.finding(
                "context_growth",
                "warning",
                growth.last.where,
                [growth.last],
                confidence=0.9,
                evidence=f"{names.INPUT_TOKENS} from {first:,} to {last:,} in {growth.calls} calls",
                impact={
                    "tokens": float(max(0, growth.sent - first * (growth.calls - 1))),
                    "calls": float(growth.calls),
                },
                explanation=f"Every prompt holds those before it; it grew {last / max(1, first):.0f}-fold.",
            )


def _prompt(operation: Operation) -> int:
    """Tokens of a prompt; where they are not told, about a quarter of its characters."""
    return operation.input_tokens or operation.size // CHARACTERS_A_TOKEN

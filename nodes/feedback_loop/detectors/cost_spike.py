"""Model calls that cost far more than a call does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, times
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY, DEAR, MUCH_WRITTEN
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.transcript import Transcript
from systems.records import Finding

TOKENS = 40_000
SPIKE, TIMES, PEERS = 15_000, 10, 3
"""Tokens of a call that stands out, by how much of the median of its peers, and how many of these it takes."""
_CHARACTERS = 4


class CostSpike:
    """Calls with at least `TOKENS` tokens of which `MUCH_WRITTEN` were written, one finding per model.

    Long prompts alone are `oversized_content` or `context_growth`, or wanted; an answer as long as a short book is not,
    nor are tokens far beyond those of the calls around it that nothing recorded explains.
    """

    watches: ClassVar[Watches] = {"model": DEAR, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._ends = Ends(run, self._judged)
        self._dear: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.output_tokens >= MUCH_WRITTEN and span.input_tokens + span.output_tokens >= TOKENS:
            self._dear.add(span.where, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per model."""
        for where, dear in self._dear.items():
            yield from self._finding(where, dear, dear.impact, times(dear.total))
        yield from self._ends.findings()

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        known = {one.span_id for _, dear in self._dear.items() for one in dear}
        spikes: Grouped[str] = Grouped()
        for one in _unexplained([one for one in talk.calls if one.kind == "model" and not one.failed]):
            if one.span_id not in known:
                spikes.add(one.where, one)
        for where, dear in spikes.items():
            yield from self._finding(where, dear, dear.impact, times(dear.total))

    def _finding(self, where: str, dear: Sequence[Operation], spent: dict[str, float], often: str) -> Iterator[Finding]:
        dollars = sum(one.cost or 0.0 for one in dear)
        return self._run.finding(
            "cost_spike",
            "error",
            where,
            dear,
            confidence=0.9,
            evidence=f"{dear[-1].input_tokens:,} tokens sent, {dear[-1].output_tokens:,} written"
            + (f", {dollars:.2f} USD in all" if dollars else ""),
            impact={**spent, **({"usd": round(dollars, 6)} if dollars else {})},
            explanation=f"{where} {often} read and wrote far more than a step needs.",
        )


def _unexplained(models: list[Operation]) -> Iterator[Operation]:
    """Calls of many times their peers' tokens, which neither the recorded prompt nor the recorded answer explains."""
    for place, call in enumerate(models):
        if call.tokens < SPIKE or not call.messages:
            continue
        peers = [one.tokens for one in models if one is not call and one.where == call.where]
        if len(peers) < PEERS - 1 or call.tokens < TIMES * median(peers):
            continue
        said = len(call.output) + sum(len(one.arguments) for one in call.calls)
        read = sum(len(one.text) for one in call.messages)
        told = call.reasoning_tokens + (read + said) // _CHARACTERS
        after = models[place + 1 :]
        if told * 2 < call.tokens and all(one.tokens * 2 < call.tokens for one in after):
            yield call

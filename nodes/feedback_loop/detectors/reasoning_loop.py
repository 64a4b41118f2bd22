"""The model thinks or says the same again and does nothing in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt
from nodes.feedback_loop.calls.series import Series
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANY, SPEAKS
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.ends import Ends
from nodes.feedback_loop.talk.transcript import Transcript
from nodes.feedback_loop.texts.same_thoughts import circling
from systems.records import Finding

SAME = 3
WORDS = 4
MOST_FOUND = 100


class ReasoningLoop:
    """At least `SAME` times in a row the same thought, or the same words in one growing conversation without a call.

    A run that has two thoughts, both the same, has gone round as far as it got. What the model says beside calls is
    judged by what the calls bring; a thought that a tool is to hold, and sentences over and over in one answer, count
    too. The same short answer to other questions (one conversation each) is healthy.
    """

    watches: ClassVar[Watches] = {"reasoning": ANY, "model": SPEAKS, "end": ANY}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._thoughts = Series()
        self._thought = ""
        self._replies = Series()
        self._reply: Operation | None = None
        self._tool: Operation | None = None
        self._found: list[tuple[str, Series]] = []
        self._different = 0
        self._ends = Ends(run, self._judged)

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.kind == "reasoning":
            thought = " ".join(str(span.attributes.get("reasoning.chain") or span.output or span.result).split())
            if not thought or thought != self._thought:
                self._thoughts, self._thought = Series(), thought
                self._different += 1
            if thought:
                self._count(self._thoughts, thought, span)
        else:
            before = self._run.models[-2] if len(self._run.models) > 1 else None
            tool = self._run.tools[-1] if self._run.tools else None
            if before is None or before is not self._reply or tool is not self._tool or not _again(before, span):
                self._replies = Series()
            self._reply, self._tool = span, tool
            self._count(self._replies, span.output, span)

    def findings(self) -> Iterable[Finding]:
        """One finding per text."""
        short = self._run.ended and self._different == 1 and self._thoughts.count == SAME - 1
        for text, again in (*self._found, *([(self._thought, self._thoughts)] if short else ())):
            yield from self._finding(again, text, f"The same was thought {again.count} times in a row")
        yield from self._ends.findings()

    def _judged(self, talk: Transcript) -> Iterator[Finding]:
        for calls, text in circling(talk):
            again = Series()
            for one in calls:
                again.add(one)
            often = f"The same was thought {len(calls)} times in a row" if len(calls) > 1 else "One answer goes round"
            yield from self._finding(again, text, often)

    def _finding(self, again: Series, text: str, what: str) -> Iterator[Finding]:
        return self._run.finding(
            "reasoning_loop",
            "error",
            again.shown[0].name,
            again.shown,
            evidence=excerpt(text),
            confidence=0.6 if again.count == SAME - 1 else 1.0,
            impact={**again.impact, "tokens": float(sum(one.tokens for one in again.shown))},
            explanation=f"{what}, and nothing was done about it.",
        )

    def _count(self, row: Series, text: str, span: Operation) -> None:
        row.add(span)
        if row.count == SAME and len(self._found) < MOST_FOUND:
            self._found.append((text, row))


def _again(before: Operation, now: Operation) -> bool:
    """Whether the model said the same to a conversation that went on."""
    said = now.output
    return before.output == said and len(now.messages) > len(before.messages) > 0 and len(said.split()) >= WORDS

"""A tool failed, nothing made it good, and the agent's answer says nothing of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, cost, excerpt, times
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ANSWERS, ANY
from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.answers import admits, asks_back, not_done
from nodes.feedback_loop.texts.outcomes import writes
from nodes.feedback_loop.texts.words import leaves, stems
from systems.records import Finding

MOST_OPEN = 200
_WORDS = 3
"""An answer of fewer words says that something was done, and nothing of what was only looked up."""
_LONG = 2_000
_WORD = re.compile(r"[^\W\d_]{3,}")
_PARTLY = re.compile(
    r"\b(?:errors?|problems?|issues?|trouble|except|only|but|however|unfortunately|leider|fehler|problem\w*|außer|nur|aber|erreur|"
    r"sauf|mais|error|salvo|pero|tranne|ma|errore|erro|mas)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")


class SwallowedError:
    """Failed tool calls before an answer that owns up to nothing, one finding per tool.

    Another tool that stands in for the failed one makes it good; an answer that names any failure, limit or doubt,
    repeats the error's words, or asks the person, swallows nothing. Without a recorded answer nothing can be said.
    """

    watches: ClassVar[Watches] = {"failure": ANY, "model": ANSWERS}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._open: list[Operation] = []
        self._swallowed: list[tuple[Operation, Operation]] = []

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        if span.kind == "model":
            if self._open and not (span.calls or span.failed) and span.finish != "tool_calls":
                self._answered(span)
        elif span.kind in ("tool", "retrieval") and len(self._open) < MOST_OPEN:
            self._open.append(span)

    def findings(self) -> Iterable[Finding]:
        """One finding per tool."""
        if not self._swallowed:
            return
        failed: Grouped[str] = Grouped()
        answers = {}
        for failure, answer in self._swallowed:
            if not (self._run.made_good(failure) or self._run.replaced(failure) or self._run.answers(failure)):
                failed.add(failure.where, failure)
                answers[failure.where] = answer
        for where, failures in failed.items():
            yield from self._run.finding(
                "swallowed_error",
                "error",
                where,
                failures,
                evidence=f"{excerpt(failures[-1].error, 140)} / answer: {excerpt(answers[where].output, 140)}",
                impact={**cost(failures), "calls": float(self._run.count(where))},
                explanation=f"{where} failed {times(len(failures))}, nothing made it good, and the answer does not "
                "say so.",
            )

    def _answered(self, answer: Operation) -> None:
        """Judge what failed before an answer; one that owns up clears the earlier ones of the run too."""
        words = answer.output.split(maxsplit=_WORDS)
        if not words:
            return
        if len(self._swallowed) >= MOST_OPEN:
            self._open.clear()
        elif admits(answer.output) or asks_back(answer.output):
            if claimed := self._claimed(answer.output):
                self._swallowed += [(one, answer) for one in claimed]
                self._open.clear()
                return
            self._swallowed = [one for one in self._swallowed if not _same_talk(one[1], answer)]
        else:
            known = stems(self._run.task[:_LONG])
            told = stems(answer.output[:_LONG]) - known
            open_ = self._open if len(words) >= _WORDS else [one for one in self._open if writes(one.name)]
            self._swallowed += [(one, answer) for one in open_ if not told & _news(one)]
        self._open.clear()

    def _claimed(self, answer: str) -> list[Operation]:
        """Failures of things that an answer counts among those that were done, whatever else it denies.

        `Blocked on fw-north and fw-south. It cannot reach us any more.`, where fw-south had refused.
        """
        if not_done(answer) or _PARTLY.search(answer) or asks_back(answer) or len(answer) > _LONG:
            return []
        asked = stems(self._run.task[:_LONG])
        bare = (
            _WORD.sub(lambda word: " " if stems(word[0]) & asked else word[0], one) for one in _SENTENCE.split(answer)
        )
        claims = [said.lower() for one, said in zip(bare, _SENTENCE.split(answer), strict=True) if not admits(one)]
        done = [one for one in self._run.tools if not one.failed]
        found = []
        for failure in self._open:
            others = {value for one in done if one.where == failure.where for value in _given(one)}
            own = [one for one in _given(failure) if len(one) >= _WORDS and one not in others] if others else []
            if any(one in claim for one in own for claim in claims):
                found.append(failure)
        return found


def _given(call: Operation) -> set[str]:
    return {one.lower() for one in leaves(parsed(call.arguments))}


def _news(failure: Operation) -> frozenset[str]:
    """The words of an error that its call did not say: an answer that repeats them tells of it."""
    return stems(failure.error[:_LONG]) - stems(failure.name) - stems(failure.arguments[:_LONG])


def _same_talk(before: Operation, now: Operation) -> bool:
    """Whether two answers may belong to one conversation: in one trace, or after the same question."""
    if now.parent_id is not None:
        return True
    return before.trace_id == now.trace_id or before.messages[:2] == now.messages[:2]

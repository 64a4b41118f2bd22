"""Thinking that goes round: a thought noted again and again, an answer with the same sentences over and over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.transcript import Transcript
from nodes.feedback_loop.texts.answers import admits
from nodes.feedback_loop.texts.rephrasing import words
from nodes.feedback_loop.texts.waiting import thinks

THOUGHTS, ROUNDS, LONGEST_ROUND = 3, 5, 5
"""Thoughts alike in a row; rounds of the same sentences; sentences of a round at most."""
_ALIKE, _AGAIN = 0.8, 0.7
_THOUGHT = 8
"""Different words of a thought that is more than the announcement of a call."""
_LEAST, _WORDS, _MOST = 200, 3, 50_000
_SENTENCE = re.compile(r"(?<=[.!?\n。])\s+|\n+")


def circling(talk: Transcript) -> Iterator[tuple[list[Operation], str]]:
    """Rows of calls of a tool for thoughts that noted the same one, and model calls whose answer repeats itself."""
    row: list[Operation] = []
    for call in [*talk.tools, None]:
        if call is not None and thinks(call.name) and (not row or _alike(row[-1], call)):
            row.append(call)
            continue
        if len(row) >= THOUGHTS:
            yield row, row[-1].arguments
        row = [call] if call is not None and thinks(call.name) else []
    if len(row := _weighing(talk)) >= THOUGHTS:
        yield row, row[-1].output
    for call in talk.calls:
        if call.kind == "model" and len(call.output) >= _LEAST and (again := repeated(call.output)):
            yield [call], again


def _weighing(talk: Transcript) -> list[Operation]:
    """The last model calls of a talk, of which each said what the one before it did, up to the answer.

    What is said beside calls may be only a way to announce them; where the answer says it once more, or that the run
    came to nothing, it was the same thought all along.
    """
    models = [one for one in talk.calls if one.kind == "model" and not one.failed]
    if talk.answer is None or len(models) <= THOUGHTS or models[-1] is not talk.answer:
        return []
    answer = words(talk.answer.output)
    thought = words(models[-2].output)
    row = [one for one in takewhile(lambda one: _share(words(one.output), thought) >= _ALIKE, reversed(models[:-1]))]
    again = bool(answer) and len(answer & thought) >= _AGAIN * len(answer)
    if len(thought) < _THOUGHT or not (again or (admits(talk.answer.output) and _each_new(talk.tools))):
        return []
    return [*row[::-1], talk.answer] if again else row[::-1]


def _each_new(tools: list[Operation]) -> bool:
    """Whether all calls worked and asked for something else: what was said beside them is all that came again."""
    return not any(one.failed for one in tools) and len({one.call for one in tools}) == len(tools)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one else 0.0


def repeated(text: str) -> str:
    """The sentences that a text says `ROUNDS` times in a row; empty where it gets on.

    A single sentence said again is emphasis or filling; to weigh this against that takes two.
    """
    sentences = [" ".join(one.split()) for one in _SENTENCE.split(text[:_MOST]) if one.strip()]
    if len(set(sentences)) * 2 > len(sentences):
        return ""
    for length in range(2, LONGEST_ROUND + 1):
        run = 0
        for place in range(length, len(sentences)):
            run = run + 1 if sentences[place] == sentences[place - length] else 0
            if run >= length * (ROUNDS - 1) and _says(sentences[place - length + 1 : place + 1]):
                return " ".join(sentences[place - length + 1 : place + 1])
    return ""


def _says(sentences: Sequence[str]) -> bool:
    """Whether they are several sentences, rather than rows of a table or a list's dots."""
    different = {one for one in sentences if len(one.split()) > _WORDS and not one.startswith(("|", "-", "*", "#"))}
    return len(different) > 1


def _alike(before: Operation, now: Operation) -> bool:
    return _share(words(before.arguments), words(now.arguments)) >= _ALIKE

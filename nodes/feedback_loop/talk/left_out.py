"""Answers that the person asked for one by one, of which some are used and one is left out.

"potassium yesterday and today?"    lab_value(yesterday) -> 3.9, lab_value(today) -> 6.4    "It is 3.9."
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import reduce

from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.transcript import texted
from nodes.feedback_loop.talk.use import Use
from nodes.feedback_loop.texts.words import Said, values

_TOKEN = re.compile(r"[^\W_]+")
_CHOOSES = re.compile(
    r"\b(?:which|any|who|whose|whether|if|either|only|until|welche\w*|wer|ob|irgend\w*|nur|lequel|laquelle|lesquels|"
    r"lesquelles|quels?|quelles?|qui|si|cuál(?:es)?|quién|alg[uú]n\w*|quale|quali|chi|se|qual|quais|quem)\b",
    re.IGNORECASE,
)


def left_out(calls: Sequence[Operation], use: Use, asked: str, answer: str = "") -> Iterator[Operation]:
    """Calls of a talk whose own answer was not used, where the person named them and most others of their tool were.

    What all results of a tool say alike is the frame of its answers, and says nothing.

    Args:
        calls: working calls that told something.
        use: what was said when.
        asked: what the person asked for; who asks for a choice does not want all of it.
        answer: an answer that need not tell all of what it is about: things that it names are not left out of it.
    """
    if _CHOOSES.search(asked):
        return
    by_tool: defaultdict[str, list[Operation]] = defaultdict(list)
    for call in calls:
        by_tool[call.where].append(call)
    words, named = _tokens(asked), _tokens(answer)
    for alike in by_tool.values():
        if len({one.result for one in alike}) == len(alike) > 1:
            unused = list(_unused(alike, use))
            own = {one.span_id: _own(one, alike) for one in unused}
            asked_for = all((one := _own(call, alike)) and one <= words for call in alike)
            if 2 * len(unused) <= len(alike) and asked_for:
                yield from (one for one in unused if not own[one.span_id] & named)


def chosen_from(calls: Sequence[Operation], answer: str) -> bool:
    """Whether an answer names some of the things that the calls of one tool were about: it chose by what came back."""
    told = _tokens(answer)
    return len(calls) > 1 and any(_own(one, list(calls)) & told for one in calls)


def _unused(alike: list[Operation], use: Use) -> Iterator[Operation]:
    frame = reduce(Said.common, [texted(one.result) for one in alike])
    for call in alike:
        own = use.news(call, frame)
        if (own.numbers or own.names) and not use.flows(call, frame):
            yield call


def _own(call: Operation, alike: list[Operation]) -> frozenset[str]:
    """What sets a call apart from the others of its tool."""
    given = [_tokens(values(one.arguments)) for one in alike]
    return _tokens(values(call.arguments)) - frozenset.intersection(*given)


def _tokens(text: str) -> frozenset[str]:
    return frozenset(map(str.lower, _TOKEN.findall(text)))

"""Calls one after another that need nothing of each other, and what shows that they do not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set
from functools import cached_property, lru_cache

from nodes.feedback_loop.reading.marks import LONG_ARGUMENTS
from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.words import keys, leaves, said, stemmed, values

CALLS = 3
SAVED = 0.25
"""Least seconds of a call, and that running them together would have saved."""
MOST_CALLS = 50
_TOKEN = re.compile(r"[^\W_]+(?:[-./:@_+][^\W_]+)*")
_WORKED_OUT = re.compile(r"\d{2,}|\d+[.,]\d+")
_ONE_OF = re.compile(
    r"\b(?:any|first|one of|enough|either|or|until|till|which|who|oder|bis|welche[rs]?|einer|ou|jusqu\w*|"
    r"quel(?:le)?|hasta|cuál|o)\b",
    re.IGNORECASE,
)
_SOUGHT = re.compile(
    r"\b(?:find|search|look for|earliest|latest|next|soonest|nearest|where|whether|why|finde|suche?|wo|ob|warum|"
    r"cherche[rz]?|"
    r"trouve[rz]?|où|pourquoi|busca[r]?|encuentra|dónde|cerca|trova|dove|perché)\b",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"quer|^q$|search|question|text|prompt|term|keyword|path|file|url|cmd|command|sql|code", re.IGNORECASE
)
_PAGES = frozenset(map(stemmed, ("page", "offset", "cursor", "start", "skip", "chunk", "part", "step")))
_DIGITS, _LONG = 4, 5_000
_NUMBERED = re.compile(r"(.*?)(\d{1,9})")


class Independent:
    """Calls that could have gone together.

    Attributes:
        calls: the calls.
        told: whether it was told what there is to go through; else the model knew it by itself: the four quarters.
    """

    def __init__(self, task: str, earlier: list[str], first: Operation) -> None:
        """Begin with a call; `earlier` are the results and words before it that may name what is gone through."""
        self.calls = [first]
        self.told = True
        self._earlier = (task, *earlier)
        self._arguments = {(first.where, first.arguments)}

    @property
    def wasteful(self) -> bool:
        """Whether enough calls took long enough."""
        seconds = [one.seconds for one in self.calls]
        return len(seconds) >= CALLS and sum(seconds) - max(seconds) >= SAVED and not self._until_found

    @property
    def _until_found(self) -> bool:
        """Whether one of several was sought: what came back was the same each time, and then it was something else."""
        *before, last = (one.result for one in self.calls)
        return len(set(before)) == 1 and last != before[0] and bool(_ONE_OF.search(self._earlier[0]))

    def takes(self, span: Operation) -> bool:
        """Append a call, if it is independent of those before it."""
        tokens = _tokens(span.arguments)
        new = tokens - self._asked
        if (span.where, span.arguments) in self._arguments or len(self.calls) >= MOST_CALLS or self._works_out(new):
            return False
        mentioned = {token for token in new if any(_mentions(result, token) for result in self._results)}
        if mentioned and not mentioned <= self._known:
            return False
        if (new and not self._knowable(tokens, new)) or not (self._given(tokens) or self._is_other(span)):
            last = self.calls[-1]
            if last.where != span.where or not (self._counted(last, span) or self._like(last, span)):
                return False
            self.told = self.told and self._counted(last, span)
        self.calls.append(span)
        self._asked.update(tokens)
        self._results.append(span.result.lower())
        self._arguments.add((span.where, span.arguments))
        return True

    def told_by(self, answer: str) -> bool:
        """Whether an answer has something of what each call brought beyond the others, or names what it was for."""
        words = _tokens(answer)
        brought = [_tokens(one.result) | _tokens(one.arguments) for one in self.calls]
        counts = Counter(token for tokens in brought for token in tokens)
        return all(any(counts[token] == 1 and token in words for token in tokens) for tokens in brought)

    @cached_property
    def _asked(self) -> set[str]:
        """What the calls so far ask; most groups end with their first call, and nobody needs to know."""
        return set(_tokens(self.calls[0].arguments))

    @cached_property
    def _results(self) -> list[str]:
        """What the calls so far brought, in lower case."""
        return [self.calls[0].result.lower()]

    @cached_property
    def _known(self) -> frozenset[str]:
        """What the task and the results before the group say."""
        return frozenset().union(*map(_tokens, self._earlier))

    def _works_out(self, new: Set[str]) -> bool:
        """Whether a number stands nowhere before the group; a quick answer for most of what `_knowable` refuses."""
        numbers = [one for one in new if len(one) > 1 and one.isdecimal()]
        return any(not any([one in text for text in self._earlier]) for one in numbers)

    def _knowable(self, tokens: Set[str], new: Set[str]) -> bool:
        """Whether a call's arguments could have been known before: most are told, and no number is worked out."""
        untold = [token for token in new if not self._told(token)]
        return 2 * len(untold) <= len(tokens) and not any(map(_WORKED_OUT.fullmatch, untold))

    def _given(self, tokens: Set[str]) -> bool:
        """Whether it is known beforehand what another call of the same tool asks for."""
        new = tokens - self._asked
        return bool(new) and all(map(self._told, new))

    def _told(self, token: str) -> bool:
        """Whether the task or a result before the group names something; of scripts without spaces, anywhere."""
        if token in self._known or _between(token, self._known):
            return True
        return not token.isascii() and any(token in text for text in self._earlier)

    def _is_other(self, span: Operation) -> bool:
        """Whether no call of that tool is among those so far."""
        return not any(one.where == span.where for one in self.calls)

    def _counted(self, before: Operation, now: Operation) -> bool:
        """Whether a call is for the next of as many things as the task counts: `all five depots`, 1 to 5 or A to E."""
        first, second = (set(map(str, leaves(parsed(one.arguments)))) for one in (before, now))
        gone, new = first - second, second - first
        if len(gone) != 1 or len(new) != 1 or not _PAGES.isdisjoint(keys(now.arguments)):
            return False
        place = _place_of(gone.pop())
        return 0 < place == _place_of(new.pop()) - 1 and place < _count(self._earlier[0])

    def _like(self, before: Operation, now: Operation) -> bool:
        """Whether a call only puts one short name for another, where all of several are wanted and none is sought."""
        first, second = parsed(before.arguments), parsed(now.arguments)
        if not isinstance(first, dict) or not isinstance(second, dict) or first.keys() != second.keys():
            return False
        other = [name for name in first if first[name] != second[name]]
        if len(other) != 1 or _FREE.search(other[0]) or not _PAGES.isdisjoint(keys(now.arguments)):
            return False
        names = first[other[0]], second[other[0]]
        short = all(isinstance(one, str) and len(one.split()) < CALLS and not _WORKED_OUT.search(one) for one in names)
        return short and not (_ONE_OF.search(self._earlier[0]) or _SOUGHT.search(self._earlier[0]))


@lru_cache(maxsize=64)
def _tokens(text: str) -> frozenset[str]:
    """Words, numbers and ids as they stand."""
    return frozenset(map(str.lower, _TOKEN.findall(values(text[: LONG_ARGUMENTS * 10]))))


def _mentions(result: str, token: str) -> bool:
    at = result.find(token)
    while at >= 0:
        end = at + len(token)
        if not (result[at - 1 : at].isalnum() or result[end : end + 1].isalnum()):
            return True
        at = result.find(token, at + 1)
    return False


def _place_of(value: str) -> int:
    """The place of a thing that is only numbered, or lettered, among its like; 0 for every other."""
    if value.isdecimal() and len(value) < _DIGITS:
        return int(value)
    return ord(value.lower()) - ord("a") + 1 if len(value) == 1 and value.isascii() and value.isalpha() else 0


def _count(task: str) -> int:
    """How many things a task speaks of at most, in figures or in words; 0 where it counts nothing."""
    told = said(task[:_LONG])
    return int(max((one for one in (*told.small, *told.numbers) if one < MOST_CALLS), default=0))


def _between(token: str, known: Set[str]) -> bool:
    """Whether a numbered name lies between two known ones: `db-03` between `db-01` and `db-06`."""
    match = _NUMBERED.fullmatch(token)
    if match is None or not match[1]:
        return False
    others = [int(one[2]) for one in map(_NUMBERED.fullmatch, known) if one and one[1] == match[1]]
    return bool(others) and min(others) < int(match[2]) < max(others)

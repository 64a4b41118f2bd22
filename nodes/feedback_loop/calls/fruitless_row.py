"""Calls that brought nothing, one after another, and whether they all tried the same in other ways."""

from __future__ import annotations

import re

from nodes.feedback_loop.calls.effects import changes
from nodes.feedback_loop.calls.fruitless import fruitless
from nodes.feedback_loop.calls.sameness import asked
from nodes.feedback_loop.calls.series import Series
from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.outcomes import acknowledged
from nodes.feedback_loop.texts.rephrasing import attempt, counts_on, rephrased, words
from nodes.feedback_loop.texts.words import keys, leaves, stemmed

_WORD = re.compile(r"[^\W_]+")
_PHRASE = re.compile(r"\w+\W+\w+\W+\w")
_HARD = re.compile(
    r"\b(?:denied|forbidden|unauthori[sz]ed|restricted|captcha|paywall|failed|permission)\b", re.IGNORECASE
)
CALLS, DIFFERENT, ATTEMPTS = 4, 3, 2
SENTENCE = 3
"""Least words of a result that other tools give by chance only: `none` and `0` they all say."""
LONG = 40
"""Least characters of a result that says something: the same one to other questions is no news."""
_PAGES = frozenset(map(stemmed, ("page", "offset", "cursor", "start", "skip", "token", "chunk")))
_SEARCHES = frozenset("search find lookup look query browse fetch read open retrieve ask try".split())
_RESULT = 10_000


class Row:
    """Calls that brought nothing, one after another.

    Attributes:
        calls: the calls.
        doubtful: whether some of them brought something short that was only no news; it may have been the point.
        told: whether they are a finding.
    """

    def __init__(self, task: str) -> None:
        self.calls = Series()
        self.doubtful = self.told = False
        self._words: set[str] = set()
        self._unread = [task]
        self._last: dict[str, frozenset[str]] = {}
        self._results: dict[str, str] = {}
        self._shapes: dict[str, tuple[str, ...]] = {}
        self._learnt: dict[str, Operation] = {}
        self._before: frozenset[str] = frozenset()
        self._different: set[tuple[str, str]] = set()
        self._attempts = self._others = 0
        self._previous = self._said = ""

    @property
    def tools(self) -> list[str]:
        """The tools called."""
        return list(self._last)

    @property
    def _known(self) -> set[str]:
        """What the task and other calls' results name."""
        for text in self._unread:
            self._words |= words(text[:_RESULT])
        self._unread.clear()
        return self._words

    def continues(self, call: Operation) -> bool:
        """Whether a call brought nothing either, or only what it brought before."""
        before = self._results.get(call.where)
        if fruitless(call) or echoes(self._said, call):
            return True
        own = self._previous == call.where or not changes(call)  # else another call shows what a change brought
        return own and before is not None and no_news(before, call)

    def learn(self, call: Operation) -> None:
        """Take what another call brought into account: it may name what is gone through."""
        self._previous, self._said = call.where, call.result
        if call.result:
            self._unread.append(call.result)
            self._results[call.where] = call.result
            self._learnt[call.where] = call

    def add(self, call: Operation) -> bool:
        """Append a call; whether they are a finding now."""
        first = self._learnt.pop(call.where, None)
        if call.where not in self._last and first is not None and no_news(first.result, call):
            self._last[call.where] = words(first.arguments)
            self._shapes[call.where] = shape_of(first.arguments)
            self._different.add((first.where, asked(first)))
            self.calls.add(first)
        self.calls.add(call)
        self._previous = call.where
        if len(self._different) < CALLS:
            self._different.add((call.where, asked(call)))
        now = words(call.arguments)
        if call.where in self._last:
            self._attempts, self._others = (
                (self._attempts + 1, self._others) if self._attempt(call, now) else (self._attempts, self._others + 1)
            )
        elif self._instead(call, now):
            self._attempts += 1
        self._last[call.where] = self._before = now
        self._shapes[call.where] = shape_of(call.arguments)
        self._results[call.where] = self._said = call.result
        return (
            self.calls.count >= CALLS
            and len(self._different) >= DIFFERENT
            and self._attempts >= max(ATTEMPTS, 2 * self._others)
        )

    def _instead(self, call: Operation, now: frozenset[str]) -> bool:
        """Whether another tool searches for, or tries to change, what the one before it did."""
        if echoes(self._said, call):
            return True
        common = bool(self._before & now)
        return (common and not _SEARCHES.isdisjoint(_WORD.findall(call.name.lower()))) or (
            changes(call) and bool(self._last) and (common or call.result == self.calls.shown[-2].result)
        )

    def _attempt(self, call: Operation, now: frozenset[str]) -> bool:
        """Whether a call is another attempt; where it did bring something, it must clearly ask the same."""
        before = self._last[call.where]
        if fruitless(call):
            if shape_of(call.arguments) != self._shapes.get(call.where):
                return True
            hard = not call.failed and bool(_HARD.search(call.result))
            return (hard and now != before) or attempt(before, now, self._known)
        if changes(call):
            self.doubtful = True
            return not now - before <= self._known
        self.doubtful |= len(call.result) < LONG and len(self._last) < 2
        if any(map(_PHRASE.search, leaves(parsed(call.arguments)))):
            return attempt(before, now, self._known)
        new = now - before
        other_words = len(new) > 1 and not new & self._known and not counts_on(new, before - now)
        return rephrased(before, now) or other_words or not _PAGES.isdisjoint(keys(call.arguments))


def echoes(said: str, call: Operation) -> bool:
    """Whether a call is answered in the very words in which another one, `said`, was."""
    return call.result == said and len(said.split()) >= SENTENCE and not acknowledged(said)


def no_news(before: str, call: Operation) -> bool:
    """Whether a call that asks for something brought what another one brought before, `before`."""
    return bool(call.result) and call.result == before and not acknowledged(before)


def shape_of(arguments: str) -> tuple[str, ...]:
    """What kinds of things a call is about, by field: a name, a number, a date, an id, an address.

    Things that are gone through are of one shape; a record that is sought by one fact after another is not.
    """
    value = parsed(arguments)
    fields = value.items() if isinstance(value, dict) else [("", value)]
    return tuple(f"{name}:{_shape(str(one))}" for name, one in sorted(fields, key=lambda field: field[0]))


def _shape(value: str) -> str:
    if "@" in value or "://" in value:
        return "address"
    if not any(map(str.isdigit, value)):
        return "words"
    return "number" if not any(map(str.isalpha, value)) else "id"

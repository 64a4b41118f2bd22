"""Whether one call asks for what another one asked for, in other words, or goes through one thing after another."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache

from nodes.feedback_loop.texts.words import remembered, stemmed, values

_WORD = re.compile(r"[^\W_]+")
_NUMBERED = re.compile(r"(.*?)(\d{1,9})")
_FEW, _PART = 5, 5
_SHORT = 2_000
_STEPS = (1, 7)
"""Numbers that differ by this count things, days or weeks."""


def words(text: str) -> frozenset[str]:
    """The words and numbers of a text, or of the values of a JSON text, without endings."""
    return _of_short(text) if len(text) <= _SHORT else frozenset(map(stemmed, _WORD.findall(values(text))))


@lru_cache(maxsize=1_024)
def _of_short(text: str) -> frozenset[str]:
    return frozenset(map(remembered, _WORD.findall(values(text))))


def attempt(before: Set[str], now: Set[str], known: Set[str]) -> bool:
    """Whether a call with the words `now` tries what the one with the words `before` tried, in another way.

    It does with the same words in another order, and with words that nobody gave it: guesses, synonyms. Going through
    things that the task or an earlier result names (`known`), or that are counted, is no attempt at the same.
    """
    new, gone = now - before, before - now
    if not new:
        return bool(now)
    if len(before) <= _FEW and counts_on(new, gone):
        return False
    if new <= known:
        return rephrased(before, now)
    return bool(before & now) or not new & known or _compounded(before, now)


def _compounded(before: Set[str], now: Set[str]) -> bool:
    """Whether a word of one is part of a longer word of the other: `Vertrag`, `Mietvertrag`."""
    return any(
        len(one) >= _PART and one in other
        for left, right in ((before, now), (now, before))
        for one in left
        for other in right
    )


def rephrased(before: Set[str], now: Set[str]) -> bool:
    """Whether words say the same as others in other words: most are common, and it isn't one put for another."""
    new, gone, common = now - before, before - now, before & now
    if len(new) == len(gone) and (len(new) == 1 or counts_on(new, gone)):
        return False
    return len(common) >= 2 and 2 * len(common) >= min(len(before), len(now))


def counts_on(new: Set[str], gone: Set[str]) -> bool:
    """Whether each new word is the number after one that is gone: pages, days, numbered things."""
    if len(new) != len(gone) or not all([one[-1].isdigit() for one in new]):
        return False
    return all(any(_next(one, other) for other in gone) for one in new)


def _next(one: str, other: str) -> bool:
    left, right = _NUMBERED.fullmatch(one), _NUMBERED.fullmatch(other)
    if left is None or right is None or left[1] != right[1]:
        return False
    return abs(int(left[2]) - int(right[2])) in _STEPS

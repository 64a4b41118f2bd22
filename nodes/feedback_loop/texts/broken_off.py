"""Prose that stops within a sentence, as output does that was cut off where nothing tells why it stopped."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CANNOT_END = frozenset(
    "a an the and or but because than whose und oder aber dem den des ein eine einen einem einer weil dass "
    "et ou mais le les un une des du ces y el los las una del los il gli della dei het een en os um uma och".split()
)
"""Words that no sentence ends with."""
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_BEFORE = re.compile(r"[.!?:]\s")
_MOST, _LONG_SENTENCE, _LEAST, _HEARD = 2_000, 10, 5, 20_000


def breaks_off(text: str) -> bool:
    """Whether a text has full sentences and then one that ends in an article or a conjunction, or is long and unended.

    A long one counts on the line of another one that has its full stop: headings, lists and names have none.
    """
    end = text[-_MOST:]
    if not end[-1:].isalpha():
        return False
    before, _, last = end.rpartition(" ")
    if last in _CANNOT_END and _SENTENCE_BEFORE.search(before):
        return True
    *full, unended = _SENTENCE_BEFORE.split(end.rpartition("\n")[2])
    return bool(full) and len(unended.split()) >= _LONG_SENTENCE


def stops_within_a_word(text: str, heard: Iterable[str]) -> bool:
    """Whether a text has full sentences and then one that ends in the mere beginning of a word that was heard.

    `9 min` and `Best regards, Kim` are whole, although there were minutes and a Kimberly.
    """
    *full, unended = _SENTENCE_BEFORE.split(text[-_MOST:])
    said = unended.split()
    if not full or len(said) < _LEAST or not said[-1].isalpha() or said[-2][-1].isdigit() or len(said[-1]) < 2:
        return False
    words = {one for told in heard for one in _WORD.findall(told[:_HEARD])}
    return said[-1] not in words and any(one.startswith(said[-1]) for one in words)

"""Prose that stops within a sentence, as output does that was cut off where nothing tells why it stopped."""

from __future__ import annotations

import re

_CANNOT_END = frozenset(
    "a an the and or but because than whose und oder aber dem den des ein eine einen einem einer weil dass "
    "et ou mais le les un une des du ces y el los las una del los il gli della dei het een en os um uma och".split()
)
"""Words that no sentence ends with."""
_SENTENCE_BEFORE = re.compile(r"[.!?:]\s")
_MOST, _LONG_SENTENCE = 2_000, 10


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

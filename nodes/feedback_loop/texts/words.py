"""What a text says that could be recognised again elsewhere: its numbers, its names and ids, its plain words.

Texts of any language are split the same way; only plain words that mean nothing by themselves are left out, and those
are listed for English. Keys of JSON are names of fields and say nothing: only values count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from nodes.feedback_loop.reading.messages import parsed
from systems.likeness.lexical import ENDING, STOP

MOST = 20_000
"""Characters of a text that are looked at."""

DEEP = 8
"""Levels of JSON values that are looked into."""
_TOKEN = re.compile(r"[^\W_]+(?:[.,:'\u2019/@-][^\W_]+)*")
_NUMBER_WITH_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})*(?:\.\d+)?|[\d.]+,\d+")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_WORD = re.compile(r"[^\W\d_]{3,}")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_EMPTY = STOP | frozenset(
    "all also about after again any because been before being between both but can could data done each else every "
    "few first following found get give given got here him his her into just last let like list made make many more "
    "most much must new next no none not nothing now off ok okay one only other out over own per please result results "
    "same see set she some still such sure tell than then there these they those through too true false null two under "
    "until up us use used very want well while within without would yes yet your error status value values name id "
    "type text message number".split()
)
_WRITTEN = dict(
    zip("one two three four five six seven eight nine ten eleven twelve".split(), range(1, 13), strict=True)
)


class Said(NamedTuple):
    """What a text says.

    Attributes:
        numbers: its numbers by value, from ten up or with a fraction; the parts of dates and times one by one.
        small: its other numbers, also as words; too common to recognise anything by.
        names: ids (letters and digits mixed) and capitalised words, lower case.
        words: other words of four letters and more, without their usual endings.
    """

    numbers: frozenset[float]
    small: frozenset[float]
    names: frozenset[str]
    words: frozenset[str]

    @property
    def terms(self) -> frozenset[str]:
        """Names and words."""
        return self.names | self.words

    def without(self, other: Said) -> Said:
        """What this text says and the other does not."""
        terms = other.terms
        return Said(self.numbers - other.numbers, self.small - other.small, self.names - terms, self.words - terms)

    def common(self, other: Said) -> Said:
        """What both texts say."""
        return Said(
            self.numbers & other.numbers, self.small & other.small, self.names & other.names, self.words & other.words
        )

    def joined(self, other: Said) -> Said:
        """What either text says."""
        return Said(
            self.numbers | other.numbers, self.small | other.small, self.names | other.names, self.words | other.words
        )


NOTHING = Said(frozenset(), frozenset(), frozenset(), frozenset())


def said(text: str) -> Said:
    """What a text, or the values of a JSON text, say."""
    numbers: set[float] = set()
    small: set[float] = set()
    names: set[str] = set()
    words: set[str] = set()
    for token in _tokens(values(text)[:MOST]):
        if token[0].isdigit() and _NUMBER.fullmatch(token):
            for number in _read(token):
                (numbers if number >= 10 or number % 1 else small).add(number)
            continue
        lower = token.lower()
        if any(letter.isdigit() for letter in token):
            names.add(lower)
            _parts(token, numbers, small)
            continue
        for part in _WORD.findall(token):
            stem = stemmed(part)
            if lower in _EMPTY or part.lower() in _EMPTY:
                continue
            (names if part[0].isupper() else words).add(stem)
        if lower in _WRITTEN:
            small.add(float(_WRITTEN[lower]))
    return Said(frozenset(numbers), frozenset(small), frozenset(names), frozenset(words))


def _tokens(text: str) -> Iterator[str]:
    """Words and numbers; the fields of a line of comma-separated values one by one."""
    for token in _TOKEN.findall(text):
        if "," in token and not _NUMBER_WITH_COMMAS.fullmatch(token):
            yield from filter(None, token.split(","))
        else:
            yield token


def stems(text: str) -> frozenset[str]:
    """The plain words of a name or a sentence: names in parts, no endings, nothing that means nothing."""
    split = _CAMEL.sub(" ", text.replace("_", " "))
    found = (word.lower() for word in _WORD.findall(split))
    return frozenset(stemmed(word) for word in found if word not in _EMPTY)


def stemmed(word: str) -> str:
    """A word in lower case without the usual English endings."""
    word = ENDING.sub("", word.lower())
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


remembered = lru_cache(maxsize=10_000)(stemmed)
"""The same, for words of short texts, which come again."""


def values(text: str) -> str:
    """The values of a JSON text, a line each; every other text as it is."""
    if text[:1] not in ("{", "[") or len(text) > MOST * 5:
        return text
    value = parsed(text)
    return text if isinstance(value, str) else "\n".join(leaves(value))


def leaves(value: Any) -> list[str]:
    """The texts and numbers in a JSON value; truth values and nulls say too little."""
    found: list[str] = []
    _gather([value], found, DEEP)
    return found


def _gather(values: Iterable[Any], found: list[str], depth: int) -> None:
    for one in values:
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, (dict, list)):
            if depth:
                _gather(one.values() if isinstance(one, dict) else one, found, depth - 1)
        elif one is not None and not isinstance(one, bool):
            found.append(str(one))


def keys(text: str) -> frozenset[str]:
    """The words of the field names of a JSON object."""
    value = parsed(text)
    return frozenset().union(*map(stems, map(str, value))) if isinstance(value, dict) and value else frozenset()


def _parts(token: str, numbers: set[float], small: set[float]) -> None:
    """Numbers inside of ids and of quantities with their unit: `24kg`, `EUR5`."""
    for digits in _NUMBER.findall(token):
        for number in _read(digits):
            (numbers if number >= 10 or number % 1 else small).add(number)


def _read(token: str) -> Iterator[float]:
    """A number as either of both ways to write it says; the parts of a time."""
    if ":" in token:
        yield from (float(part) for part in re.split(r"[.,:]", token) if len(part) < 16)
        return
    if len(token) > 24:
        return
    if "," not in token and "." not in token:
        yield float(token)
        return
    head, mark, tail = token.rpartition(",") if token.rfind(",") > token.rfind(".") else token.rpartition(".")
    whole = re.sub(r"[.,]", "", head)
    grouped = (len(tail) == 3 and len(head) <= 3 and head[0] != "0") or mark in head
    if grouped:
        yield float(whole + tail)
    if not grouped or mark == ".":
        yield float(f"{whole}.{tail}")

"""A redraft changes only what it was asked to change; every other section stays byte for byte.

What was asked for are the validator's words, a person's reason or feedback. It concerns a section when one of its words
is in the heading, or is among the words that the draft puts there or takes away. Where it concerns no section, it is
about the whole document: then only sections that are merely worded otherwise stay (`NEAR`), unless that would leave
everything as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from systems.likeness.lexical import telling
from systems.likeness.similarity import NEAR, similarity, sketch
from systems.texts.sections import Key, Section, sections

BY_CODE = ("sources", "open questions")
"""Sections that say where the facts came from: they are as the draft has them as soon as anything is."""
NAMELESS = frozenset(["requirement"])


class Pair(NamedTuple):
    """A section as it was and as it is drafted; None where there is none."""

    old: Section | None
    new: Section | None

    @property
    def either(self) -> Section:
        """The one that there is."""
        section = self.old or self.new
        assert section is not None
        return section


def redrafted(old: str, draft: str, asked: Iterable[str]) -> str:
    """The document with what the draft changes of it and was asked to.

    Args:
        old: the document as it was written last.
        draft: the same document, drafted again.
        asked: what the draft was asked to change, in words; nothing where nobody said.
    """
    wanted = telling(" ".join(asked))
    pairs = list(_paired(sections(old), sections(draft)))
    if any(_concerned(pair, wanted) for pair in pairs):
        return _joined(old, pairs, lambda pair: _concerned(pair, wanted))
    small = _joined(old, pairs, lambda pair: not _reworded(pair))
    return draft if wanted and small == old else small


def _paired(old: tuple[Section, ...], new: tuple[Section, ...]) -> Iterator[Pair]:
    """Sections with the same headings above them together, in the old order; each new one behind what it follows."""
    known, drafted = {each.key for each in old}, {each.key: each for each in new}
    following: dict[Key, list[Pair]] = {}
    last: Key = ()
    for each in new:
        if each.key in known:
            last = each.key
        else:
            following.setdefault(last, []).append(Pair(None, each))
    yield from following.get((), ())
    for section in old:
        yield Pair(section, drafted.get(section.key))
        yield from following.get(section.key, ())


def _joined(old: str, pairs: list[Pair], changes: Callable[[Pair], bool]) -> str:
    """The sections as drafted where they change, else as they were."""
    taken = {pair for pair in pairs if not _by_code(pair) and changes(pair)}
    if all(pair.old and pair.new and pair.old.text.split() == pair.new.text.split() for pair in taken):
        return old
    text = ""
    for pair in pairs:
        drafted = pair in taken or _by_code(pair)
        section = pair.new if drafted else pair.old
        if section is not None:
            apart = text and drafted and not text.endswith(("\n\n", "\r\n\r\n"))
            text += ("\n" if apart else "") + section.text
    return text.rstrip("\n") + "\n"


def _by_code(pair: Pair) -> bool:
    return pair.either.title.casefold() in BY_CODE


def _concerned(pair: Pair, wanted: frozenset[str]) -> bool:
    if _by_code(pair):
        return False
    title = telling(pair.either.title) - NAMELESS
    if pair.new is None:
        return bool(title & wanted)
    return bool(wanted & (title | (telling(pair.old.body if pair.old else "") ^ telling(pair.new.body))))


def _reworded(pair: Pair) -> bool:
    """Whether it says nearly the same in other words."""
    if pair.old is None or pair.new is None:
        return False
    return similarity(sketch(pair.old.body), sketch(pair.new.body)) >= NEAR

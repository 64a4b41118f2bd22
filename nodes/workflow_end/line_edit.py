"""An edit of a few lines in one section of a document, and what makes it none."""

from __future__ import annotations

import re
from collections import Counter

from pydantic import BaseModel, Field

from systems.likeness.lexical import telling
from systems.texts.diffs import is_utf8
from systems.texts.sections import LINE, Section, replaced, sections

MOST_LINES = 20
MOST_LINE = 400  # characters
GROWTH = 2  # times its length, and
ROOM = 600  # characters more
NUMBER = re.compile(r"^\s*\d+\| ?")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]|<!--|<script", re.IGNORECASE)


class LineEdit(BaseModel):
    """Lines of a section to be replaced."""

    first: int = Field(ge=1, le=9_999, description="First line to be replaced")
    last: int = Field(ge=1, le=9_999, description="Last line to be replaced")
    lines: list[str] = Field(
        min_length=1, max_length=MOST_LINES, description="What stands there instead; repeat a line to keep it"
    )


def numbered(section: Section) -> str:
    """What stands under a heading, each line with its number."""
    return "\n".join(f"{number}| {line.rstrip()}" for number, line in enumerate(LINE.findall(section.body), 1))


def edited(text: str, section: Section, edit: LineEdit) -> str:
    """The document with that edit of one section; the same where the lines are not there.

    Line ends are the section's own, and its last line ends as it did.
    """
    old = LINE.findall(section.body)
    if not 1 <= edit.first <= edit.last <= len(old):
        return text
    end = "\r\n" if "\r\n" in section.text else "\n"
    given = [NUMBER.sub("", part).rstrip() for line in edit.lines for part in line.splitlines() or [""]]
    new = [f"{line}{end}" for line in given]
    last = old[edit.last - 1]
    new[-1] = new[-1].removesuffix(end) + last[len(last.rstrip("\r\n")) :]
    return replaced(text, section.key, "".join([*old[: edit.first - 1], *new, *old[edit.last :]]))


def unfit(old: str, new: str, section: Section, *, about: str) -> str:
    """Why an edited document is not taken, in words; nothing where it is.

    Args:
        old: the document.
        new: the same, edited.
        section: the section that the edit is of.
        about: what the edit should say something of.
    """
    before, after = sections(old), sections(new)
    if new.split() == old.split():
        return "the edit changes nothing"
    if [each.key for each in before] != [each.key for each in after]:
        return "the edit makes, swallows or renames a section"
    if [each.text for each in before if each.key != section.key] != [
        each.text for each in after if each.key != section.key
    ]:
        return "the edit reaches into another section"
    return _unfit_lines(section.body, next(each.body for each in after if each.key == section.key), old, about)


def _unfit_lines(before: str, after: str, document: str, about: str) -> str:
    old, new = (Counter(filter(None, map(str.strip, text.splitlines()))) for text in (before, after))
    added, lost = "\n".join(new - old), (old - new).total()
    if len(after) > GROWTH * len(before) + ROOM or max(map(len, new - old), default=0) > MOST_LINE:
        return "the edit is too long"
    if lost > max(2, old.total() // 2):
        return f"the edit loses {lost} of the section's {old.total()} lines"
    if CONTROL.search(added):
        return "the edit has marks in it that do not belong there"
    if not added.isascii() and not is_utf8(document):
        return "the edit cannot be written in the document's encoding"
    if added and not (telling(added) - telling(before)) & telling(about):
        return "the edit says nothing of the change"
    return ""

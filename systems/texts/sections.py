"""A Markdown document as its sections, byte for byte: CommonMark says where a heading is (https://spec.commonmark.org).

A section goes from its heading to the next one; an OpenSpec requirement keeps its scenarios. What stands before the
first heading, a byte order mark and front matter too, is a section without a title.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

REQUIREMENT = re.compile(r"requirement:", re.IGNORECASE)
FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(?:[^\n]*\n)*?---[ \t]*\r?(?:\n|\Z)")
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")

Key = tuple[str, ...]


class Section(NamedTuple):
    """A piece of a document.

    Attributes:
        key: the headings that lead to it, its own last, and how often that path came before; the same in every version
            of a document.
        title: the words of its heading; empty for what stands before the first.
        heading: its heading as it stands there, with the line end.
        body: what stands under the heading.
    """

    key: Key
    title: str
    heading: str
    body: str

    @property
    def text(self) -> str:
        """All of it, as it stands in the document."""
        return self.heading + self.body


class _Heading(NamedTuple):
    level: int
    title: str
    first: int
    behind: int


def sections(text: str) -> tuple[Section, ...]:
    """The sections of a document in their order; their texts together are the document."""
    front = FRONT_MATTER.match(text)
    start = front.end() if front else int(text.startswith("\ufeff"))
    lines = LINE.findall(text[start:])
    headings = list(_headings(lines))
    ends = [*(heading.first for heading in headings), len(lines)]
    before = text[:start] + "".join(lines[: ends[0]])
    found = [Section(("0",), "", "", before)] if before or not headings else []
    path, seen = list[_Heading](), Counter[Key]()
    for heading, end in zip(headings, ends[1:], strict=True):
        path = [*(above for above in path if above.level < heading.level), heading]
        way = tuple(each.title.casefold() for each in path)
        head, body = "".join(lines[heading.first : heading.behind]), "".join(lines[heading.behind : end])
        found.append(Section((*way, str(seen[way])), heading.title, head, body))
        seen[way] += 1
    return tuple(found)


def replaced(text: str, key: Key, body: str) -> str:
    """The document with another body in one section; nothing changes where it has no such section."""
    return "".join(each.heading + (body if each.key == key else each.body) for each in sections(text))


def _headings(lines: list[str]) -> Iterator[_Heading]:
    """Every heading that stands by itself; none inside of a requirement."""
    sound = "".join(lines).encode("utf-8", "replace").decode()
    tokens, inside = _parser().parse(sound), 0
    for token, content in itertools.pairwise(tokens):
        if token.type == "heading_open" and not token.level and token.map:
            level, title = int(token.tag[1:]), " ".join(content.content.split())
            if not inside or level <= inside:
                inside = level if REQUIREMENT.match(title) else 0
                yield _Heading(level, title, *token.map)


@functools.cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser

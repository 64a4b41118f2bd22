"""Makes the text of traces harmless where it is shown: on a terminal, in Markdown, in HTML.

Traces hold whatever tools, models and web pages said: escape sequences that move the cursor, markup, scripts, mentions
of people, links, letters that reverse the direction of writing.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

MOST = 300
"""Characters that are shown of one text, where not told otherwise."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Control characters but tabs and line ends, format characters that hide or reorder text, tags, lone surrogates."""
_SPECIAL = re.compile(r"([\\`*_\[\]|~$!])")
_REFERENCE = re.compile(r"[@#](?=\w)|:(?=//|\w+:)|(?<=www)\.", re.IGNORECASE)
"""Behind this an invisible word joiner keeps GitHub from making a mention, an issue, a link or an emoji of it."""
JOINER = "\u2060"


def plain(text: str, most: int = MOST) -> str:
    """One line of at most so many characters without anything a terminal obeys; what is hidden becomes visible."""
    line = visible(" ".join(text[: 4 * most].split()))
    return line if len(line) <= most and len(text) <= 4 * most else f"{line[: most - 1]}…"


def visible(text: str) -> str:
    """Text with its lines, in which nothing hides, and nothing turns the direction of writing."""
    return _UNSEEN.sub(_shown, text)


def prose(text: str, most: int = MOST) -> str:
    """Text between Markdown: no marks, no HTML, no links, no mentions."""
    marked = _SPECIAL.sub(r"\\\1", plain(text, most))
    return _REFERENCE.sub(lambda found: found[0] + JOINER, html.escape(marked, quote=False))


def code(text: str, most: int = MOST) -> str:
    """Text as a Markdown code span, which holds whatever it says."""
    line = plain(text, most)
    if not line:
        return ""
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    space = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{space}{line}{space}{fence}"


def cell(text: str, most: int = MOST) -> str:
    """A code span in a cell of a table."""
    return code(text, most).replace("|", "\\|")


def html_text(text: str, most: int = MOST) -> str:
    """Text between HTML tags or in an attribute."""
    return html.escape(plain(text, most))


def json_line(value: Any) -> str:
    """JSON that a terminal obeys nothing of either, and that can be encoded."""
    written = json.dumps(value, ensure_ascii=False)
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], written)


def json_in_html(value: Any) -> str:
    """JSON for a script element: no text in it can end the element or begin a comment."""
    written = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _shown(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x20:
        return chr(0x2400 + number)
    if 0xD800 <= number <= 0xDFFF:
        return "\ufffd"
    return "\u2421" if number == 0x7F else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"

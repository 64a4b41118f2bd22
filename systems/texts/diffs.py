"""Texts as people are shown them, and back: diffs that `git apply` takes, and edits that keep what they edit."""

from __future__ import annotations

import difflib
import re

LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
NO_END = "\\ No newline at end of file\n"
ODD_BYTE = re.compile(r"\\x([89a-f][0-9a-f])")
MARK = "\ufeff"


def unified(old: str, new: str, before: str, after: str) -> str:
    """What leads from one text to another; lines end where git ends them. Nothing where they are the same.

    Args:
        old: one text.
        new: the other.
        before: name of the one.
        after: name of the other.
    """
    lines = difflib.unified_diff(LINE.findall(old), LINE.findall(new), before, after)
    return "".join(line if line.endswith("\n") else f"{line}\n{NO_END}" for line in lines)


def shown(text: str) -> str:
    r"""A text for people and for JSON: bytes of it that are not UTF-8 as `\xe9`."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def written_as(text: str, like: str) -> str:
    """A person's edit of a text that they were shown, with that text's line ends, byte order mark and odd bytes."""
    if not is_utf8(like):
        text = ODD_BYTE.sub(lambda byte: chr(0xDC00 + int(byte[1], 16)), text)
    text = text.replace("\r\n", "\n").rstrip("\n")
    if "\r\n" in like:
        text = text.replace("\n", "\r\n")
    mark = MARK if like.startswith(MARK) and not text.startswith(MARK) else ""
    return mark + text + like[len(like.rstrip("\r\n")) :]


def is_utf8(text: str) -> bool:
    """Whether a text, read with `surrogateescape`, was all UTF-8."""
    return not any("\udc80" <= character <= "\udcff" for character in text)

"""A window that slides over JSON text: what the standard library's decoder needs to read without end.

`json` decodes every value that is wanted; only the brackets around the spans are taken one by one here, so that a
document need not fit into memory. Of ijson, which reads such documents too, the fast form gives the spans without the
resource they belong to and stops at the first bad byte; its stream of events is four times slower.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from systems.otlp import tally
from systems.otlp.tally import Malformed, Unreadable

CHUNK = 1 << 20
"""Characters that are read at once; a longer value doubles the window until it fits."""

_decode = json.JSONDecoder().raw_decode
_space = re.compile(r"[ \t\r\n]*").match
_mark = re.compile(r'["{}\[\],]').search
_quote = re.compile(r'\\.|"', re.DOTALL).search
_line = re.compile(r"\n[{\[]").search
_LONGEST_TOKEN = 16  # how far before the end of the window a token that is cut in two can be met


class Text:
    """JSON text, read once from the front.

    Attributes:
        read_characters: how much of the text has been seen.
    """

    def __init__(self, read: Callable[[int], str]) -> None:
        """Set up.

        Args:
            read: gives up to so many of the next characters, and none only at the end.
        """
        self._read = read
        self._window = ""
        self._at = 0
        self._ended = False
        self.read_characters = 0

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            found = _space(self._window, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._window):
                return self._window[self._at]
            if not self._more():
                return ""

    def value(self) -> Any:
        """The value ahead.

        Raises:
            Unreadable: it is JSON, but too large or too deep; the text goes on behind it.
            Malformed: it is no JSON.
        """
        self.peek()
        while True:
            try:
                found, end = _decode(self._window, self._at)
                if end < len(self._window) or not self._more():
                    return self._taken(found, end)
            except json.JSONDecodeError as error:
                self._extend(error)
            except RecursionError as error:
                self.skip()
                raise Unreadable("nested too deeply") from error
            except ValueError as error:  # an integer of more digits than Python takes
                self.skip()
                raise Unreadable("number too long") from error

    def members(self) -> Iterator[str]:
        """Keys of the object ahead; whoever asks takes or skips the value before the next key."""
        self._take("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise self._unexpected()
            try:
                key: str = self.value()
            except Unreadable as error:
                raise Malformed(error.reason) from error
            self._take(":")
            yield key
            if self._closed("}"):
                return

    def items(self) -> Iterator[None]:
        """One turn for each value of the list ahead; whoever asks takes or skips the value."""
        self._take("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield
            if self._closed("]"):
                return

    def skip(self) -> None:
        """Step over the value ahead without decoding it, however large or deep it is."""
        self.peek()
        depth = 0
        while True:
            mark = _mark(self._window, self._at)
            if mark is None:
                self._advance(len(self._window))
                continue
            if depth == 0 and mark.group() in ",}]":
                self._at = mark.start()
                return
            self._at = mark.end()
            if mark.group() == '"':
                self._skip_string()
            else:
                depth += {"{": 1, "[": 1, ",": 0}.get(mark.group(), -1)
            if depth == 0:
                return

    def next_line(self) -> bool:
        """Go to the next line that begins with a bracket, which is where a document may begin."""
        self._at = max(0, self._at - 1)
        while not (found := _line(self._window, self._at)):
            self._at = max(self._at, len(self._window) - 1)
            if not self._more():
                self._at = len(self._window)
                return False
        self._at = found.start() + 1
        return True

    def step(self, characters: str) -> bool:
        """Step over one of these characters, where one is ahead."""
        ahead = self.peek()
        found = ahead != "" and ahead in characters
        self._at += found
        return found

    def _taken(self, found: Any, end: int) -> Any:
        found = without_lone_surrogates(found) if has_surrogates(self._window, self._at, end) else found
        self._at = end
        return found

    def _extend(self, error: json.JSONDecodeError) -> None:
        """More text, where the value ahead ends with the window and not in an error."""
        cut = error.msg.startswith("Unterminated string") or len(self._window) - error.pos < _LONGEST_TOKEN
        if not cut:
            raise Malformed("not JSON") from error
        if len(self._window) - self._at > tally.MOST:
            self.skip()
            raise Unreadable("too large") from error
        if not self._more():
            raise Malformed("cut off") from error

    def _more(self) -> bool:
        """Slide the window; the character before the place stays, to know whether a line begins there."""
        if self._ended:
            return False
        keep = max(0, self._at - 1)
        ahead = len(self._window) - keep
        fresh = self._read(max(CHUNK, min(ahead, tally.MOST - ahead + 2)))
        if not fresh:
            self._ended = True
            return False
        self._window = self._window[keep:] + fresh
        self._at -= keep
        self.read_characters += len(fresh)
        return True

    def _take(self, character: str) -> None:
        if self.peek() != character:
            raise self._unexpected()
        self._at += 1

    def _closed(self, bracket: str) -> bool:
        if self.step(","):
            return False
        self._take(bracket)
        return True

    def _skip_string(self) -> None:
        while True:
            found = _quote(self._window, self._at)
            if found is None:
                self._advance(len(self._window) - self._window.endswith("\\"))
                continue
            self._at = found.end()
            if found.group() == '"':
                return

    def _advance(self, place: int) -> None:
        self._at = max(self._at, place)
        if not self._more():
            self._at = len(self._window)
            raise Malformed("cut off")

    def _unexpected(self) -> Malformed:
        return Malformed("not JSON" if self.peek() else "cut off")


def has_surrogates(text: str, start: int = 0, end: int | None = None) -> bool:
    """Whether JSON text spells a half of a character somewhere; mostly the other half stands beside it."""
    return text.find("\\ud", start, end) >= 0 or text.find("\\uD", start, end) >= 0


def without_lone_surrogates(value: Any) -> Any:
    """The value with halves of characters, which no UTF-8 can say, replaced by U+FFFD."""
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))

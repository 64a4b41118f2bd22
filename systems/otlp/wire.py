"""The protobuf wire format, as far as it takes to find the messages in a file that need not fit into memory.

protobuf itself decodes the messages that are found; it has no way to read one that is larger than memory.
https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator

from systems.otlp.source import Source
from systems.otlp.tally import Malformed

CHUNK = 1 << 20
_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 64


class Wire:
    """Bytes in protobuf's encoding, read once from the front.

    Attributes:
        place: bytes read so far.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._window = b""
        self._at = 0
        self._base = 0

    @property
    def place(self) -> int:
        """Bytes read so far."""
        return self._base + self._at

    def at_end(self) -> bool:
        """Whether there is nothing more."""
        return self._at >= len(self._window) and not self._more(CHUNK)

    def fields(self, end: int | None) -> Iterator[tuple[int, int]]:
        """(number, end) of each field with a length; the others are stepped over.

        Whoever asks may read the field up to its end; what is left of it is stepped over.

        Args:
            end: place where the message ends; None where it goes on to the end of the file.

        Raises:
            Malformed: this is no protobuf, or a field goes on behind the end of its message.
        """
        while not self.at_end() if end is None else self.place < end:
            tag = self.varint()
            number, form = tag >> 3, tag & 7
            if form == _DELIMITED:
                behind = self.varint() + self.place
                self._check(behind, end)
                yield number, behind
                self.skip_to(behind)
            elif form == _VARINT:
                self.varint()
            elif form in (_FIXED64, _FIXED32):
                self.skip_to(self.place + (8 if form == _FIXED64 else 4))
            else:
                raise Malformed("not protobuf")
            self._check(self.place, end)

    def varint(self) -> int:
        """A number of variable length."""
        value = 0
        for shift in range(0, _LONGEST_VARINT, 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise Malformed("not protobuf")

    def take(self, size: int) -> bytes:
        """So many bytes."""
        missing = self._at + size - len(self._window)
        if missing > 0:
            self._more(max(CHUNK, missing))
            if self._at + size > len(self._window):
                raise Malformed("cut off")
        start, self._at = self._at, self._at + size
        return self._window[start : self._at]

    def skip_to(self, place: int) -> None:
        """Step over everything before a place."""
        while self._base + len(self._window) < place:
            self._at = len(self._window)
            if not self._more(CHUNK):
                raise Malformed("cut off")
        self._at = max(self._at, place - self._base)

    def _more(self, size: int) -> bool:
        fresh = self._source.read(size)
        self._base += self._at
        self._window = self._window[self._at :] + fresh
        self._at = 0
        return bool(fresh)

    @staticmethod
    def _check(place: int, end: int | None) -> None:
        if end is not None and place > end:
            raise Malformed("not protobuf")

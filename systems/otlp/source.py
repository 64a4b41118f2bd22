"""The bytes of a file, with a look ahead, and unpacked where they are gzip."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from typing import IO, cast

from systems.otlp.tally import Malformed

GZIP = b"\x1f\x8b"
MOST_UNPACKED = 64 << 30
"""Bytes that are unpacked of one file at most."""
FREE_UNPACKED = 1 << 30
"""Bytes that are unpacked whatever the ratio."""
MOST_RATIO = 200
"""Beyond `FREE_UNPACKED`, unpacked bytes for one packed byte. Traces reach 10 to 100, gzip's own limit is 1,032."""


class Source:
    """Bytes that are read once, from the front.

    Attributes:
        taken: bytes read from below so far.
        trouble: why there is no more, where that is not simply the end.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._head = b""
        self.taken = 0
        self.trouble: Malformed | None = None

    def peek(self, size: int) -> bytes:
        """The next bytes, which stay; fewer only at the end."""
        self._head += self._fresh(size - len(self._head))
        return self._head[:size]

    def read(self, size: int) -> bytes:
        """The next bytes; fewer only at the end."""
        head, self._head = self._head[:size], self._head[size:]
        return head + self._fresh(size - len(head)) if len(head) < size else head

    def _fresh(self, size: int) -> bytes:
        parts = []
        try:
            while size > 0 and not self.trouble and (part := self._read(size)):
                parts.append(part)
                size -= len(part)
                self.taken += len(part)
        except Malformed as trouble:
            self.trouble = trouble
        return b"".join(parts)


def unpacked(packed: Source) -> Source:
    """The same bytes, or what is in them when they are gzip (once; gzip in gzip is no trace)."""
    if packed.peek(len(GZIP)) != GZIP:
        return packed
    file = gzip.GzipFile(fileobj=cast(IO[bytes], packed))
    given = 0

    def read(size: int) -> bytes:
        nonlocal given
        try:
            part = file.read1(size)
        except EOFError as error:
            raise Malformed("cut off") from error
        except (zlib.error, gzip.BadGzipFile) as error:
            raise Malformed("damaged gzip") from error
        given += len(part)
        if given > min(MOST_UNPACKED, max(FREE_UNPACKED, MOST_RATIO * packed.taken)):
            raise Malformed("gzip bomb")
        return part

    return Source(read)

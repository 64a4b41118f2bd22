"""What could not be read, and why."""

from __future__ import annotations

from collections import Counter
from typing import Literal

Reason = Literal[
    "bad ids",
    "no times",
    "not an object",
    "no span",
    "not JSON",
    "not protobuf",
    "nested too deeply",
    "too large",
    "number too long",
    "cut off",
    "damaged gzip",
    "gzip bomb",
]
MOST = 1 << 25
"""Characters or bytes of one span, or of one value around the spans; longer ones are stepped over."""


class Unreadable(Exception):
    """One value cannot be used; the reader stands behind it and goes on."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Malformed(Exception):
    """The form itself is broken; the reader goes on at the next place that it knows to be a beginning."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Tally:
    """Counts of one reading.

    Attributes:
        dropped: what was left out, by reason.
        envelopes: lists of spans, or of blocks of spans, that were met; 0 means that it is no trace.
        broken: whether the form was broken somewhere, so that spans may be missing that nobody counted.
    """

    def __init__(self) -> None:
        self.dropped: Counter[str] = Counter()
        self.envelopes = 0
        self.broken = False

    def drop(self, error: Unreadable | Malformed) -> None:
        """Count something that was left out."""
        self.dropped[error.reason] += 1
        self.broken = self.broken or isinstance(error, Malformed)

    def words(self) -> str:
        """What was left out, in words."""
        return ", ".join(f"{count} {reason}" for reason, count in self.dropped.most_common())

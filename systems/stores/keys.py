"""The number that stands for a name among PostgreSQL's advisory locks."""

from __future__ import annotations

import hashlib


def key_of(name: str) -> int:
    """A signed 64-bit number; two names share one with a chance of 1 in 10^19."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)

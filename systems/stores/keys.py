"""The numbers that stand for names among PostgreSQL's advisory locks."""

from __future__ import annotations

import hashlib


def key_of(name: str) -> int:
    """A signed 64-bit number; two names share one with a chance of 1 in 10^19."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def short_key_of(name: str) -> int:
    """A signed 32-bit number, for locks that have two; names that share one share their locks."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big", signed=True)

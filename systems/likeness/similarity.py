"""How alike two texts are, by the words' trigrams, from sketches that do not hold the texts.

The measure is PostgreSQL's pg_trgm `similarity` (https://www.postgresql.org/docs/current/pgtrgm.html): the Jaccard
index of the sets of trigrams of all words, each word with two blanks before and one behind; neither case, punctuation
nor the order of words counts. A sketch is the bottom-k sample of the set's hashes (Broder, "On the resemblance and
containment of documents", 1997): exact up to `SAMPLE` trigrams in both texts together, an estimate beyond.
"""

from __future__ import annotations

import hashlib
import heapq
import re
import struct
import unicodedata

WORD = re.compile(r"\w+")
SAMPLE = 512
NEAR = 0.7
"""Similarity from which texts count as near-duplicates: a changed word in a short question, not another question."""

Sketch = frozenset[int]


def sketch(text: str) -> Sketch:
    """The bottom-k sample of a text's trigrams."""
    words = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    trigrams = {padded[at : at + 3] for padded in (f"  {word} " for word in words) for at in range(len(padded) - 2)}
    return frozenset(heapq.nsmallest(SAMPLE, map(_hashed, trigrams)))


def similarity(one: Sketch, other: Sketch) -> float:
    """Jaccard index of two texts' trigrams, 0 to 1; 0 where a text has no words."""
    both = one & other
    together = len(one) + len(other) - len(both)
    if together <= SAMPLE:
        return len(both) / together if together else 0.0
    return sum(each in both for each in heapq.nsmallest(SAMPLE, one | other)) / SAMPLE


def packed(sampled: Sketch) -> bytes:
    """A sketch as bytes, eight a trigram."""
    return struct.pack(f">{len(sampled)}Q", *sorted(sampled))


def unpacked(data: bytes) -> Sketch:
    """The sketch that was packed."""
    return frozenset(struct.unpack(f">{len(data) // 8}Q", data))


def _hashed(trigram: str) -> int:
    digest = hashlib.blake2b(trigram.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")

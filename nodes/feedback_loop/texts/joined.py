"""Words that a text names side by side: `A and B`, `A, B or C`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.feedback_loop.texts.words import stems

_JOINED = re.compile(
    r"\b([^\W\d_][\w-]{2,})(?:\s*,\s*(?:(?:and|or|und|et|y|e)\s+)?|"
    r"\s+(?:and|or|und|oder|et|ou|y|o|e|vs\.?|versus|en|och)\s+)"
    r"(?:(?:the|an?|its|my|our|their|der|die|das|den|les?|la|el|los|las|il|lo|gli|os?|de|"
    r"het)\s+)?(?=([^\W\d_][\w-]{2,}))",
    re.IGNORECASE,
)
_MOST = 5_000


def joined(text: str) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Pairs of them as stems, either way round."""
    for one, other in _JOINED.findall(text[:_MOST]):
        first, second = stems(one), stems(other)
        yield first, second
        yield second, first

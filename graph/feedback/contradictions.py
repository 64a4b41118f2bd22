"""Contradictions: feedback of opposite signs on the same matter. It is shown side by side, and never averaged."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from pydantic import Field

from systems.feedback import Feedback
from systems.likeness.similarity import NEAR, similarity, sketch
from systems.records import Record


class Said(Record):
    """What was said of a run; `specloop feedback RUN --json` prints it."""

    run_id: str
    feedback: tuple[Feedback, ...] = Field(description="What holds, oldest first")
    contradictions: tuple[tuple[Feedback, Feedback], ...] = Field(
        (), description="Pairs that cannot both hold, good first; they make no case until one is withdrawn"
    )


def contradictions(feedback: Sequence[Feedback]) -> tuple[tuple[Feedback, Feedback], ...]:
    """Every pair that contradicts itself, the good one first."""
    good = [each for each in feedback if each.rating > 0]
    return tuple((one, other) for one in good for other in against(one, feedback))


def against(one: Feedback, others: Iterable[Feedback]) -> tuple[Feedback, ...]:
    """Those that say the opposite: of the same documents, or in nearly the same words."""
    return tuple(
        other
        for other in others
        if one.rating * other.rating < 0 and (_same_matter(one.about, other.about) or _alike(one.text, other.text))
    )


_sketch = functools.lru_cache(10_000)(sketch)


def _alike(one: str, other: str) -> bool:
    return one.casefold() == other.casefold() or similarity(_sketch(one), _sketch(other)) >= NEAR


def _same_matter(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two are about the same: both about the whole run, or about one document and no different sections."""
    if not one or not other:
        return not one and not other
    return any(_overlap(mine, theirs) for mine in one for theirs in other)


def _overlap(mine: str, theirs: str) -> bool:
    (path, _, section), (other_path, _, other_section) = mine.partition("#"), theirs.partition("#")
    return path == other_path and (not section or not other_section or section == other_section)

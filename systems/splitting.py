"""Which side a case is on: by its key, once; near-duplicates on one side."""

from __future__ import annotations

from collections.abc import Iterable

from systems.likeness.similarity import NEAR, Sketch, similarity, sketch
from systems.records import Hash, canonical
from systems.trials import Asked, Called, Case, Requested, Side, Stepped

SHARES: tuple[tuple[Side, float], ...] = (("working", 0.5), ("guard", 0.25), ("sealed", 0.25))
"""What share of the cases each side gets."""
SHOWN = 12
"""Digits by which an id is shown."""


def side_of(key: Hash) -> Side:
    """The side that a case's key gives it, by `SHARES`."""
    place, bound = int(key[:8], 16) / 16**8, 0.0
    for side, share in SHARES:
        bound += share
        if place < bound:
            return side
    return SHARES[-1][0]


def split(case: Case, mine: Sketch, others: Iterable[tuple[Hash, Side, Sketch]]) -> tuple[Side | None, str]:
    """(side, why) of a new case.

    Args:
        case: the new case.
        mine: sketch of its likeness.
        others: (key, side, sketch) of every case of its family.

    Returns:
        The side of its near-duplicates where there are any; None where they lie on two.
    """
    near: dict[Side, Hash] = {}
    for key, side, theirs in others:
        if side not in near and similarity(mine, theirs) >= NEAR:
            near[side] = key
    if not near:
        return side_of(case.key), ""
    alike = " and ".join(f"{key[:SHOWN]} ({side})" for side, key in near.items())
    if len(near) > 1:
        return None, f"nearly the same as {alike}: on either side it would give the other away"
    return next(iter(near)), f"nearly the same as {alike}"


def family(case: Case) -> str:
    """What a case is compared with: questions with questions, drafts and steps of an artifact, calls of a tool."""
    given = case.given
    if isinstance(given, Requested | Stepped):
        return f"draft {given.artifact}"
    return f"call {given.server}.{given.tool}" if isinstance(given, Called) else "question"


def likeness(case: Case, project: str) -> Sketch:
    """What near-duplicates are alike in; the project's own path, which all calls share, does not count."""
    given = case.given
    if isinstance(given, Asked):
        return sketch(given.question)
    if isinstance(given, Requested | Stepped):
        return sketch(given.goal)
    return sketch(canonical(given.arguments).replace(f"{project}/", "").replace(project, ""))

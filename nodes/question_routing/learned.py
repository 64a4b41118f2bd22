"""Learned routes: questions that were answered well, and by whom; the same question again goes there at once."""

from __future__ import annotations

from collections.abc import Mapping

from systems.likeness.lexical import WORD

NEAR = 0.9  # likeness from which two questions are the same in other words


def answered_before(question: str, likeness: Mapping[str, float], routes: Mapping[str, str]) -> tuple[str, str] | None:
    """(question, who answered it) for the learned question that is the same, else the nearest that is near; else None.

    Args:
        question: what is asked.
        likeness: of learned questions to it, 0 to 1.
        routes: the policy's: who answered, by question.
    """
    words = WORD.findall(question.casefold())
    same = next((known for known in routes if WORD.findall(known.casefold()) == words), None)
    near = [known for known, like in likeness.items() if like >= NEAR and known in routes]
    found = same or max(near, key=lambda known: likeness[known], default=None)
    return (found, routes[found]) if found else None

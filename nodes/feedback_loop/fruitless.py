"""Whether a call brought nothing, and whether it was one more attempt at what the call before it tried already."""

from __future__ import annotations

import re
from collections.abc import Set

from nodes.feedback_loop.failures import cause
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.outcomes import nothing_found
from nodes.feedback_loop.words import stemmed, values

_SHORT = 400
_WORD = re.compile(r"[^\W_]+")
_REFUSED = re.compile(
    r"\b(?:denied|forbidden|unauthori[sz]ed|unable|could(?: not|n['’]t)|can(?:not|['’]t| not)|incorrect|wrong|rejected|"
    r"refused|invalid|unchanged|failed|failure|no (?:\w+ ){0,2}(?:change|effect|response|reply|element|access|luck)s?|"
    r"not (?:allowed|available|possible|valid|recogni[sz]ed|permitted|supported|matched|listed|covered|known)|"
    r"(?:does|do|did)(?: not|n['’]t) (?:match|contain|know|have|work|apply|resolve)|"
    r"(?:please )?try (?:again|another|different|other)|rephrase|more specific)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(.*?)(\d{1,9})")
_STEP = 31
"""Numbers that differ by no more than this count things or days."""


def fruitless(call: Operation) -> bool:
    """Whether a call found nothing, was refused, or failed over what it was asked (not over the tool's own state)."""
    if call.failed:
        return cause(call) in ("error", "invalid") and bool(call.error)
    result = call.result
    return bool(result) and len(result) < _SHORT and (nothing_found(result) or bool(_REFUSED.search(result)))


def words(text: str) -> frozenset[str]:
    """The words and numbers of a text, or of the values of a JSON text, without endings."""
    return frozenset(map(stemmed, _WORD.findall(values(text))))


def attempt(before: Set[str], now: Set[str], known: Set[str]) -> bool:
    """Whether a call with the words `now` tries what the one with the words `before` tried, in another way.

    It does with the same words in another order, and with words that nobody gave it: guesses, synonyms. Going through
    things that the task or an earlier result names (`known`), or that are counted, is no attempt at the same.
    """
    new, gone = now - before, before - now
    if not new:
        return bool(now)
    common = len(before & now)
    swapped = len(new) == len(gone)
    if swapped and all(any(_next(one, other) for other in gone) for one in new):
        return False
    if new <= known:
        return not swapped and common >= 2 and common * 2 >= len(before | now)
    return common > 0 or not new & known


def _next(one: str, other: str) -> bool:
    left, right = _NUMBERED.fullmatch(one), _NUMBERED.fullmatch(other)
    return bool(left and right) and left[1] == right[1] and abs(int(left[2]) - int(right[2])) <= _STEP  # type: ignore[index]

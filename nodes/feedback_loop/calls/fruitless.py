"""Whether a call brought nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from nodes.feedback_loop.reading.marks import FRUITLESS
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.texts.outcomes import EMPTY_FIELD
from systems.told.nothing_found import nothing_found

_SHORT = 400
_REFUSED = re.compile(
    r"\b(?:denied|forbidden|unauthori[sz]ed|unable|(?:could|can)(?: ?not|n?['\u2019]t)|incorrect|wrong|rejected|"
    r"refused|invalid|unchanged|failed|failure|no idea|rephrase|more specific|unclear|inconclusive|insufficient|"
    r"no (?:\w+ ){0,2}(?:change|effect|response|reply|element|access|luck|difference)s?|undetermined|sorry|restricted|"
    r"not (?:allowed|available|possible|valid|recogni[sz]ed|permitted|supported|matched|listed|covered|known|sure|"
    r"understood)|(?:does|do|did)(?: not|n['\u2019]t) (?:match|contain|know|have|work|apply|resolve|understand|help)|"
    r"(?:please )?try (?:again|another|different|other)|please (?:provide|specify|refine|clarify|enter|contact|ask|be)|"
    r"too (?:many|broad|vague|short|long|large|big|small)|captcha|paywall|unsupported|"
    r"(?:login|log in|subscription|permission|authentication) (?:is )?required|unavailable|mismatch|same as"
    r")\b|^\W*not \w+ed\b|^\W*(?:fully booked|full|taken|sold out|occupied|closed|busy|no)\W*$",
    re.IGNORECASE,
)
_OWN_STATE = re.compile(
    r"\b(?:(?:service|server|system|host|backend|api)\b.{0,30}\b(?:unavailable|unreachable|down|offline|busy)|"
    r"overloaded|maintenance|temporar\w+|internal (?:server )?error|bad gateway|50[0234]|later|throttl\w*|quota|"
    r"rate limit\w*|time(?:d)?[ -]?out)\b",
    re.IGNORECASE,
)


def fruitless(call: Operation) -> bool:
    """Whether a call found nothing, was refused, or failed over what it was asked (not over the tool's own state)."""
    if not call.marks & FRUITLESS:
        return False
    if call.failed:
        return bool(call.error) and call.cause in ("error", "invalid") and not _down(call.error[:_SHORT])
    result = call.result
    if not result:
        return bool(call.arguments)
    return (
        len(result) >= _SHORT
        or nothing_found(result)
        or bool(EMPTY_FIELD.search(result))
        or (bool(_REFUSED.search(result)) and not _down(result))
    )


def refuses(result: str) -> bool:
    """Whether a short result says that a service does not work at present."""
    return len(result) < _SHORT and _down(result)


@lru_cache(maxsize=1_024)
def _down(words: str) -> bool:
    """Whether words are about the state of a service; the same errors come again and again."""
    return bool(_OWN_STATE.search(words))

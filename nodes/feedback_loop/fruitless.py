"""Whether a call brought nothing."""

from __future__ import annotations

import re

from nodes.feedback_loop.failures import cause
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.outcomes import nothing_found

_BRIEF, _SHORT, _LONG = 80, 400, 1_000
_HINTS = tuple(
    "no_|_no|not|n't|n\u2019t|none|nil|null|[]|{}|empty|unknown|0_|:_0|:0|fail|denied|forbid|unauth|unable|incorrect|"
    "wrong|reject|refus|invalid|unchanged|_try|error|rephrase|specif|unclear|inconclusive|insufficient|undetermined|"
    "sorry|please|required|restrict|captcha|paywall|log in|unsupp|unavail|too_|full|taken|sold|occup|closed|busy|"
    "same_|mismatch|kein|nicht|aucun|ningun|ning\u00fan|introuv|sin_|nessun|nenhum|geen".replace("_", " ").split("|")
)
_HINTS_OF_JSON = ("[]", "{}", "null", ": 0", ":0", "no ", " not ", "n't ", "fail", "denied", "error")
"""What every text that tells of nothing has in it: looked for before the patterns, which take longer."""
_REFUSED = re.compile(
    r"\b(?:denied|forbidden|unauthori[sz]ed|unable|(?:could|can)(?: ?not|n?['\u2019]t)|incorrect|wrong|rejected|"
    r"refused|invalid|unchanged|failed|failure|no idea|rephrase|more specific|unclear|inconclusive|insufficient|"
    r"no (?:\w+ ){0,2}(?:change|effect|response|reply|element|access|luck|difference)s?|undetermined|sorry|restricted|"
    r"not (?:allowed|available|possible|valid|recogni[sz]ed|permitted|supported|matched|listed|covered|known|sure|"
    r"understood)|(?:does|do|did)(?: not|n['\u2019]t) (?:match|contain|know|have|work|apply|resolve|understand|help)|"
    r"(?:please )?try (?:again|another|different|other)|please (?:provide|specify|refine|clarify|enter|contact|ask|be)|"
    r"too (?:many|broad|vague|short|long|large|big|small)|captcha|paywall|unsupported|"
    r"(?:login|log in|subscription|permission|authentication) (?:is )?required|unavailable|mismatch|same as"
    r")\b|^\W*(?:fully booked|full|taken|sold out|occupied|closed|busy|no)\W*$",
    re.IGNORECASE,
)
_EMPTY_FIELD = re.compile(
    r'"(?:hits|results?|items|matches|data|rows|records|documents|entries|slots|total|count|found|answers?)"\s*:\s*'
    r"(?:\[\]|\{\}|0\b|null|false)"
)
_OWN_STATE = re.compile(
    r"\b(?:(?:service|server|system|host|backend|api)\b.{0,30}\b(?:unavailable|unreachable|down|offline|busy)|"
    r"overloaded|maintenance|temporar\w+|internal (?:server )?error|bad gateway|50[0234]|later|throttl\w*|quota|"
    r"rate limit\w*|time(?:d)?[ -]?out)\b",
    re.IGNORECASE,
)


def fruitless(call: Operation) -> bool:
    """Whether a call found nothing, was refused, or failed over what it was asked (not over the tool's own state)."""
    if call.failed:
        return bool(call.error) and cause(call) in ("error", "invalid") and not _OWN_STATE.search(call.error[:_SHORT])
    result = call.result
    if not result:
        return bool(call.arguments)
    if len(result) >= _SHORT:
        return len(result) < _LONG and result[0] == "{" and bool(_EMPTY_FIELD.search(result))
    if not _hinted(result):
        return False
    return (
        nothing_found(result)
        or bool(_EMPTY_FIELD.search(result))
        or (bool(_REFUSED.search(result)) and not _OWN_STATE.search(result))
    )


def refuses(result: str) -> bool:
    """Whether a short result says that a service does not work at present."""
    return len(result) < _SHORT and bool(_OWN_STATE.search(result))


def _hinted(result: str) -> bool:
    text = result.lower()
    for hint in _HINTS if len(text) < _BRIEF or text[0] not in "{[" else _HINTS_OF_JSON:  # faster than any()
        if hint in text:
            return True
    return len(text) < 4

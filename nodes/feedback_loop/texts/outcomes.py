"""What came of a tool call, by its result's own words: only an acknowledgement, perhaps nothing, or something to use.

And whether a tool changes something, by the verb in its name.
"""

from __future__ import annotations

import re

from nodes.feedback_loop.reading.messages import parsed

_BRIEF, _SHORT, _LONG = 80, 400, 1_000

_ACKNOWLEDGED = re.compile(
    r"^\W*(?:ok(?:ay)?|done|success(?:ful(?:ly)?)?|true|yes|accepted|acknowledged|completed?|created|saved|stored|"
    r"updated|deleted|removed|added|sent|delivered|queued|posted|published|booked|changed|moved|set|started|stopped|"
    r"scheduled|logged|tagged|written|cancelled|canceled|closed|opened|enabled|disabled|locked|unlocked|forwarded|"
    r"printed|uploaded|submitted|confirmed|approved|granted|applied|registered|notified)\b",
    re.IGNORECASE,
)
_GENERAL = re.compile(r"\W*(?:ok(?:ay)?|success(?:ful(?:ly)?)?|true|yes)\W*", re.IGNORECASE)
"""What every call that worked may say, also one that brings something."""
_OUTCOME = re.compile(rf"(?!{_GENERAL.pattern}$){_ACKNOWLEDGED.pattern}", re.IGNORECASE)
_OF_ORDER = re.compile(
    r"^(?:status|state|ok|success|done|saved|sent|acknowledged|result|message|msg|code|detail|note|info)$|"
    r"(?:^|_)(?:id|ids|ref|reference|number|no|key|at|time|timestamp|count|url|version|sha|hash)$",
    re.IGNORECASE,
)
"""Fields of a result that only says that something was done."""
_WRITES = re.compile(
    r"^(?:add|append|apply|approve|archive|assign|authori[sz]e|back|backup|block|book|buy|cancel|change|charge|"
    r"clear|close|commit|"
    r"confirm|copy|create|delete|deploy|disable|dispatch|edit|email|enable|execute|file|forward|grant|hand|hold|"
    r"import|insert|"
    r"install|invite|issue|lock|log|mail|mark|merge|message|migrate|modify|move|notify|open|order|pause|pay|place|"
    r"post|print|"
    r"publish|purchase|push|put|record|refund|register|release|remove|rename|replace|reply|report|request|reserve|"
    r"reset|restart|restore|resume|revoke|roll|run|save|schedule|send|set|share|ship|start|stop|store|submit|switch|"
    r"sync|synchroni[sz]e|tag|tell|toggle|transfer|trigger|turn|unlock|update|upgrade|upload|upsert|withdraw|write)$"
)
_HEADS = re.compile(r"[A-Za-z][a-z]*")
_HINTS = tuple(
    "no_|_no|not|notfound|n't|n\u2019t|none|nil|null|[]|{}|empty|unknown|0_|:_0|:0|fail|denied|forbid|unauth|unable|"
    "incorrect|"
    "wrong|reject|refus|invalid|unchanged|_try|error|rephrase|specif|unclear|inconclusive|insufficient|undetermined|"
    "sorry|please|required|restrict|captcha|paywall|log in|unsupp|unavail|too_|full|taken|sold|occup|closed|busy|"
    "same_|mismatch|kein|nicht|aucun|ningun|ning\u00fan|introuv|sin_|nessun|nenhum|geen".replace("_", " ").split("|")
)
_HINTS_OF_JSON = ("[]", "{}", "null", ": 0", ":0", "no ", " not ", "n't ", "fail", "denied", "error")
"""What every text that tells of nothing has in it: looked for before the patterns, which take longer."""
EMPTY_FIELD = re.compile(
    r'"(?:hits|results?|items|matches|data|rows|records|documents|entries|slots|total|count|found|answers?)"\s*:\s*'
    r"(?:\[\]|\{\}|0\b|null|false)"
)


def may_lack(result: str, lower: str) -> bool:
    """Whether a result, also given in lower case, could tell that a call brought nothing."""
    if not result or len(result) >= _LONG:
        return not result
    if len(result) >= _SHORT:
        return result[0] == "{" and bool(EMPTY_FIELD.search(result))
    for hint in _HINTS if len(lower) < _BRIEF or lower[0] not in "{[" else _HINTS_OF_JSON:  # faster than any()
        if hint in lower:
            return True
    return len(lower) < 4


def acknowledged(result: str) -> bool:
    """Whether a result only says that something was done."""
    text = result.strip()
    if text[:1] == "{":
        value = parsed(text)
        if isinstance(value, dict):
            told = [str(one) for one in value.values() if isinstance(one, str)]
            marks = any(value.get(mark) is True for mark in ("ok", "success", "done", "saved", "sent", "acknowledged"))
            if any(map(_GENERAL.fullmatch, told)) or marks:
                return all(map(_OF_ORDER.search, value)) or any(map(_OUTCOME.match, told))
            return len(text) < _SHORT and any(_ACKNOWLEDGED.match(one) for one in told)
    return len(text) < _SHORT / 2 and bool(_ACKNOWLEDGED.match(text))


def writes(tool: str) -> bool:
    """Whether a tool changes something, as far as the verb in front of its name tells."""
    head = _HEADS.match(tool.rpartition(".")[2].lstrip("_"))
    return bool(head and _WRITES.match(head[0].lower()))

"""Results that say that there is nothing."""

from __future__ import annotations

import re
from typing import Any

from systems.json_values import parsed

_SHORT = 400

_NOTHING = re.compile(
    r"^\W*(?:none|null|nil|n/a|empty|(?:cache )?miss|"
    r"nothing|not found|unknown|\(.{0,40}\b(?:empty|none|nothing)\b.{0,20}\))\W*$"
    r"|\b(?:no|zero|0) (?:\w+ ){0,3}?(?:results?|hits?|match(?:es)?|entr(?:y|ies)|records?|rows?|items?|documents?|"
    r"files?|data|answers?|events?|such|photos?|appointments?|orders?|cases?)\b"
    r"|\b(?:nothing|nobody|no one|none)\b.{0,30}\b(?:found|match\w*|there|available|exists?)\b"
    r"|\b(?:not|never|n't|cannot be|could not be) (?:be )?found\b|\bnot_?found\b"
    r"|\bdoes(?: not|n't) exist\b|\bno (?:\w+ )+(?:found|"
    r"for)\b"
    r"|\b(?:keine?|nichts) (?:\w+ )?(?:gefunden|treffer|ergebnis\w*)"
    r"|\bnicht (?:gefunden|vorhanden|bekannt)\b|\bnon trouvée?s?\b"
    r"|\bno encontrad[oa]s?\b|\bnon trovat[oaie]\b|\bnão encontrad[oa]s?\b|\bniet gevonden\b|\bintrouvable"
    r"|\baucun\w*\b|\bning[uú]n\w*\b"
    r"|\bsin resultados\b|\bnessun\w*\b|\bnenhum\w*\b|\bgeen (?:\w+ )?(?:resultaten|gevonden)",
    re.IGNORECASE,
)


def nothing_found(result: str) -> bool:
    """Whether a result says that there is nothing: it is empty, an empty list, or a short text to that effect."""
    text = result.strip()
    if not text:
        return True
    if text[0] in "{[":
        value = parsed(text)
        if not isinstance(value, str):
            return _void(value) or (len(text) < _SHORT and bool(_NOTHING.search(text)))
    return len(text) < _SHORT and bool(_NOTHING.search(text))


def _void(value: Any) -> bool:
    """Whether a JSON value has nothing in it but empty lists, zero counts and the like."""
    if isinstance(value, dict):
        lists = [one for one in value.values() if isinstance(one, (list, dict))]
        if lists:
            return not any(lists)
        return all(one in ("", None, 0, False) for one in value.values())
    return isinstance(value, list) and not value

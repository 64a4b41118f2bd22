"""Secrets taken out of what is about to be kept or sent.

A value goes when its key names a secret (`api_key`, `authorization`, `password`, ...; token counts are no secrets), and
a part of a text goes when it looks like one: bearer tokens, keys of well-known services, JSON web tokens, private
keys, passwords in addresses, `"password": "..."` and `password=...` in a text. What looks like a secret and is none is
lost too: that is the side to err on. `redact(redact(x)) == redact(x)`.
"""

from __future__ import annotations

import functools
import re
from typing import Any

REDACTED = "[redacted]"
MOST_REMEMBERED = 100  # characters; names, ids and hashes come again and again, and searching them costs 10 us each

_NAMES = r"api[_-]?key|passw(?:or)?d|passphrase|pwd|secret|credentials?|private[_-]?key|access[_-]?key|cookie"
_KEY = re.compile(rf"(?:^|[_-])(?:{_NAMES}|secret[_-].*|authorization|auth|token)s?$")
_COUNTS = re.compile(r"(?:^|[_-])tokens$|secret[_-](?:count|number)$")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_TEXT_KEY = rf"(?:{_NAMES}|(?<![a-z])(?:access|auth|refresh|id|session|bearer)[_-]?token)"
_QUOTE = r"\\*[\"']"
_SERVICES = "gho_ ghp_ ghs_ ghu_ ghr_ github_pat_ glpat- hf_ npm_ slp_ xox".split()
_NAMED = "key pass pwd secret credential cookie token".split()
_TEXTS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = tuple(
    (tuple(parts), re.compile(pattern, re.DOTALL), replacement)
    for parts, pattern, replacement in (
        (["private key"], r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", REDACTED),
        (
            ["authorization"],
            r"(?i)(\bauthorization\\*[\"']?\s*[:=]\s*\\*[\"']?)(?!\[redacted\])[^\r\n\"'\\,}]+",
            rf"\1{REDACTED}",
        ),
        (["bearer"], r"(?i)\b(bearer\s+)(?=\S*\d|\S{20})[\w.~+/=-]{8,}", rf"\1{REDACTED}"),
        (["sk-"], r"\bsk-[A-Za-z0-9_-]{12,}", REDACTED),
        (_SERVICES, r"\b(?:gh[opsur]_|github_pat_|glpat-|hf_|npm_|slp_|xox[abeoprs]-)[A-Za-z0-9_-]{10,}", REDACTED),
        (["akia", "asia"], r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", REDACTED),
        (["aiza"], r"\bAIza[A-Za-z0-9_-]{30,}", REDACTED),
        (["eyj"], r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]+)?", REDACTED),
        (["://"], r"(\b[a-z][a-z0-9+.-]*://[^\s/:@\"']*:)(?!\[redacted\]@)[^\s/@\"']+@", rf"\1{REDACTED}@"),
        (_NAMED, rf"(?i)({_TEXT_KEY}{_QUOTE}\s*[:=]\s*(\\*[\"']))(?:(?!\2)(?:\\.|.))*", rf"\1{REDACTED}"),
        (_NAMED, rf"(?i)({_TEXT_KEY}\s*[:=]\s*(\\*[\"']))(?:(?!\2)[^\n])*(?=\2)", rf"\1{REDACTED}"),
        (_NAMED, rf"(?i)({_TEXT_KEY}=)(?!\[redacted\])[^\s\"'&;,\\]+", rf"\1{REDACTED}"),
        (_NAMED, rf"(?i)({_TEXT_KEY}:\s*)(?=\S*\d)(?!\[redacted\])[^\s\"'&;,\\]+", rf"\1{REDACTED}"),
    )
)
"""(parts, pattern, replacement): a pattern is tried where one of its parts is in the text, whatever the case."""
_PARTS = frozenset(part for parts, _, _ in _TEXTS for part in parts)
_RARE = ("_", "-", "z", "x", "ey", "ok", "cre", "ia", "://", "pass", "pwd", "bearer")
_SOUGHT = tuple((rare, tuple(sorted(part for part in _PARTS if rare in part))) for rare in _RARE)
"""Every part stands behind something in it that most texts do not have: 12 searches then do for 25."""


@functools.lru_cache(4_096)
def is_secret(key: str) -> bool:
    """Whether a key names a secret; only the part after the last dot is looked at."""
    last = _CAMEL.sub("_", key.rsplit(".", 1)[-1]).lower()
    return bool(_KEY.search(last)) and not _COUNTS.search(last)


def redact_text(text: str) -> str:
    """The text, with everything that looks like a secret replaced."""
    return _short_text(text) if len(text) <= MOST_REMEMBERED else _searched(text)


@functools.lru_cache(4_096)
def _short_text(text: str) -> str:
    return _searched(text)


def _searched(text: str) -> str:
    folded = text.casefold()
    there = {part for rare, parts in _SOUGHT if rare in folded for part in parts if part in folded}
    if not there:
        return text
    for parts, pattern, replacement in _TEXTS:
        if not there.isdisjoint(parts):
            text = pattern.sub(replacement, text)
    return text


def redact(value: Any, key: str = "") -> Any:
    """A JSON-like value without secrets, however deep they stand; all that is below a key of a secret goes."""
    if value is None or isinstance(value, bool) or value == "":
        return value
    if is_secret(key):
        return REDACTED
    if isinstance(value, dict):
        return _redact_members(value)
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, (list, tuple)):
        return type(value)(redact(item) for item in value)
    return value


def _redact_members(members: dict[Any, Any]) -> dict[Any, Any]:
    """The same for each member; most of them are texts, for which no more than this is done."""
    found = {}
    for name, item in members.items():
        if type(item) is not str or not item or is_secret(str(name)):
            found[name] = redact(item, str(name))
        else:
            found[name] = _short_text(item) if len(item) <= MOST_REMEMBERED else _searched(item)
    return found

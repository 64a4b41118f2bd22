"""Texts that set out to be JSON: whether they are, and where they stop being it."""

from __future__ import annotations

import json
from typing import Any, Literal

_raw = json.JSONDecoder().raw_decode
MOST = 1_000_000
LIMITED = 100
"""Characters of some 25 tokens; nobody has a model write less."""
_FENCE = "```"
_LITERALS = ("true", "false", "null", "-", ".", "e+", "e-", "E+", "E-", "NaN", "Infinity")
_ESCAPE = 6  # characters of `\u00e9`

Verdict = Literal["json", "cut", "broken", "text"]


def unfenced(text: str) -> str:
    """A text without blanks and the code fence around it."""
    text = text.strip()
    if not text.startswith(_FENCE):
        return text
    _, _, inner = text.partition("\n")
    return inner.rpartition(_FENCE)[0].strip() if _FENCE in inner else inner.strip()


def verdict(text: str) -> Verdict:
    """`json`, JSON that is cut off before its end, JSON that is broken, or a text that does not set out to be JSON."""
    text = text.strip()
    if not text or len(text) > MOST:
        return "text"
    opens = text[0]
    if opens not in "{[" or (opens == "[" and text[1:].lstrip()[:1] not in ('"', "{", "[", "]")):
        return "text"
    if opens == "{" and text[1:].lstrip()[:1] not in ('"', "}", ""):
        return "text"
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return "cut" if _at_end(text, error) else "broken"
    except (ValueError, RecursionError):
        return "text"
    return "json"


def is_object(text: str) -> bool:
    """Whether a text is a JSON object and nothing else."""
    if text[:1] != "{" or text[-1] != "}":
        return False
    try:
        return _raw(text)[1] == len(text)
    except (ValueError, RecursionError):
        return False


def cut_off(text: str) -> bool:
    """Whether a text is JSON up to its end, and the end is missing."""
    return text[:1] in ("{", "[") and text[-1] not in "}]" and verdict(text) == "cut"


def torn(text: str) -> bool:
    """Whether a text is JSON that stops within one of its strings; one that only lacks its last brackets is broken."""
    if text[:1] not in ("{", "[") or text[-1] in "}]":
        return False
    try:
        _raw(text)
    except json.JSONDecodeError as error:
        return error.msg.startswith("Unterminated string")
    except (ValueError, RecursionError):
        pass
    return False


def at_limit(text: str, finish: str) -> bool:
    """Whether a limit cut off a text that is JSON: for all the reason to stop tells, where it is not just broken."""
    return (finish in ("", "length") or len(text) >= LIMITED) and cut_off(text)


def value(text: str) -> Any:
    """The JSON value that an answer is, or that stands in it; None where there is none."""
    text = unfenced(text)
    if len(text) > MOST:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        return None
    try:
        return json.JSONDecoder().raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None


def _at_end(text: str, error: json.JSONDecodeError) -> bool:
    if error.msg.startswith("Unterminated string") or error.pos >= len(text):
        return True
    rest = text[error.pos :]
    return any(one.startswith(rest) for one in _LITERALS) or ("escape" in error.msg and len(rest) <= _ESCAPE)

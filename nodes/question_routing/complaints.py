"""What a server's message says of a wrong argument: which one it is, and what it would take instead.

Read are the forms of JSON schema, pydantic and zod, of the operating system, and what programs commonly say; nothing
depends on one server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from systems.records import canonical

_ARGUMENT = re.compile(
    r"\binvalid\b|\bexpected\b|\bmust (?:be|match|have)\b|\bshould (?:be|match|have)\b|\bnot one of\b|\bnot of type\b"
    r"|\brequired\b|\bunexpected\b|\bunknown (?!tool)|\bno such\b|\bE(?:NOENT|ISDIR|NOTDIR)\b|\bnot (?:be )?found\b"
    r"|\bno \w+(?: \w+)? (?:named|called|found)\b|\bnot resolve|\bdoes(?: not|n't) exist\b|\bdid you mean\b"
    r"|\b(?:allowed|valid|possible|available|supported) \w+|\bbad \w+|\bnot a valid\b|\bout of (?:range|bounds)\b"
    r"|\b(?:greater|less|larger|smaller|more|longer|shorter) than\b|\bm(?:ini|axi)mum\b|\bcannot (?:specify|use) both\b"
    r"|\bmissing\b|\bunsupported\b",
    re.IGNORECASE,
)
_NOT_ARGUMENT = re.compile(
    r"access denied|permission|outside|unauthori[sz]ed|forbidden|credential|api.?key|time[ds]? ?-?out|rate.?limit|"
    r"unavailable|connection|quota",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\$\.(\w[\w-]*)|\"path\":\s*\[\s*\"([\w-]+)\"")
_REQUIRED = re.compile(r"[\"'`]([\w-]+)[\"'`] is a required property|missing (?:required )?\w+:? [\"'`]([\w-]+)[\"'`]")
_EXTRA = re.compile(r"\(([^)]*) (?:was|were) unexpected\)|[Uu]nexpected keyword argument [\"'`]?([\w-]+)")
_BOTH = re.compile(r"cannot (?:specify|use) both (\w+) and (\w+)", re.IGNORECASE)
_MEANT = re.compile(r"did you mean:?\s*[\"'`]?([^\"'`?\s,]+)", re.IGNORECASE)
_LISTED = re.compile(
    r"\b(?:one of|(?:allowed|valid|possible|available|supported) \w+(?: are| is)?|choose from|options(?: are)?|"
    r"(?:must|should) be(?: either)?|expected(?: one of)?)\s*:?\s*\[?\(?"
    r"((?:[\"'`][^\"'`]{1,60}[\"'`][\s,|/]*(?:or |and )?)+"
    r"|[\w./-]+(?:(?:\s*[,|]\s*(?:or |and )?|\s+or\s+)[\w./-]+)+)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"'`]([^\"'`]{1,60})[\"'`]")
_SPLIT = re.compile(r"\s*[,|]\s*(?:or |and )?|\s+or\s+")
_EXAMPLE = re.compile(r"\be\.?g\b|\bexample|\bsuch as\b|\blike\b", re.IGNORECASE)
KINDS: Final[Mapping[str, re.Pattern[str]]] = {
    "zone": re.compile(r"time ?_?zones?", re.IGNORECASE),
    "time": re.compile(r"\btimes?\b(?! ?zone)|HH:MM", re.IGNORECASE),
    "revision": re.compile(r"\b(?:revisions?|refs?|commits?|branch(?:es)?|tags?|target|objects?)\b", re.IGNORECASE),
    "path": re.compile(r"\b(?:paths?|files?|dir(?:ector(?:y|ies))?|folders?|ENOENT|EISDIR|ENOTDIR)\b", re.IGNORECASE),
}
"""Kinds of argument, by words in their name or in a message about them."""


class Complaint(NamedTuple):
    """What is wrong with a call.

    Attributes:
        argument: the one at fault.
        wrong: its value; None where it is missing.
        allowed: what the message or the schema would take instead, best first.
        drop: whether the call is right without it.
    """

    argument: str
    wrong: Any
    allowed: tuple[str, ...] = ()
    drop: bool = False


def complained(schema: Mapping[str, Any], arguments: Mapping[str, Any], message: str) -> Complaint | None:
    """What a message says of a call's arguments; None where it is not about one that can be told.

    Args:
        schema: JSON schema of the tool's arguments.
        arguments: of the call.
        message: the server's, or the checker's.
    """
    properties: Mapping[str, Any] = schema.get("properties") or {}
    if not _ARGUMENT.search(message) or _NOT_ARGUMENT.search(message):
        return None
    surplus = next((name for name in _surplus(message) if name in arguments), None)
    if surplus:
        return Complaint(surplus, arguments[surplus], drop=True)
    argument = next((name for name in _faulty(properties, arguments, message) if name in properties), None)
    if argument is None:
        return None
    wrong = arguments.get(argument)
    told = [name for name in (*_listed(message), *_enum(properties[argument])) if name != str(wrong)]
    return Complaint(argument, wrong, tuple(dict.fromkeys(told or _described(properties[argument], wrong))))


def kind_of(argument: str) -> str:
    """`zone`, `time`, `revision` or `path` by the words in an argument's name; else nothing."""
    words = re.sub(r"[_-]|(?<=[a-z])(?=[A-Z])", " ", argument)
    return next((kind for kind, pattern in KINDS.items() if pattern.search(words)), "")


def _surplus(message: str) -> Iterator[str]:
    for match in _EXTRA.finditer(message):
        yield from _QUOTED.findall(match[1]) if match[1] else (match[2],)
    yield from (match[2] for match in _BOTH.finditer(message))


def _faulty(properties: Mapping[str, Any], arguments: Mapping[str, Any], message: str) -> Iterator[str]:
    """The arguments that a message may mean, the surest first."""
    yield from (match[1] or match[2] for match in _PLACE.finditer(message))
    yield from (match[1] or match[2] for match in _REQUIRED.finditer(message))
    for name in properties:
        if re.search(rf"\b{re.escape(name)}\s+(?:Field required|Input should|Value error)", message):
            yield name
    told = [name for name, value in arguments.items() if _says(message, value)]
    yield from sorted(told, key=lambda name: -len(str(arguments[name])))
    yield from (name for name in properties if len(name) > 1 and re.search(rf"\b{_spaced(name)}\b", message, re.I))
    for kind, pattern in KINDS.items():
        if pattern.search(message):
            yield from (name for name in properties if kind_of(name) == kind)


def _spaced(name: str) -> str:
    return r"[\s_-]".join(map(re.escape, re.split(r"[_-]", name)))


def _says(message: str, value: Any) -> bool:
    text = value if isinstance(value, str) else canonical(value)
    return bool(text) and re.search(rf"(?<![\w/]){re.escape(text)}(?!\w)", message) is not None


def _listed(message: str) -> Iterator[str]:
    yield from (meant.rstrip(".") for meant in _MEANT.findall(message))
    for match in _LISTED.finditer(message):
        yield from _QUOTED.findall(match[1]) or [item.rstrip(".") for item in _SPLIT.split(match[1])]


def _described(schema: Any, wrong: Any) -> list[str]:
    """The values that the description of an argument quotes."""
    text = str(schema.get("description") or "") if isinstance(schema, dict) else ""
    quoted = [] if _EXAMPLE.search(text) else _QUOTED.findall(text)
    return [value for value in quoted if value != str(wrong) and re.fullmatch(r"[\w./-]+", value)]


def _enum(schema: Any) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    yield from (str(value) for value in schema.get("enum") or [])
    for part in (schema.get("items"), *(schema.get("anyOf") or []), *(schema.get("oneOf") or [])):
        yield from _enum(part)

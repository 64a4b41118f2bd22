"""Plans that a model announces, as steps.

Numbered, ticked and bulleted lists, `first ..., then ..., finally ...`, `three things: A, B and C`, `I'll A, B and C`.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from nodes.feedback_loop.reading.messages import parsed

MOST = 30
_NAMED = 3

_INTENT = re.compile(
    r"\b(?:plan|steps?|i(?:'ll|\u2019ll| will|'d|\u2019d| am going to|'m going to| need to| have to| must)|let me|"
    r"we(?:'ll| will)|here is what|"
    r"to do|to-?do|going to|first|vorgehen|schritte?|ich werde|zuerst|je vais|étapes?|voy a|pasos|plan[oe]s?)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"^\s{0,6}(?:\*\*)?(?:(?:step|schritt|étape|paso)\s)?\(?(\d{1,2})[.):]\)?\s+(\S.{2,200})$",
    re.MULTILINE | re.IGNORECASE,
)
_TICKED = re.compile(r"^\s{0,6}[-*+]\s+\[[ xX~-]?\]\s+(\S.{2,200})$", re.MULTILINE)
_BULLET = re.compile(r"^\s{0,6}[-*+•]\s+(\S.{2,200})$", re.MULTILINE)
_INLINE = re.compile(
    r"(?:^|[\s:;,.])(?:(?:step|schritt) (\d{1,2})\s?[:.)]|\(?(\d{1,2}|[a-h])[.)])\s+"
    r"((?:(?![\s,;.](?:(?:step|schritt) \d{1,2}\s?[:.)]|\(?(?:\d{1,2}|[a-h])[.)])\s)[^\n]){3,160})",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"\b(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth(?:ly)?|(?:and )?then|next|after (?:that|this)|afterwards|"
    r"(?:and )?finally|"
    r"lastly|(?:i(?:'ll|\u2019ll| will) )?(?:start|begin) (?:by|with)|zuerst|zunächst|dann|danach|anschließend|"
    r"schließlich|zuletzt|"
    r"d'abord|ensuite|puis|enfin|primero|luego|después|finalmente|por último)\b[,:]?\s+",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"\b(?:i(?:'ll|\u2019ll| will| am going to|'m going to| need to| have to)|let me|(?:my |the )?plan(?: is to|:)|"
    r"we(?:'ll| will))\s+"
    r"((?:[^.!?\n]|\.(?=\S))+)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(?:steps|things|parts|tasks|points|following|(?:two|three|four|five|six|seven|eight|"
    r"\d) \w+)\b[^:.\n]{0,60}:\s*((?:[^.!?\n]|\.(?=\S))+)",
    re.IGNORECASE,
)
_NO_STEP = re.compile(
    r"^(?:\d|(?:for|from|to|on|in|at|by|with|of|or|if|which|who|that|so|because|as|but|not|including|then|i|it)\b|"
    r"[A-Z])"
)
_SEPARATOR = re.compile(
    r"\s*(?:,\s*(?:and|then|and then|und|et|y)\s+|[,;]\s+|\s+and (?:then |finally )?(?=\w+ )|→|->)\s*", re.IGNORECASE
)
_CHAIN = re.compile(r"\s*(?:->|=>|\u2192|\u21d2)\s*")
_DONE = frozenset("done complete completed finished ok skipped cancelled canceled x closed resolved".split())
_TEXTS = ("content", "task", "title", "step", "description", "name", "text", "todo", "activeForm")


class Plan(NamedTuple):
    """Steps that were announced; `open` where the plan itself tells which are not done yet."""

    steps: tuple[str, ...]
    open: tuple[str, ...] = ()


def announced(text: str, *, acting: bool = False) -> Plan | None:
    """The plan in what a model said; None where it announces none.

    Args:
        text: what it said.
        acting: whether it asked for tools with the same breath; then a bare list is a plan too.
    """
    if len(text) > 20_000 or not (acting or _INTENT.search(text)):
        return None
    for least, steps in (
        (2, _ticked(text)),
        (2, _numbered(text)),
        (3, _bullets(text)),
        (2, _inline(text)),
        (2, _ordered(text)),
        (3, _chained(text)),
        (3, _counted(text)),
        (3, _listed(text)),
    ):
        if least <= len(steps) <= MOST:
            return Plan(tuple(" ".join(step.replace("*", "").split()).strip(" .;:,") for step in steps))
    return None


def kept(arguments: str) -> Plan | None:
    """The plan in a tool's arguments: a to-do list whose items have a state."""
    if (
        '"status"' not in arguments
        and '"state"' not in arguments
        and '"done"' not in arguments
        and '"completed"' not in arguments
    ):
        return None
    value = parsed(arguments)
    lists = [one for one in value.values() if isinstance(one, list)] if isinstance(value, dict) else [value]
    for items in lists:
        if isinstance(items, list) and len(items) >= 2 and all(isinstance(one, dict) and _text(one) for one in items):
            return Plan(tuple(_text(one) for one in items), tuple(_text(one) for one in items if not _done(one)))
    return None


def _ticked(text: str) -> list[str]:
    return _TICKED.findall(text)


def _numbered(text: str) -> list[str]:
    found = [(int(number), step) for number, step in _NUMBERED.findall(text)]
    return [step for _, step in found] if [number for number, _ in found] == list(range(1, len(found) + 1)) else []


def _bullets(text: str) -> list[str]:
    first = _BULLET.search(text)
    return _BULLET.findall(text) if first and _INTENT.search(text[: first.start()]) else []


def _inline(text: str) -> list[str]:
    found = [(one[0] or one[1], one[2]) for one in _INLINE.findall(text)]
    numbers = [int(number) if number.isdigit() else ord(number.lower()) - 96 for number, _ in found]
    return [step for _, step in found] if numbers == list(range(1, len(found) + 1)) else []


def _ordered(text: str) -> list[str]:
    parts = [part.strip(" ,;:.") for part in _ORDINAL.split(text)]
    steps = [part.partition(". ")[0] for part in parts[1:]]
    named = len(steps) >= _NAMED and all(len(step.split()) == 1 for step in steps[1:])  # `first A, then B, then C`
    return [step for step in steps if named or len(step.split()) > 1]


def _listed(text: str) -> list[str]:
    """The parts of `I'll A, B and C`, where each could be something to do."""
    match = _LISTED.search(text)
    parts = _SEPARATOR.split(match[1]) if match else []
    return parts if all(len(part.split()) > 1 and not _NO_STEP.match(part) for part in parts) else []


def _chained(text: str) -> list[str]:
    """The parts of `A -> B -> C`, what stands before the first and after a colon left out."""
    line = next((one for one in text.splitlines() if len(_CHAIN.findall(one)) > 1), "")
    parts = _CHAIN.split(line.rpartition(": ")[2]) if line else []
    return [part.partition(". ")[0] for part in parts if part]


def _counted(text: str) -> list[str]:
    """The parts of `three things: A, B and C`."""
    match = _COUNTED.search(text)
    return [part for part in _SEPARATOR.split(match[1]) if len(part) > 1] if match else []


def _text(item: dict[str, Any]) -> str:
    return next((value for name in _TEXTS if isinstance(value := item.get(name), str) and value), "")


def _done(item: dict[str, Any]) -> bool:
    state = item.get("status", item.get("state", item.get("done", item.get("completed"))))
    return state is True or (isinstance(state, str) and state.lower() in _DONE)

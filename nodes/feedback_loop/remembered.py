"""Memories that are kept by tools: what was put in under a key, and what came out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.feedback_loop.messages import parsed
from nodes.feedback_loop.operations import Operation
from nodes.feedback_loop.transcript import Transcript
from systems.nothing_found import nothing_found

_MEMORY = re.compile(r"memor(?!ial)|remember|recall", re.IGNORECASE)
_WRITES = re.compile(r"(?:^|_)(?:write|set|put|store|save|add|update|upsert|insert|remember)(?:_|$)", re.IGNORECASE)
_READS = re.compile(r"(?:^|_)(?:read|get|load|fetch|retrieve|recall|lookup)(?:_|$)", re.IGNORECASE)
_KEYS = ("key", "name", "topic", "slot", "id")
_VALUES = ("value", "content", "text", "fact", "data", "memory")
_BROKEN = re.compile(
    r"\ufffd.{0,200}\ufffd|\b(?:checksum|hash|crc) (?:mismatch|error|failed)|"
    r"\b(?:record|entry|memory|store|data|index)\b.{0,20}\bcorrupt(?:ed)?\b|"
    r"\bcorrupt(?:ed)? (?:record|entry|memory|data)\b",
    re.IGNORECASE | re.DOTALL,
)
_SHORT = 2_000


def corrupted(talk: Transcript) -> Iterator[tuple[Operation, str]]:
    """Reads of a memory that brought something else than what was last put in under their key, or say so themselves."""
    kept: dict[str, str] = {}
    for call in talk.tools:
        if not _MEMORY.search(call.name):
            continue
        if len(call.result) < _SHORT and _BROKEN.search(call.result):
            yield call, call.result
            continue
        given = parsed(call.arguments)
        key = given if isinstance(given, str) else _field(given, _KEYS)
        if call.failed or not key:
            continue
        if _WRITES.search(call.name):
            kept[key] = _plain(_field(given, _VALUES))
        elif _READS.search(call.name) and _differs(kept.get(key, ""), call.result):
            yield call, f"{key} was {kept[key]}, and came back as {call.result}"


def _differs(kept: str, result: str) -> bool:
    return kept not in _plain(result) and not nothing_found(result)


def _field(given: object, names: tuple[str, ...]) -> str:
    if not isinstance(given, dict):
        return ""
    return next((str(given[name]) for name in names if isinstance(given.get(name), (str, int, float))), "")


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("\\", "").split())

"""Memories that are kept by tools: what was put in under a key, and what came out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.transcript import Transcript
from systems.told.nothing_found import nothing_found

_MEMORY = re.compile(r"memor(?!ial)|remember|recall", re.IGNORECASE)
_WRITES = re.compile(r"(?:^|_)(?:write|set|put|store|save|add|update|upsert|insert|remember)(?:_|$)", re.IGNORECASE)
_READS = re.compile(r"(?:^|_)(?:read|get|load|fetch|retrieve|recall|lookup)(?:_|$)", re.IGNORECASE)
_KEEPS = re.compile(
    r"(?:save|store|keep|remember|memori[sz]e|stash|merke?|speichere?|guarda|retiens|salva)_(\w+)", re.I
)
_BRINGS = re.compile(
    r"(?:load|recall|retrieve|restore|read|get|fetch|lies|lade|hole?|carga|leer?|rappelle|leggi)_(\w+)", re.I
)
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
    """Reads of a memory that brought something else than what was last put in under their key, or say so themselves.

    A memory is what is named so, or a pair of tools that keep and bring back things of one name.
    """
    kept: dict[tuple[str, str], str] = {}
    for call in talk.tools:
        if (what := _memory(call.name)) is None:
            continue
        if len(call.result) < _SHORT and _BROKEN.search(call.result):
            yield call, call.result
            continue
        given = parsed(call.arguments)
        key = given if isinstance(given, str) else _field(given, _KEYS)
        if call.failed or not key:
            continue
        if _WRITES.search(call.name) or _KEEPS.match(call.name):
            kept[what, key] = _plain(_field(given, _VALUES))
        elif _READS.search(call.name) or _BRINGS.match(call.name):
            before = kept.get((what, key), "")
            if _differs(before, call.result):
                yield call, f"{key} was {before}, and came back as {call.result}"


def _memory(tool: str) -> str | None:
    """What a tool keeps or brings back; empty for what is named a memory, None for all other tools."""
    if _MEMORY.search(tool):
        return ""
    match = _KEEPS.match(tool) or _BRINGS.match(tool)
    return match[1].lower() if match else None


def _differs(kept: str, result: str) -> bool:
    return kept not in _plain(result) and not nothing_found(result)


def _field(given: object, names: tuple[str, ...]) -> str:
    if not isinstance(given, dict):
        return ""
    return next((str(given[name]) for name in names if isinstance(given.get(name), (str, int, float))), "")


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("\\", "").split())

"""Cases as a person gives them: by options, or one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from systems.cases import broken
from systems.errors import UsageError
from systems.trials import Asked, Case, Check

SHORT = {"question", "server", "tool", "terms"}
FORM = '{"question": "What were the last commits?", "server": "git"}'
MOST_TOLD = 5


def asked(said: Mapping[str, Any]) -> tuple[Case, ...]:
    """The cases of one question: who is to answer it, and what the answer must hold.

    Raises:
        UsageError: there is no question, or nothing to check.
    """
    try:
        return _asked(said)
    except ValueError as error:
        raise UsageError(
            f"This makes no case: {_words(error)}.",
            mend='For example: specloop case add --question "What were the last commits?" --server git',
        ) from error


def from_file(path: Path) -> tuple[Case, ...]:
    """The cases of a JSON lines file; empty lines do not count.

    Raises:
        UsageError: the file cannot be read, or a line makes no case; names the lines.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.", mend="Give a file of UTF-8 JSON lines.") from error
    cases: list[Case] = []
    wrong: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            cases += _of_line(line)
        except (ValueError, RecursionError) as error:
            wrong.append(f"line {number}: {_words(error)}")
    if wrong or not cases:
        more = f"; and {len(wrong) - MOST_TOLD} more" if len(wrong) > MOST_TOLD else ""
        told = "; ".join(wrong[:MOST_TOLD]) or "it holds no case"
        raise UsageError(f"{path}: {told}{more}. Nothing was added.", mend=f"A line looks like this: {FORM}")
    return tuple(cases)


def _of_line(line: str) -> tuple[Case, ...]:
    if not line.strip():
        return ()
    said = json.loads(line)
    if not isinstance(said, dict):
        raise ValueError("it is no JSON object")
    if "kind" not in said:
        return _asked(said)
    case = Case.model_validate({**said, "origin": "person"})
    if fault := broken(case):
        raise ValueError(fault)
    return (case,)


def _asked(said: Mapping[str, Any]) -> tuple[Case, ...]:
    unknown = ", ".join(sorted(said.keys() - SHORT))
    if unknown:
        raise ValueError(f"{unknown} is not known; a question has {', '.join(sorted(SHORT))}")
    if not str(said.get("question", "")).strip():
        raise ValueError("it has no question")
    check = Check.model_validate({name: said[name] for name in SHORT - {"question"} if name in said})
    given = Asked(question=said["question"])
    kinds = [kind for kind, wanted in (("route", check.server or check.tool), ("answer", check.terms)) if wanted]
    if not kinds:
        raise ValueError("it says neither who is to answer (server) nor what the answer must hold (terms)")
    made = [Case.model_validate({"kind": kind, "given": given, "check": check, "origin": "person"}) for kind in kinds]
    for case in made:
        if fault := broken(case):
            raise ValueError(fault)
    return tuple(made)


def _words(error: Exception) -> str:
    """What is wrong, on one line."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{place}: {first['msg']}" if place else first["msg"]
    if isinstance(error, json.JSONDecodeError):
        return f"no JSON: {error.msg}, column {error.colno}"
    return str(error).rstrip(".")

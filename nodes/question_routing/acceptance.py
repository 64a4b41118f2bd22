"""Whether a result answers its question: no error, not empty, and about what was asked. No model is called.

A result is refused only for what can be shown: it tells of a failure, it says nothing, it has no value of the kind that
the question asks for, or nothing of what the question names. Everything else is accepted, and said to be unsure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from nodes.question_routing.expected import CLOCK, kinds
from systems.json_values import parsed
from systems.records import canonical
from systems.told.errors_told import told
from systems.told.nothing_found import nothing_found

MOST_TEXT = 50_000  # characters of a result that are looked at
MOST_SHOWN = 120
MOST_BYTES = 1_000_000
_MAY_BE_NONE = re.compile(
    r"^(?:is|are|was|were|do|does|did|has|have|any)\b|\b(?:any|anywhere|anybody)\b|\bgibt es\b|\by a-t-il\b|\bhay\b",
    re.IGNORECASE,
)
_FATAL = re.compile(r"\s*(?:fatal|panic|aborted): ", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w/.-])[\w.-]*[\w-](?:/[\w.-]+)+|(?<![\w/])[\w-]+\.[A-Za-z]\w{0,5}\b")
_COMMIT = re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{7,40}\b")
_NAMED = re.compile(r"`([^`]{2,60})`|\b([a-z]+_\w+|[a-z]+[A-Z]\w*)\b")
_WORD = re.compile(r"\w{2,}")


class Judgement(NamedTuple):
    """What became of a result.

    Attributes:
        refused: why it is no answer; empty where it is accepted.
        noted: what speaks for it, or that nothing could be held against it.
    """

    refused: str = ""
    noted: str = ""


def judged(question: str, arguments: dict[str, Any], text: str, project: Path) -> Judgement:
    """Whether a result is an answer.

    Args:
        question: what was asked.
        arguments: of the call.
        text: the result.
        project: folder the question is about; what its files say is content, whatever it looks like.
    """
    shown = text[:MOST_TEXT]
    quoted = any(_quotes(path, shown) for path in _files(arguments, project))
    failure = "" if quoted else told(shown.strip()) or (shown if _FATAL.match(shown) else "")
    if failure:
        return Judgement(f"tells of a failure: {_short(failure)}")
    if says_nothing(shown) or (not quoted and _denies(shown) and not _MAY_BE_NONE.search(question)):
        return Judgement(f"found nothing: {_short(shown) or 'an empty text'}")
    return _fit(question, arguments, shown, project)


def says_nothing(text: str) -> bool:
    """Whether a text is blank, or JSON without a single value in it; false and 0 are values."""
    value = parsed(text.strip())
    return _void(value)


def _void(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_void, value.values()))
    return value in (None, "", [], "null", '""')


def _denies(text: str) -> bool:
    """Whether all that a text says, in one line, is that there is nothing."""
    line = text.strip()
    return "\n" not in line and line[:1] not in "{[" and nothing_found(line)


def _fit(question: str, arguments: dict[str, Any], text: str, project: Path) -> Judgement:
    """Whether a text has what a question asks for."""
    asked = kinds(question)
    missing = [kind.name for kind in asked if not kind.held.search(text)]
    given = canonical(arguments)
    for named, about in ((tuple(_COMMIT.findall(question)), "commit"), (_places(question, asked), "place")):
        if named and not any(_has(f"{given}\n{text}", name) for name in named):
            return Judgement(f"speaks of another {about} than {' and '.join(named)}")
    names = _names(question, project)
    called = [name for name in names if _has(given, name)]
    found = called or [name for name in names if _has(text, name) or _quotes(project / name, text)]
    if asked and len(missing) == len(asked) and not called:
        return Judgement(f"holds no {' or '.join(missing)}, which is asked for")
    if names and not found and not asked and not _MAY_BE_NONE.search(question):
        return Judgement(f"says nothing of {' or '.join(names)}")
    held = [kind.name for kind in asked if kind.name not in missing]
    evidence = [*(f"it holds a {name}" for name in held), *(f"it is about {name}" for name in found)]
    return Judgement(noted="; ".join(evidence) or "unsure: nothing in the question can be checked against it")


def _names(question: str, project: Path) -> tuple[str, ...]:
    """What a question names: files that exist, and names as in code."""
    paths = [path for path in _PATH.findall(question) if _is_file(project, path)]
    code = [quoted or name for quoted, name in _NAMED.findall(question)]
    return tuple(dict.fromkeys([*paths, *code]))


def _has(text: str, name: str) -> bool:
    """Whether a text has a name, its file name, or a word of it, as a word."""
    words = {name, name.rsplit("/", 1)[-1], *(_WORD.findall(name) if " " in name else ())}
    end = "" if _COMMIT.fullmatch(name) else r"(?!\w)"
    return any(re.search(rf"(?<!\w){re.escape(word)}{end}", text, re.IGNORECASE) for word in words)


def _places(question: str, asked: tuple[Any, ...]) -> tuple[str, ...]:
    """The cities whose time is asked for."""
    if CLOCK not in asked:
        return ()
    return tuple(word for word in dict.fromkeys(re.findall(r"[A-Z]\w+(?: [A-Z]\w+)?", question)) if word in _cities())


@cache
def _cities() -> frozenset[str]:
    zones = (zone for zone in available_timezones() if "/" in zone)
    return frozenset(zone.rsplit("/", 1)[-1].replace("_", " ") for zone in zones)


def _files(arguments: dict[str, Any], project: Path) -> Iterator[Path]:
    """The files of the project that a call names."""
    for value in arguments.values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and _is_file(project, each):
                yield project / each


def _is_file(project: Path, path: str) -> bool:
    try:
        place = (project / path).resolve()
        return place.is_relative_to(project.resolve()) and place.is_file()
    except (OSError, ValueError):
        return False


def _quotes(path: Path, text: str) -> bool:
    """Whether a text begins with a line of a file."""
    first = next((line.strip() for line in text.splitlines() if len(line.strip()) > 2), "")
    try:
        with path.open("rb") as file:
            return bool(first) and first in file.read(MOST_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return False


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MOST_SHOWN else f"{flat[:MOST_SHOWN]} ..."

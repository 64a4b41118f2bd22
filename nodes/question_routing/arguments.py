"""Arguments of a tool call, filled from the question and the repository; what cannot be filled is not guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import available_timezones

from nodes.question_routing import revisions
from nodes.question_routing.complaints import kind_of
from nodes.question_routing.questions import Places
from nodes.question_routing.revisions import names
from nodes.question_routing.values import Value, numbers, said
from systems.likeness.lexical import STOP
from systems.mcp import Tool
from systems.mcp.arguments import complaint

CLOCK = re.compile(r"\b(\d{1,2})(?::(\d{2}))?\s*(am|pm)?\b", re.IGNORECASE)
QUOTED = re.compile("[\"'`\u201c\u2018]([^\"'`\u201c\u201d\u2018\u2019]{2,80})[\"'`\u201d\u2019]")
FOLDER_TOOL = re.compile(r"director|folder|tree|list|search", re.IGNORECASE)
IDENTIFIER = re.compile(r"\b(?:\w+_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z0-9]+[A-Z]\w*|[A-Z][A-Z0-9]{2,})\b")
OUTSIDE = re.compile(
    r"(?<![\w./:])(?:~[\w./-]*|/[\w.~-][\w./~-]*|(?:[\w.-]+/)*\.\.(?:/[\w./-]*)?)|\bfile:/\S*|\$\{?HOME\b\S*|%USERPROFILE%\S*|\b[A-Za-z]:\\\S*"
)
KINDS = "functions?|class(?:es)?|methods?|constants?|variables?|types?|modules?|packages?|words?|strings?|terms?"
USED = "imports?|calls?|use|uses|usages? of|mentions?|raises?|throws?|catch(?:es)?"
DONE = "call|declar|defin|implement|import|initiali[sz]|mention|rais|referenc|set|us|writt"
CALLED = (
    re.compile(rf"\b(?:{KINDS}|{USED})\s+(?:the\s+)?(?!(?:{KINDS})\b)(\w{{2,}})", re.IGNORECASE),
    re.compile(rf"\bwhere (?:is|are)\s+(?:the\s+)?(\w{{2,}})\s+(?:{DONE})(?:ed|en|t)?\b", re.IGNORECASE),
    re.compile(rf"\b(\w{{2,}})\s+(?:{KINDS})\b", re.IGNORECASE),
)
PATHS = ("path", "paths", "directory", "dir", "file", "file_path", "filename")
PATTERNS = ("pattern", "query", "regex")
ADDRESSES = ("url", "uri", "link")
DEFAULT_COUNT = 5


@dataclass(frozen=True)
class Call:
    """Arguments of a call, and how many of them the question itself names: evidence that the tool fits."""

    arguments: dict[str, Any]
    named: int


def fill_arguments(tool: Tool, question: str, *, project: Path, places: Places) -> Call | None:
    """The call of a tool that a question asks for, or None when its schema wants what cannot be known from it."""
    arguments, named = _filled(tool.input_schema, tool, question, project, places)
    return None if complaint(tool.input_schema, arguments) else Call(arguments, named)


def lacking(tool: Tool, question: str, *, project: Path, places: Places) -> tuple[str, ...]:
    """The required arguments that a question does not say."""
    arguments, _ = _filled(tool.input_schema, tool, question, project, places)
    return tuple(name for name in tool.input_schema.get("required") or () if name not in arguments)


def _filled(
    schema: dict[str, Any], tool: Tool, question: str, project: Path, places: Places
) -> tuple[dict[str, Any], int]:
    """What can be said of an object's properties, and how many of them the question itself names."""
    required = schema.get("required") or []
    properties: dict[str, dict[str, Any]] = schema.get("properties") or {}
    arguments: dict[str, Any] = _operands(properties, required, question)
    named = len(arguments)
    told: Any
    default: Any
    for name, each in properties.items():
        if name in arguments:
            continue
        if each.get("type") == "object" and each.get("properties"):
            inner, inner_named = _filled(each, tool, question, project, places)
            told, default = (inner if inner_named else None), (inner or None)
        else:
            told, default = _value(name, each, tool, question, project, places)
        value = default if told is None else told
        if value is None and name in required:
            value = each.get("default", next(iter(each.get("enum") or []), None))
        if value is not None and (name in required or told is not None or each.get("type") != "object"):
            arguments[name] = [value] if each.get("type") == "array" and not isinstance(value, list) else value
        named += told is not None
    arguments |= _quoted(properties, required, arguments, question)
    return arguments, named


def _quoted(
    properties: dict[str, dict[str, Any]], required: list[str], known: dict[str, Any], question: str
) -> dict[str, Any]:
    """What a question quotes, for the only text that a tool needs besides what is known."""
    open_ = [name for name in required if name not in known]
    quoted = QUOTED.findall(question)
    if len(open_) != 1 or len(quoted) != 1 or quoted[0] in known.values() or _is_particular(open_[0]):
        return {}
    schema = properties.get(open_[0], {})
    return {open_[0]: quoted[0]} if schema.get("type", "string") == "string" and "format" not in schema else {}


def _is_particular(name: str) -> bool:
    """Whether an argument takes values of one kind only, which are found otherwise or not at all."""
    return bool(kind_of(name)) or name.lower() in (*PATHS, *PATTERNS, *ADDRESSES)


def _operands(properties: dict[str, dict[str, Any]], required: list[str], question: str) -> dict[str, Any]:
    """The numbers of a question for a tool that needs as many, in order, as in "add 3 and 4"."""
    wanted = [name for name in required if properties.get(name, {}).get("type") in ("integer", "number")]
    found = numbers(question)
    if len(wanted) < 2 or len(found) != len(wanted):
        return {}
    return {name: int(each) if each.is_integer() else each for name, each in zip(wanted, found, strict=True)}


def _value(
    name: str, schema: dict[str, Any], tool: Tool, question: str, project: Path, places: Places
) -> tuple[Any, Value]:
    """(what the question says, what to take when it says nothing) for an argument of this name."""
    if name in PATHS:
        return _path(tool, question, project, places)
    if name in revisions.NAMES:
        told, default = revisions.revision(name, question, places)
        return revisions.at_path(told, mentioned_path(question, places), tool.description, question), default
    if "timezone" in name:
        return _zone(name, question)
    if name == "time":
        return _clock(question), None
    if name in PATTERNS:
        return _pattern(question), None
    if name == "branch_type":
        kind = re.search(r"\b(remote|all|every)\b", question, re.IGNORECASE)
        return (("remote" if kind.group(1).lower() == "remote" else "all") if kind else None), "local"
    defaults: dict[str, Value] = {"repo_path": str(project), "max_count": DEFAULT_COUNT}
    return said(name, schema, question), defaults.get(name)


def _path(tool: Tool, question: str, project: Path, places: Places) -> tuple[Value, Value]:
    mentioned = mentioned_path(question, places)
    wants_folder = bool(FOLDER_TOOL.search(tool.name)) or not takes_path(tool)
    if mentioned is None or not (project / mentioned).resolve().is_relative_to(project.resolve()):
        return None, str(project) if wants_folder else None
    fits = "info" in tool.name or wants_folder == (mentioned not in places.files)
    return (str(project / mentioned) if fits else None), None


def takes_path(tool: Tool) -> bool:
    """Whether what a tool does is about one place on disk, rather than about a pattern or a commit."""
    names = (tool.input_schema.get("properties") or {}).keys()
    return any(name in PATHS for name in names) and not any(name in PATTERNS for name in names)


def outside_path(question: str, project: Path, places: Places | None = None) -> str | None:
    """The first path that a question names outside of the project, as it is written there.

    That is: absolute, in somebody's home, above the project, percent-encoded or not, or a link that leads out.

    Args:
        question: what is asked.
        project: folder that nothing may be read outside of.
        places: what the project has; names of links are recognised among them.
    """
    for text in dict.fromkeys((question, _decoded(question))):
        named = (match.group(0).rstrip(".,;:") or match.group(0) for match in OUTSIDE.finditer(text))
        if found := next((path for path in named if not _within(path, project)), None):
            return found
    linked = mentioned_path(question, places) if places else None
    return linked if linked and not _within(linked, project) else None


def _decoded(text: str) -> str:
    """A text without percent-encoding, however often it was encoded (at most thrice)."""
    for _ in range(3):
        text = unquote(text, errors="replace")
    return text.replace("\\", "/") if ".." in text else text


def _within(path: str, project: Path) -> bool:
    try:
        return (
            ":" not in path[:5]
            and not path.startswith(("~", "$", "%"))
            and (project / path).resolve().is_relative_to(project.resolve())
        )
    except (OSError, ValueError):
        return False


def _pattern(question: str) -> str | None:
    """What a question quotes, else a name that is written as in code, else what it calls a function, a word or so."""
    quoted = QUOTED.search(question)
    if quoted:
        return quoted.group(1)
    named = IDENTIFIER.search(question)
    if named:
        return named.group(0)
    called = (name for form in CALLED for name in form.findall(question))
    return next((name for name in called if name.lower() not in STOP), None)


def mentioned_path(question: str, places: Places) -> str | None:
    """The longest path of the project that the question names in full, or by a file name that only one file has."""
    folders = {str(parent) for path in places.files for parent in Path(path).parents if str(parent) != "."}
    named = [path for path in (*places.files, *folders) if names(question, path)]
    if named:
        return max(named, key=len)
    by_name = [path for path in places.files if names(question, Path(path).name)]
    return by_name[0] if len(by_name) == 1 else None


def _zone(name: str, question: str) -> tuple[Value, Value]:
    asked = question.lower()
    cities = ((city.lower(), zone) for city, zone in _cities() if city.lower() in asked)
    zones = [zone for city, zone in cities if re.search(rf"\b{re.escape(city)}\b", asked)]
    zones.sort(key=lambda zone: asked.find(zone.rsplit("/", 1)[-1].replace("_", " ").lower()))
    if name.startswith("target"):
        return (zones[1] if len(zones) > 1 else None), None
    return (zones[0] if zones else None), local_zone()


@cache
def _cities() -> tuple[tuple[str, str], ...]:
    zones = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))
    )
    return (*((zone.rsplit("/", 1)[-1].replace("_", " "), zone) for zone in zones), ("UTC", "UTC"))


@cache
def local_zone() -> str:
    """The IANA name of this machine's zone where it is known, else UTC."""
    link = Path("/etc/localtime")
    name = str(link.resolve()).partition("zoneinfo/")[2] if link.is_symlink() else ""
    return name if name in available_timezones() else "UTC"


def _clock(question: str) -> str | None:
    for hour, minute, half in CLOCK.findall(question):
        if minute or half:
            shift = 12 if half.lower() == "pm" and int(hour) < 12 else 0
            return f"{int(hour) + shift:02d}:{minute or '00'}"
    return datetime.now().strftime("%H:%M") if re.search(r"\bnow\b", question, re.IGNORECASE) else None

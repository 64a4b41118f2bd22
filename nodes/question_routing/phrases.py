"""Phrases: what each server, each of its tools and the person is asked, or says of itself.

They come from the policy's lines, from the names and descriptions of the tools, and from questions that a tool answered
well before. A server that the policy has no line on is known by its tools alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from systems.likeness.lexical import split_names
from systems.mcp import Tool

PERSON: Final = "person"
WORLD: Final = "world"
SENTENCE = re.compile(r"(?<=[.?!;:])\s+|\n")
MOST_SENTENCES = 2  # of a tool's description; what follows is mostly about arguments
MOST_OF_NEW = 6  # of them where no line says it better
MOST_ARGUMENTS = 6
TO_A_MODEL = re.compile(r"\b(?:you|must|this (?:tool|function)|the user)\b|\bIMPORTANT\b|^note\b|:$", re.IGNORECASE)
DOES = re.compile(
    r"(?:^|[|:-] )(?:gets?|retrieves?|returns?|fetch(?:es)?|lists?|shows?|search(?:es)?|finds?|quer(?:y|ies)|reads?"
    r"|describes?|provides?|checks?)\b(?: (?:and|or) \w+)?\s+(?:for |the |all |an? )*(?P<what>\w[^,;:().]*)",
    re.IGNORECASE,
)
"""A sentence on what a tool gives, and of it what that is."""
ASKING = re.compile(r"(?:how|where|wh(?:at|en|ich|o|y)|whether)\b", re.IGNORECASE)
SAME_TOOLS = 2  # as many tools of one name make two servers the same program
ASKED = {
    "list": "Which {} are there?",
    "get": "What is the {}?",
    "read": "What is in the {}?",
    "search": "Find {}",
    "find": "Find {}",
    "describe": "Describe the {}",
    "show": "Show the {}",
    "open": "Show the {}",
    "query": "Query the {}",
    "fetch": "Get the {}",
    "count": "How many {} are there?",
}
"""What a tool is asked whose name has a verb."""
ABOUT = ("What is in the {}?", "Search the {} for it.", "What does the {} say?")
"""What a server is asked that the policy has no line on."""
PAGE = ("What does the web page say?", "Fetch this link and sum it up.", "Get a web page.")
"""What a tool is asked that needs a URL."""
ONLINE = re.compile(r"\b(?:web|internet|online)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Phrase:
    """One text, and whose it is.

    Attributes:
        server: MCP server, or `person`.
        tool: tool of that server that it speaks of; empty when it speaks of all.
        text: a question, or a statement about the tool.
        learned: whether it is a question that was answered well before.
    """

    server: str
    tool: str
    text: str
    learned: bool = False


def all_phrases(
    tools: Sequence[Tool], lines: Mapping[str, str], routes: Mapping[str, str], *, beside: Sequence[Tool] = ()
) -> list[Phrase]:
    """Every phrase a question is compared with, without repetition.

    Args:
        tools: the tools that may be asked.
        lines: the policy's, by `server`, `server.tool`, `person` or `world`; those on servers that do not serve, and
            on the world outside where no tool searches the web, stand for what nobody here can answer.
        routes: questions answered well before, with `server.tool` or `person`.
        beside: tools that are not asked; they tell what their server is about.
    """
    lines = adopted(lines, tools)
    owners = {key: _owner(key) for key in lines} | {WORLD: web_search(tools)}
    told = [Phrase(*owners[key], sentence) for key, line in lines.items() for sentence in sentences(line)]
    own = [Phrase(tool.server, tool.name, text) for tool in tools for text in derived(tool)]
    new = strange(lines, tools)
    own += [Phrase(tool.server, tool.name, text) for tool in tools if tool.server in new for text in further(tool)]
    own += [Phrase(tool.server, "", text) for tool in beside if tool.server in new for text in derived(tool)]
    own += [Phrase(server, "", form.format(" ".join(words_of(server)))) for server in new for form in ABOUT]
    known = {f"{tool.server}.{tool.name}" for tool in tools} | {PERSON}
    learned = [Phrase(*_owner(key), question, learned=True) for question, key in routes.items() if key in known]
    return list(dict.fromkeys([*learned, *told, *own]))


def adopted(lines: Mapping[str, str], tools: Sequence[Tool]) -> dict[str, str]:
    """The lines, with those on a server under the name that it has here: the same program is known by its tools."""
    here: dict[str, set[str]] = {}
    for tool in tools:
        here.setdefault(tool.server, set()).add(tool.name)
    names: dict[str, str] = {}
    for server in sorted({key.partition(".")[0] for key in lines} - here.keys() - {PERSON, WORLD}):
        known = {key.partition(".")[2] for key in lines if key.startswith(f"{server}.")}
        same = (other for other in strange(lines, tools) if len(here[other] & known) >= SAME_TOOLS)
        names[server] = next(same, server)
    return {_renamed(key, names): line for key, line in lines.items()}


def _renamed(key: str, names: Mapping[str, str]) -> str:
    server, dot, tool = key.partition(".")
    return f"{names.get(server, server)}{dot}{tool}"


def strange(lines: Mapping[str, str], tools: Sequence[Tool]) -> tuple[str, ...]:
    """The servers that there is no line on."""
    return tuple(dict.fromkeys(tool.server for tool in tools if tool.server not in lines))


def web_search(tools: Sequence[Tool]) -> tuple[str, str]:
    """Server and tool that search the web, and so are asked about the world outside; (`world`, "") where none does."""
    searching = (each for each in tools if "search" in each.name.lower() and ONLINE.search(each.description))
    found = next(searching, None)
    return (found.server, found.name) if found else (WORLD, "")


def derived(tool: Tool) -> Iterable[str]:
    """What a tool's name and description say of it, and what it may be asked."""
    words = [word for word in words_of(tool.name) if word != tool.server.lower()]
    told = _told(tool)[:MOST_SENTENCES]
    yield f"{tool.server} {' '.join(words)}: {''.join(told[:1])}"
    yield from told
    if gives := DOES.search(told[0]) if told else None:
        what = gives["what"].strip()
        yield f"{what.capitalize()}?" if ASKING.match(what) else f"What is the {what}?"
    words = words_of(tool.name)
    verbs = (place for place, word in enumerate(words[:-1]) if word in ASKED)
    yield from (ASKED[words[place]].format(" ".join(words[place + 1 :])) for place in verbs)
    if words[1:] and words[-1] in ASKED:
        yield ASKED[words[-1]].format(" ".join(words[:-1]))
    if "url" in (tool.input_schema.get("required") or ()):
        yield from PAGE


def further(tool: Tool) -> Iterable[str]:
    """What else tells of a tool that nobody wrote a line on: the rest of its description, and what it can be given."""
    yield from _told(tool)[MOST_SENTENCES:MOST_OF_NEW]
    about = [word for word in words_of(tool.name) if word != tool.server.lower() and word not in ASKED]
    if given := list((tool.input_schema.get("properties") or {}).items())[:MOST_ARGUMENTS]:
        yield f"{' '.join(about)}: {' '.join(word for name, _ in given for word in words_of(name))}"
    schemas = (schema for _, schema in given if isinstance(schema, dict))  # `true` is a schema, too
    firsts = (told for schema in schemas for told in sentences(str(schema.get("description", "")))[:1])
    yield from (told for told in firsts if " " in told)


def _told(tool: Tool) -> list[str]:
    """The sentences of a tool's description that are on what it does, not on how a model is to call it."""
    return [each.lstrip("-* ") for each in sentences(tool.description) if not TO_A_MODEL.search(each)]


def words_of(name: str) -> list[str]:
    """The words of a name such as `read_textFile`."""
    return split_names(name).lower().split()


def sentences(text: str) -> list[str]:
    """The sentences of a text, one a line or after the other."""
    return [sentence.strip() for sentence in SENTENCE.split(text) if sentence.strip()]


def _owner(key: str) -> tuple[str, str]:
    server, _, tool = key.partition(".")
    return server, tool

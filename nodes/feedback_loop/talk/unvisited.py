"""Things that a task or the model's own words list to be dealt with one by one, and that nobody came to.

"Update Lanterns, Cartwheel, Deepfog and Orchard."    update(Lanterns), update(Cartwheel)    "All done."
"Je vais traduire les chapitres 1, 2, 3 et 4."        traduire(1), traduire(2)               "C'est fait."
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from nodes.feedback_loop.calls.effects import changes
from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.reading.operations import Operation
from nodes.feedback_loop.talk.transcript import Transcript
from nodes.feedback_loop.texts.outcomes import acknowledged
from nodes.feedback_loop.texts.words import leaves

_RANGE = re.compile(
    r"(?<![\w.-])(\d{1,4})\s*(?:to|through|till|until|bis|à|a|hasta|up to|-|\u2013|\.\.\.?)\s*(\d{1,4})(?![\w.-])"
)
_LIST = re.compile(
    r"[\w'/.#@-]+(?:\s*,\s*[\w'/.#@-]+)+(?:\s*,)?\s*(?:and|und|et|y|e|en|och|&)\s+(?:(?:then|finally|dann|puis|"
    r"luego)\s+)?"
    r"[\w'/.#@-]+"
)
_PARTS = re.compile(
    r"\s*,\s*(?:(?:and|und|et|y|e|en|och|&)\s+)?(?:(?:then|finally|dann|puis|luego)\s+)?|\s+(?:and|und|et|y|e|en|och|"
    r"&)\s+"
)
_ALL = re.compile(
    r"\b(?:all|every|each|alle[nrs]?|jede[nrsm]?|tou(?:s|tes?)|chaque|tod[oa]s|cada|tutt[ie]|ogni)\b", re.IGNORECASE
)
_SEARCHES = re.compile(
    r"\b(?:find|search|look|seek|which|where|who|whose|whether|any|until|such(?:e|t)?|finde|welche[rsn]?|wo|wer|ob|"
    r"cherche[rz]?|"
    r"trouve[rz]?|quel(?:le)?s?|où|qui|busca[r]?|encuentra|cuál|dónde|quién|cerca|trova|quale|dove|chi)\b",
    re.IGNORECASE,
)
_Things = tuple[tuple[str, ...], Operation | None]
"""Names of things, and the call that listed them, if it was not the task."""
_LEAST, _FEWEST, _MOST, _DONE = 4, 3, 50, 2
_LONG = 5_000


def unvisited(talk: Transcript) -> tuple[str, ...]:
    """The listed things that no call and no word of the answer is about, where one tool dealt with others of them.

    A search ends where it has found what it was for: there, and of ranges and of what tools list, only changes count.
    """
    if talk.answer is None:
        return ()
    by_tool: defaultdict[str, list[Operation]] = defaultdict(list)
    for call in talk.tools:
        if not call.failed:
            by_tool[call.where].append(call)
    said = [one.output for one in talk.calls if one.kind == "model" and one.calls and one.output]
    changing = {
        where: calls
        for where, calls in by_tool.items()
        if any(changes(one) or acknowledged(one.result) for one in calls)
    }
    tools = changing if _SEARCHES.search(talk.asked) else by_tool
    for text in (talk.asked, *said):
        for things in _listed(text[:_LONG]):
            least = _DONE if text is talk.asked and tools is by_tool and not all(map(_is_id, things)) else 1
            if left := _left(things, tools, _heard(talk, None), least):
                return left
    ranges: list[_Things] = [(things, None) for text in (talk.asked, *said) for things in _ranges(text[:_LONG])]
    for things, told in (*ranges, *(_told(talk) if _ALL.search(talk.asked) else ())):
        left = _left(things, changing, _heard(talk, told), _DONE)
        if left and not (told is not None and _set_apart(told, left)):
            return left
    return ()


def _left(things: tuple[str, ...], by_tool: Mapping[str, list[Operation]], heard: str, least: int) -> tuple[str, ...]:
    """The things that are not heard of, where all others were dealt with by calls of one tool, and at least so many."""
    left = tuple(one for one in things if not _mentions(heard, one))
    for calls in by_tool.values():
        done = {one.lower() for call in calls for one in leaves(parsed(call.arguments))} & set(things)
        if least <= len(done) < len(things) and len(done) + len(left) == len(things):
            return left if left[1:] or left[0] != things[0] else ()  # `how does it look, yesterday and today?`
    return ()


def _is_id(thing: str) -> bool:
    """Whether a thing is only numbered or lettered: A, 12, fw-3; of words some may be what else is wanted."""
    return len(thing) == 1 or any(map(str.isdigit, thing))


def _ranges(text: str) -> list[tuple[str, ...]]:
    """Ranges of at least `_LEAST` numbers in a text."""
    return [
        tuple(map(str, range(int(first), int(last) + 1)))
        for first, last in _RANGE.findall(text)
        if _LEAST <= int(last) - int(first) + 1 <= _MOST
    ]


def _listed(text: str) -> list[tuple[str, ...]]:
    """Lists of at least `_FEWEST` things in a text, lower case."""
    found = []
    for match in _LIST.finditer(text):
        things = tuple(dict.fromkeys(one.lower().strip(".") for one in _PARTS.split(match[0]) if one))
        if _FEWEST <= len(things) <= _MOST:
            found.append(things)
    return found


def _heard(talk: Transcript, but: Operation | None) -> str:
    """The answer and all that the tools of a talk were given and gave back, but for one call."""
    told = (f"{one.arguments}\n{one.result}" for one in talk.tools if one is not but)
    return "\n".join([talk.answer.output if talk.answer else "", *told]).lower()


def _told(talk: Transcript) -> Iterator[tuple[tuple[str, ...], Operation]]:
    """Lists of names or ids that tools gave back: what `all` means."""
    for call in talk.tools:
        value = parsed(call.result[:_LONG]) if call.result[:1] in ("{", "[") else None
        for found in (value, *value.values()) if isinstance(value, dict) else (value,):
            things = [_name(one) for one in found] if isinstance(found, list) else []
            if _FEWEST <= len(set(things)) == len(things) <= _MOST and all(things):
                yield tuple(things), call


def _set_apart(told: Operation, left: tuple[str, ...]) -> bool:
    """Whether a field of the listed things has other values for those that were left out: they were not meant."""
    value = parsed(told.result)
    lists = [one for one in (value.values() if isinstance(value, dict) else (value,)) if isinstance(one, list)]
    things = [one for found in lists for one in found if isinstance(one, dict)]
    of_left = [{(name, str(one)) for name, one in thing.items()} for thing in things if _name(thing) in left]
    of_rest = [{(name, str(one)) for name, one in thing.items()} for thing in things if _name(thing) not in left]
    return _alone(of_left, of_rest) or _alone(of_rest, of_left)


def _alone(some: list[set[tuple[str, str]]], others: list[set[tuple[str, str]]]) -> bool:
    """Whether some things have a field and a value in common that no other has."""
    return bool(some) and bool(set.intersection(*some) - set().union(*others))


def _name(item: Any) -> str:
    """The name or the id of a thing in a list."""
    if isinstance(item, dict):
        item = next((item[field] for field in ("id", "name", "key", "path", "title") if item.get(field)), "")
    return str(item).lower() if isinstance(item, (str, int)) else ""


def _mentions(text: str, thing: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(thing)}(?!\w)", text) is not None

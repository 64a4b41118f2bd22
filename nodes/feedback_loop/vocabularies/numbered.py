"""Messages that are spread over numbered attributes, one value each, as OpenInference and OpenLLMetry write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from nodes.feedback_loop.reading.messages import parsed

_SENT = ("llm.input_messages", "gen_ai.prompt")
_NAME = re.compile(
    r"(llm\.input_messages|llm\.output_messages|gen_ai\.prompt|gen_ai\.completion)\.([0-9]{1,6})\.(?:message\.)?"
    r"(?:(role|content|name|tool_call_id|finish_reason)"
    r"|(tool_calls|contents|function)\.([0-9]{1,6})(?:\.(?:tool_call\.|message_content\.)?(?:function\.)?"
    r"(id|name|arguments|text|type))?)"
)


class _Place(NamedTuple):
    """Where the value of an attribute belongs: message, field, and for lists which item and its field."""

    sent: bool
    message: int
    field: str
    item: int = -1
    detail: str = ""


class Numbered(NamedTuple):
    """Messages in OpenAI's chat form."""

    sent: list[dict[str, Any]]
    said: list[dict[str, Any]]


def messages(attributes: Mapping[str, Any]) -> Numbered:
    """The messages sent to the model and those it answered with, in order; numbers may have gaps."""
    found: dict[tuple[bool, int], dict[str, Any]] = {}
    for name, value in attributes.items():
        place = _place(name) if name[:4] in ("llm.", "gen_") else None
        if place:
            message = found.setdefault((place.sent, place.message), {})
            if place.item < 0:
                message[place.field] = value
            else:
                item = message.setdefault(place.field, {}).setdefault(place.item, {})
                item[place.detail] = value
    chats = [(sent, _chat(found[sent, number])) for sent, number in sorted(found)]
    return Numbered([one for sent, one in chats if sent], [one for sent, one in chats if not sent])


@lru_cache(maxsize=16_384)
def _place(name: str) -> _Place | None:
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    prefix, number, field, items, item, detail = match.groups()
    if items:
        return _Place(prefix in _SENT, int(number), items, int(item), detail or "")
    return _Place(prefix in _SENT, int(number), field)


def _chat(message: dict[str, Any]) -> dict[str, Any]:
    """The numbered items of a message as lists."""
    for field in ("tool_calls", "contents", "function"):
        if isinstance(items := message.get(field), dict):
            message[field] = [items[number] for number in sorted(items)]
    for call in message.get("tool_calls", ()):
        call.setdefault("arguments", "{}")  # OpenInference leaves out what is empty
    if contents := message.pop("contents", None):
        parts = [one for one in contents if "text" in one]
        message["parts"] = [message.pop("content"), *parts] if message.get("content") else parts
    if results := message.pop("function", None):  # AutoGen: each result is one JSON text
        message["parts"] = [_result(one.get("")) for one in results]
    return message


def _result(packed: Any) -> dict[str, Any]:
    inner = parsed(packed)
    return {"type": "tool_result"} | (inner if isinstance(inner, dict) else {"content": packed})

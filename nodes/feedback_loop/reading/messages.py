"""Messages of a conversation, however a span writes them.

GenAI parts, OpenAI's chat and responses forms, and what `message_forms` knows of frameworks become `Message`s; every
value of an attribute is taken, none raises.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from nodes.feedback_loop.reading import message_forms as forms
from systems.json_values import parsed as parsed


class ToolCall(NamedTuple):
    """A call of a tool as the model asks for it; arguments are canonical JSON where they are JSON."""

    id: str
    name: str
    arguments: str


class Message(NamedTuple):
    """One message of a conversation.

    The role is `system`, `user`, `assistant`, `tool`, a framework's own, or empty where none is told. A tool's result
    has role `tool` and the id of the call.
    """

    role: str
    text: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    finish: str = ""


def conversation(value: Any) -> tuple[Message, ...]:
    """Messages from an attribute: JSON text, a list of messages, one message, or the text of one."""
    found: list[Message] = []
    for one in forms.listed(parsed(value)):
        _read(one, found)
    return tuple(found)


def canonical_json(value: Any) -> str:
    """One text for one JSON value: texts that are JSON are sorted and stripped of spaces, others stay as they are."""
    if isinstance(value, str):
        return _canonical_text(value) if len(value) <= _SHORT else _json_text(parsed(value))
    return "" if value is None else _json_text(value)


def as_text(value: Any) -> str:
    """A value as the text it stands for: strings as they are, the text of content blocks, else canonical JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, (list, tuple)) and forms.are_blocks(value):
        return "\n".join(as_text(one.get("text")) for one in value)
    return _json_text(value)


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_PLAIN = ("user", "assistant", "system")
_SHORT = 2_000  # arguments up to this length are remembered: a history has each of them again in every call
_CALLED = "Calling tools:\n"


@lru_cache(maxsize=2_048)
def _canonical_text(text: str) -> str:
    return _json_text(parsed(text))


def _json_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError):
        return forms.shown(value)


def _read(one: Any, found: list[Message]) -> None:
    """Append a message, and the tool results in it as messages of their own."""
    if not isinstance(one, dict):
        if text := as_text(one):
            found.append(Message("", text))
        return
    parts = one.get("parts")
    if isinstance(parts, list):
        if len(parts) == 1 and (simple := _simple(one, parts[0])):
            found.append(simple)
            return
    else:
        one = forms.plain(one)
        parts = one.get("parts")
    if not isinstance(parts, list):
        content = one.get("content")
        parts = content if isinstance(content, list) else (content,)
    texts: list[str] = []
    calls: list[ToolCall] = []
    results: list[Message] = []
    for part in parts:
        _part(part, texts, calls, results)
    asked = one.get("tool_calls")
    if isinstance(asked, list):
        calls += [_call(call) for call in asked if isinstance(call, dict)]
    text = texts[0] if len(texts) == 1 else "\n".join(filter(None, texts))
    if text.startswith(forms.PRINTED) and isinstance(inner := forms.literal(text), dict):
        _read({"role": one.get("role"), "finish_reason": one.get("finish_reason")} | inner, found)
    else:
        _message(one, text, calls, results, found)


def _simple(one: dict[str, Any], part: Any) -> Message | None:
    """A message that is nothing but one text in GenAI's form, as most are; the long way would give the same."""
    if not isinstance(part, dict) or part.get("type") != "text" or "tool_calls" in one:
        return None
    role, text, finish = one.get("role"), part.get("content"), one.get("finish_reason") or ""
    if role not in _PLAIN or not isinstance(text, str) or not isinstance(finish, str) or text.startswith(forms.PRINTED):
        return None
    return Message(role, text, (), "", finish)


def _message(
    one: dict[str, Any], text: str, calls: list[ToolCall], results: list[Message], found: list[Message]
) -> None:
    """Append what a message was read to be."""
    told = str(one.get("role") or "")
    role = forms.ROLES.get(told, told)
    if told in forms.SPOKEN:
        text, calls = _spoken(text, calls)
    if results and role == "tool" and any(text == result.text for result in results):
        text = ""
    if text or calls or not results:
        call_id = one.get("tool_call_id") or (one.get("id") if role == "tool" else "")
        found.append(Message(role, text, tuple(calls), str(call_id or ""), str(one.get("finish_reason") or "")))
    found += results


def _part(part: Any, texts: list[str], calls: list[ToolCall], results: list[Message]) -> None:
    """Sort a part of a message to what it is; thoughts are left out."""
    if not isinstance(part, dict):
        texts.append(as_text(part))
        return
    kind, inner = forms.part(part)
    if kind == "text":
        text = inner.get("content")
        texts.append(text if isinstance(text, str) else _first_text(inner, forms.TEXT))
    elif kind == "call":
        calls.append(_call(inner))
    elif kind == "result":
        results.append(Message("tool", _first_text(inner, forms.RESULT), (), _first(inner, forms.CALL_ID)))


def _first_text(one: dict[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        value = one.get(key)
        if value is not None:
            return as_text(value)
    return ""


def _call(call: dict[str, Any]) -> ToolCall:
    """A call in OpenAI's form (`function: {name, arguments}`), or flat in that of others."""
    function = call.get("function")
    inner: dict[str, Any] = function if isinstance(function, dict) else call
    arguments = next((inner[name] for name in forms.ARGUMENTS if name in inner), "")
    return ToolCall(
        _first(call, forms.CALL_ID),
        _first(inner, ("name", "tool_name")),
        canonical_json(forms.raw_arguments(arguments)),
    )


def _first(one: dict[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        if value := one.get(key):
            return value if isinstance(value, str) else as_text(value)
    return ""


def _spoken(text: str, calls: list[ToolCall]) -> tuple[str, list[ToolCall]]:
    """Calls and results, which smolagents tells the model as text."""
    if text.startswith(_CALLED):
        asked = forms.literal(text[len(_CALLED) :])
        if isinstance(asked, list):
            return "", calls + [_call(call) for call in asked if isinstance(call, dict)]
    return text.removeprefix("Observation:\n"), calls

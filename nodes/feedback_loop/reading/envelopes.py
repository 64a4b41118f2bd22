"""What a tool was given and what it gave back, out of the envelopes in which instrumentations record them.

Only envelopes that cannot be mistaken are opened; everything else is the tool's own text and stays as it is.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from nodes.feedback_loop.reading import message_forms as forms
from nodes.feedback_loop.reading.messages import as_text, parsed

MOST = 1_000_000
"""Texts longer than this are not looked into."""

_CALL = frozenset({"args", "kwargs", "sanitize_inputs_outputs"})
_MCP = frozenset(
    {"content", "isError", "is_error", "structuredContent", "structured_content", "meta", "_meta", "artifact"}
)
_LLAMA = frozenset({"blocks", "tool_name", "raw_input", "raw_output", "is_error", "exception"})
_SIGNS = ('"tool_call_id"', '"isError"', '"is_error"', '"text"', '"update"', '"INVALID_JSON"', '"_raw"')
_QUOTED = r"('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_PRINTED = re.compile(rf"(?:^|ToolMessage\()content={_QUOTED}(?=[^\n]*\btool_call_id=)", re.DOTALL)
_PRINTED_ID = re.compile(r"\btool_call_id='([^']*)'")
_PRINTED_ERROR = re.compile(r"\bstatus='error'")


class Result(NamedTuple):
    """What a tool gave back; `failed` where the envelope says that it is an error."""

    text: str
    call_id: str = ""
    failed: bool = False


def arguments(value: Any) -> tuple[Any, str]:
    """The arguments of a tool call (a value, or a text that is no JSON), and the id of the call where told."""
    value = parsed(value)
    if value in ("None", "null"):  # a tool without parameters
        return {}, ""
    if isinstance(value, str) and value.startswith("{'"):  # older LangChain hands on what Python prints
        inner = forms.literal(value)
        return (inner if isinstance(inner, dict) else value), ""
    if not isinstance(value, dict):
        return value, ""
    if "input_str" in value:
        return _langchain(value)
    if "kwargs" in value and _CALL.issuperset(value):
        given = value.get("args")
        inner = value["kwargs"] or (given[0] if isinstance(given, list) and len(given) == 1 else given)
        return (inner if inner else {}), ""
    if value.get("type") == "tool_call" and "args" in value:
        return value["args"], str(value.get("id") or "")
    return forms.raw_arguments(value), ""


def result(value: Any) -> Result:
    """The text that a tool gave back."""
    if isinstance(value, str):
        if len(value) > MOST:
            return Result(value)
        if value.startswith(("content=", "Command(")):
            return _printed(value)
        if value[:1] not in ("{", "[") or not any(sign in value for sign in _SIGNS):
            return Result(value)
    inner = parsed(value)
    if isinstance(inner, list) and len(inner) == 1 and isinstance(inner[0], dict) and "update" in inner[0]:
        inner = inner[0]
    if isinstance(inner, dict):
        if (opened := _opened(inner)) is not None:
            return opened
    elif isinstance(inner, list) and forms.are_blocks(inner):
        return Result(as_text(inner))
    return Result(value if isinstance(value, str) else as_text(value))


def _langchain(value: dict[str, Any]) -> tuple[Any, str]:
    """The envelope of LangChain's `on_tool_start`, as OpenLLMetry records it."""
    more = value.get("kwargs")
    call_id = str(more.get("tool_call_id") or "") if isinstance(more, dict) else ""
    inner = value.get("inputs") or value["input_str"]
    if (isinstance(inner, dict) and "input_str" not in inner) or isinstance(inner, str):
        inner, told = arguments(inner)
        return inner, call_id or told
    return inner, call_id


def _opened(value: dict[str, Any]) -> Result | None:
    message = forms.plain(value)
    if isinstance(update := value.get("update"), dict):  # a LangGraph Command
        sent = update.get("messages")
        told = [forms.plain(one) for one in sent if isinstance(one, dict)] if isinstance(sent, list) else []
        message = next((one for one in told if one.get("tool_call_id")), message)
    if message.get("tool_call_id") and "content" in message and message.get("role") in ("tool", "ToolMessage"):
        return Result(as_text(message["content"]), str(message["tool_call_id"]), message.get("status") == "error")
    if _MCP.issuperset(value) and isinstance(blocks := value.get("content"), list) and forms.are_blocks(blocks):
        return Result(as_text(blocks), "", value.get("isError") is True or value.get("is_error") is True)
    if isinstance(inner := value.get("tool_output"), dict) and "tool_name" in value:
        value = inner
    if _LLAMA.issuperset(value) and isinstance(blocks := value.get("blocks"), list) and "tool_name" in value:
        texts = [as_text(one.get("text")) for one in blocks if isinstance(one, dict)]
        return Result("\n".join(texts), "", value.get("is_error") is True)
    return None


def _printed(text: str) -> Result:
    """A ToolMessage, or a Command with one, as Python prints it."""
    match = _PRINTED.search(text)
    content = forms.literal(match[1]) if match else None
    if match is None or not isinstance(content, str):
        return Result(text)
    rest = text[match.end() :]
    call_id = _PRINTED_ID.search(rest)
    return Result(content, call_id[1] if call_id else "", bool(_PRINTED_ERROR.search(rest)))

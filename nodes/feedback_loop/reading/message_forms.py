"""How frameworks and providers write messages, as tables, and the ways into them.

LangChain (constructor and dict form, `LLMResult`, `Command`), OpenAI (chat, responses), Anthropic and Bedrock blocks,
Gemini parts, pydantic-ai parts and events, smolagents roles.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from typing import Any, Literal

PartKind = Literal["text", "call", "result", "silent"]

ROLES = {
    "human": "user",
    "HumanMessage": "user",
    "HumanMessageChunk": "user",
    "ai": "assistant",
    "AIMessage": "assistant",
    "AIMessageChunk": "assistant",
    "model": "assistant",
    "tool-call": "assistant",
    "SystemMessage": "system",
    "developer": "system",
    "ToolMessage": "tool",
    "function": "tool",
    "tool-response": "tool",
}
SPOKEN = frozenset({"tool-call", "tool-response"})
PRINTED = ("{'content': ", '{"content": ')
"""What a text begins with that is a printed message, as openai-agents-v2 writes them."""

CALL_ID = ("id", "call_id", "tool_call_id", "tool_use_id", "toolUseId")
ARGUMENTS = ("arguments", "args", "input", "parameters")
RESULT = ("response", "result", "output", "content")
TEXT = ("content", "text", "refusal", "value")

_KINDS: dict[str, PartKind] = {
    "tool_call": "call",
    "tool-call": "call",
    "tool_use": "call",
    "function_call": "call",
    "function": "call",
    "tool_call_response": "result",
    "tool_result": "result",
    "tool-return": "result",
    "retry-prompt": "result",
    "function_call_output": "result",
    "thinking": "silent",
    "redacted_thinking": "silent",
    "reasoning": "silent",
}
_WRAPPED: dict[str, PartKind] = {
    "toolUse": "call",
    "functionCall": "call",
    "function_call": "call",
    "toolResult": "result",
    "functionResponse": "result",
    "function_response": "result",
    "reasoningContent": "silent",
}
_BLOCK = frozenset({"type", "text", "annotations", "id", "index", "cache_control", "extras", "_meta", "meta"})
_BLOCK_TYPES = ("text", "input_text", "output_text", None)
_WITHIN = ("messages", "contents", "generations", "choices", "update", "outputs", "output", "inputs", "input")
_MESSAGE = ("role", "content", "parts", "lc", "message")
_RAW = ("INVALID_JSON", "_raw")
_DEEP = 6
_LONG = 200_000


def listed(value: Any) -> Iterable[Any]:
    """The messages in a value: itself when it is a list of them, else what its wrappings hold."""
    for _ in range(_DEEP):
        if isinstance(value, dict) and not any(key in value for key in _MESSAGE):
            inner = next((value[key] for key in _WITHIN if value.get(key)), None)
            if inner is None:
                break
            value = inner
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], (list, tuple)):
            value = [one for batch in value if isinstance(batch, (list, tuple)) for one in batch]
        elif (
            isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], dict) and "update" in value[0]
        ):
            value = value[0]
        else:
            break
    if isinstance(value, (list, tuple)):
        return value
    return () if value is None or value == "" else (value,)


def plain(one: dict[str, Any]) -> dict[str, Any]:
    """A message out of its serialisation, with `role` and either `parts` or `content`."""
    finish: Any = None
    kind = one.get("type")
    for _ in range(_DEEP):
        finish = finish or _finish(one)
        inner = next(
            (one[key] for key in ("message", "kwargs", "data", "content") if isinstance(one.get(key), dict)), None
        )
        if inner is None or ("role" in one and "message" not in one):
            break
        if "type" not in inner and "lc" in one and isinstance(one.get("id"), list) and one["id"]:
            inner = {"type": one["id"][-1]} | inner
        one = inner
        kind = one.get("type", kind)
    if isinstance(kind, str) and kind in _KINDS and "role" not in one:
        return {"role": "tool" if _KINDS[kind] == "result" else "assistant", "parts": [one]}
    added: dict[str, Any] = {"finish_reason": finish} if finish else {}
    if not one.get("role") and isinstance(kind, str):
        added["role"] = kind if kind != "message" else "assistant"
    if isinstance(blocks := one.get("blocks"), list) and "content" not in one:  # LlamaIndex
        added["parts"] = blocks
    more = one.get("additional_kwargs")
    if isinstance(more, dict) and isinstance(more.get("tool_calls"), list) and not one.get("tool_calls"):
        added["tool_calls"] = more["tool_calls"]
    called = one.get("function_call")
    if isinstance(called, dict) and not one.get("tool_calls"):
        added["tool_calls"] = [called]
    return {**one, **added} if added else one


def part(one: dict[str, Any]) -> tuple[PartKind, dict[str, Any]]:
    """What a part of a message is, and the mapping that has its content."""
    kind = one.get("type") or one.get("part_kind")
    if kind == "text":
        return "text", one
    if kind is None:
        for key, wrapped in _WRAPPED.items():
            if isinstance(inner := one.get(key), dict):
                return wrapped, _alone(inner)
    return (_KINDS.get(kind, "text") if isinstance(kind, str) else "text"), one


def are_blocks(value: Iterable[Any]) -> bool:
    """Whether a list is nothing but blocks of text, as MCP, Bedrock and LangChain write a tool's result."""
    empty = True
    for one in value:
        empty = False
        if not isinstance(one, dict) or "text" not in one or not _BLOCK.issuperset(one):
            return False
        if one.get("type") not in _BLOCK_TYPES:
            return False
    return not empty


def raw_arguments(arguments: Any) -> Any:
    """Arguments that were no JSON as the model wrote them, out of the wrapping they are recorded in."""
    if isinstance(arguments, dict) and len(arguments) == 1:
        return next((arguments[key] for key in _RAW if isinstance(arguments.get(key), str)), arguments)
    return arguments


def literal(text: str) -> Any:
    """The value of a Python literal; None for every other text."""
    if len(text) > _LONG:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def shown(value: Any) -> str:
    """A value that is no JSON, as Python shows it; empty when it cannot."""
    try:
        return str(value)
    except (ValueError, RecursionError):
        return ""


def _alone(result: dict[str, Any]) -> dict[str, Any]:
    """A result out of the `{"result": ...}` that Gemini wants texts to be in."""
    response = result.get("response")
    if isinstance(response, dict) and set(response) == {"result"}:
        return {**result, "response": response["result"]}
    return result


def _finish(one: dict[str, Any]) -> Any:
    for key in ("finish_reason", "stop_reason", "finishReason", "stopReason"):
        if one.get(key):
            return one[key]
    for key in ("generation_info", "response_metadata"):
        if isinstance(inner := one.get(key), dict) and inner.get("finish_reason"):
            return inner["finish_reason"]
    return None

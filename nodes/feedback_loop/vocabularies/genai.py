"""OpenTelemetry GenAI semantic conventions, the names they had before, and messages written as span events.

https://opentelemetry.io/docs/specs/semconv/gen-ai/
"""

from __future__ import annotations

from typing import Any

from nodes.feedback_loop.reading.messages import parsed
from systems import names
from systems.records import Span

MARKS: tuple[str, ...] = ()
KINDS = ()
OPERATIONS: dict[str, str] = {}
NAMES = {
    names.PROVIDER: ("gen_ai.system",),
    names.INPUT_TOKENS: ("gen_ai.usage.prompt_tokens",),
    names.OUTPUT_TOKENS: ("gen_ai.usage.completion_tokens",),
    names.CACHED_TOKENS: (
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
        "gen_ai.usage.details.cached_tokens",
    ),
    names.REASONING_TOKENS: ("gen_ai.usage.reasoning_tokens", "gen_ai.usage.details.reasoning_tokens"),
    names.FINISH_REASONS: ("gen_ai.response.finish_reason", "gen_ai.response.stop_reason"),
    names.INPUT_MESSAGES: ("gen_ai.prompt",),
    names.OUTPUT_MESSAGES: ("gen_ai.completion",),
    names.CONVERSATION: ("session.id", "gen_ai.session.id", "gen_ai.thread.id", "thread.id"),
}
_SENT = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
    "gen_ai.content.prompt": "user",
}
_SAID = ("gen_ai.choice", "gen_ai.content.completion")
_DETAILS = "gen_ai.client.inference.operation.details"
_BODIES = ("content", "message", "gen_ai.prompt", "gen_ai.completion")


def collected(span: Span, found: dict[str, Any]) -> dict[str, Any]:
    """Messages out of span events, where a span has them there."""
    if not span.events or names.INPUT_MESSAGES in found:
        return {}
    sent: list[tuple[dict[str, Any], str]] = []
    said: list[tuple[dict[str, Any], str]] = []
    added: dict[str, Any] = {}
    for event in span.events:
        name, attributes = event.get("name"), event.get("attributes")
        if not isinstance(name, str) or not isinstance(attributes, dict):
            continue
        if name in _SAID:
            said.append((attributes, "assistant"))
        elif name in _SENT:
            sent.append((attributes, _SENT[name]))
        elif name == _DETAILS:
            added |= {key: value for key, value in attributes.items() if key not in found}
    if found.get(names.OPERATION) == names.EXECUTE_TOOL:
        ends = ((names.TOOL_ARGUMENTS, sent), (names.TOOL_RESULT, said))
        return added | {name: _body(events[0][0]) for name, events in ends if events}
    if sent:
        added[names.INPUT_MESSAGES] = [_message(*one) for one in sent]
    if said:
        added[names.OUTPUT_MESSAGES] = [_message(*one) for one in said]
    return added


def _body(attributes: dict[str, Any]) -> Any:
    return parsed(next((attributes[name] for name in _BODIES if name in attributes), None))


def _message(attributes: dict[str, Any], role: str) -> dict[str, Any]:
    """An event as a message."""
    body = _body(attributes)
    message = {"role": str(attributes.get("role") or role)} | (body if isinstance(body, dict) else {"content": body})
    calls = parsed(attributes.get("tool_calls"))
    more = {"tool_calls": calls} if isinstance(calls, list) else {}
    return more | {name: attributes[name] for name in ("id", "finish_reason") if name in attributes} | message

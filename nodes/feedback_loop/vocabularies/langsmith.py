"""LangSmith's OpenTelemetry export (https://docs.langchain.com/langsmith/trace-with-opentelemetry)."""

from __future__ import annotations

from typing import Any

from nodes.feedback_loop.reading.messages import parsed
from systems import names
from systems.records import Span

MARKS = ("langsmith.span.kind",)
KINDS = MARKS
OPERATIONS = {"llm": "chat", "tool": "execute_tool", "retriever": "retrieval", "embedding": "embeddings"}
_METADATA = "langsmith.metadata."
NAMES = {
    names.TOOL_NAME: ("gen_ai.serialized.name",),
    names.CONVERSATION: (_METADATA + "thread_id", _METADATA + "session_id", _METADATA + "conversation_id"),
    names.AGENT: (_METADATA + "lc_agent_name",),
    names.CACHED_TOKENS: ("gen_ai.usage.input_token_details.cache_read",),
    names.REASONING_TOKENS: ("gen_ai.usage.output_token_details.reasoning",),
}


def collected(span: Span, found: dict[str, Any]) -> dict[str, Any]:
    """Inputs and outputs, which have one name for all kinds; failures, which have the status of a success."""
    kind = str(found["langsmith.span.kind"]).lower()
    given, gave = found.get("gen_ai.prompt"), found.get("gen_ai.completion")
    added: dict[str, Any] = {}
    if kind in ("tool", "retriever"):
        added = {
            names.TOOL_ARGUMENTS: _alone(given, "input"),
            names.TOOL_RESULT: None if gave == "{}" else _alone(gave, "output"),
        }
    elif kind == "llm":
        added = {names.INPUT_MESSAGES: given, names.OUTPUT_MESSAGES: gave, **_usage(found)}
    if any(event.get("name") == "exception" for event in span.events):
        added[names.ERROR_TYPE] = "Exception"
    return {name: value for name, value in added.items() if value is not None}


def _usage(found: dict[str, Any]) -> dict[str, Any]:
    """Tokens of the cache and of reasoning, which only LangChain's usage metadata tell."""
    usage = parsed(found.get(_METADATA + "usage_metadata"))
    told = usage if isinstance(usage, dict) else {}
    sent, received = told.get("input_token_details"), told.get("output_token_details")
    return {
        name: details[key]
        for name, details, key in (
            (names.CACHED_TOKENS, sent, "cache_read"),
            (names.REASONING_TOKENS, received, "reasoning"),
        )
        if name not in found and isinstance(details, dict) and key in details
    }


def _alone(value: Any, key: str) -> Any:
    """What stands under `key`, when nothing else is recorded beside it."""
    inner = parsed(value)
    return inner.get(key, value) if isinstance(inner, dict) and len(inner) == 1 else value

"""OpenLLMetry (https://www.traceloop.com/docs/openllmetry), of now and of before it took up the GenAI conventions."""

from __future__ import annotations

from typing import Any

from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.vocabularies import numbered
from systems import names
from systems.records import Span

MARKS = (
    "traceloop.span.kind",
    "traceloop.workflow.name",
    "traceloop.entity.name",
    "llm.request.type",
    "gen_ai.prompt.0.role",
    "gen_ai.prompt.0.content",
)
KINDS = ("traceloop.span.kind", "llm.request.type")
OPERATIONS = {
    "workflow": "invoke_workflow",
    "agent": "invoke_agent",
    "tool": "execute_tool",
    "chat": "chat",
    "completion": "text_completion",
    "embedding": "embeddings",
}
_PROPERTIES = "traceloop.association.properties."
NAMES = {
    names.TOOL_NAME: ("tool.name",),
    names.TOOL_ARGUMENTS: ("tool.arguments",),
    names.INPUT_TOKENS: ("llm.usage.prompt_tokens",),
    names.OUTPUT_TOKENS: ("llm.usage.completion_tokens",),
    names.REASONING_TOKENS: ("llm.usage.reasoning_tokens",),
    names.REQUEST_MODEL: ("llm.request.model",),
    names.RESPONSE_MODEL: ("llm.response.model",),
    names.FINISH_REASONS: ("llm.response.finish_reason", "llm.response.stop_reason"),
    names.CONVERSATION: tuple(_PROPERTIES + name for name in ("thread_id", "session_id", "conversation_id", "chat_id")),
    names.AGENT: (_PROPERTIES + "lc_agent_name",),
}
_NAMED = {"tool": names.TOOL_NAME, "agent": names.AGENT, "workflow": names.WORKFLOW}


def collected(span: Span, found: dict[str, Any]) -> dict[str, Any]:
    """What an entity is called, was given and gave back; the numbered messages of a model call."""
    kind = str(found.get("traceloop.span.kind")).lower()
    given, gave = found.get("traceloop.entity.input"), found.get("traceloop.entity.output")
    added: dict[str, Any] = {}
    if kind in _NAMED:
        added[_NAMED[kind]] = found.get(_NAMED[kind], found.get("traceloop.entity.name"))
    if kind == "task" and "tool.name" in found:  # LlamaIndex
        kind = "tool"
        added[names.OPERATION] = names.EXECUTE_TOOL
    if kind == "tool":
        added[names.TOOL_ARGUMENTS] = found.get(names.TOOL_ARGUMENTS, given)
        added[names.TOOL_RESULT] = _unwrapped(found.get(names.TOOL_RESULT, gave))
    elif kind in ("agent", "workflow"):
        added[names.INPUT_MESSAGES] = found.get(names.INPUT_MESSAGES, given)
        added[names.OUTPUT_MESSAGES] = found.get(names.OUTPUT_MESSAGES, gave)
    elif "gen_ai.prompt.0.role" in found or "gen_ai.completion.0.role" in found or "gen_ai.prompt.0.content" in found:
        sent, said = numbered.messages(found)
        added[names.INPUT_MESSAGES] = found.get(names.INPUT_MESSAGES, sent)
        added[names.OUTPUT_MESSAGES] = found.get(names.OUTPUT_MESSAGES, said)
    elif kind == "task" and found.get(names.OPERATION) == names.CHAT:  # LlamaIndex; output messages lack the calls
        added[names.OUTPUT_MESSAGES] = gave
    return {name: value for name, value in added.items() if value is not None}


def _unwrapped(value: Any) -> Any:
    """The result in `{"output": ..., "kwargs": {...}}`, in which LangChain's callbacks hand it on."""
    if isinstance(value, str) and value.startswith('{"output'):
        inner = parsed(value)
        if isinstance(inner, dict) and {"output", "outputs", "kwargs"}.issuperset(inner):
            return inner.get("output", inner.get("outputs"))
    return value

"""OpenInference (https://arize-ai.github.io/openinference/spec/), Arize's and Phoenix's instrumentations."""

from __future__ import annotations

import re
from typing import Any

from nodes.feedback_loop.reading.messages import parsed
from nodes.feedback_loop.vocabularies import numbered
from systems import names
from systems.records import Span

MARKS = ("openinference.span.kind",)
KINDS = MARKS
OPERATIONS = {
    "llm": "chat",
    "tool": "execute_tool",
    "agent": "invoke_agent",
    "retriever": "retrieval",
    "embedding": "embeddings",
    "guardrail": "guardrail",
}
NAMES = {
    names.PROVIDER: ("llm.provider", "llm.system"),
    names.REQUEST_MODEL: ("llm.model_name", "llm.request.model_name", "embedding.model_name"),
    names.RESPONSE_MODEL: ("llm.response.model_name",),
    names.INPUT_TOKENS: ("llm.token_count.prompt",),
    names.OUTPUT_TOKENS: ("llm.token_count.completion",),
    names.CACHED_TOKENS: ("llm.token_count.prompt_details.cache_read",),
    names.REASONING_TOKENS: ("llm.token_count.completion_details.reasoning",),
    names.COST: ("llm.cost.total",),
    names.FINISH_REASONS: ("llm.finish_reason",),
    names.TOOL_NAME: ("tool.name", "tool_call.function.name"),
    names.TOOL_CALL_ID: ("tool_call.id", "tool.id"),
    names.AGENT: ("agent.name", "graph.node.name", "graph.node.id"),
    names.CONVERSATION: ("session.id",),
}
HIDDEN = "__REDACTED__"
_FINISH = re.compile(r"finish_reason\\?[\"']?\s*[:=]\s*\\?[\"']([a-z_]+)", re.IGNORECASE)
_DOCUMENT = re.compile(r"retrieval\.documents\.([0-9]{1,6})\.document\.content")
_PREPARING = "._prepare_chat_with_tools"  # LlamaIndex has a span of kind LLM for it
_FINAL_ANSWER = "FinalAnswerTool"  # smolagents ends its runs with it; it is no tool of the user's


def collected(span: Span, found: dict[str, Any]) -> dict[str, Any]:
    """The conversation, what a tool was given and gave back, and the session of a LangGraph thread."""
    added = _session(found)
    given, gave = _value(found, "input.value"), _value(found, "output.value")
    kind = str(found["openinference.span.kind"]).lower()
    if span.name.endswith(_PREPARING):
        added[names.OPERATION] = "prepare"
    elif kind == "llm":
        added |= _messages(found, given, gave)
    elif kind == "retriever":
        added |= {names.TOOL_ARGUMENTS: given, names.TOOL_RESULT: _documents(found) or gave}
    elif kind in ("tool", "guardrail"):
        given = _value(found, "tool_call.function.arguments") if given is None else given
        if given is None and gave is not None and "input.value" not in found:  # hidden inputs have a value
            given = "{}"
        added |= {names.TOOL_ARGUMENTS: given, names.TOOL_RESULT: gave}
        if span.name == _FINAL_ANSWER:
            added[names.OPERATION] = "final_answer"
    elif kind == "agent":
        added |= {names.INPUT_MESSAGES: given, names.OUTPUT_MESSAGES: gave}
    return {name: value for name, value in added.items() if value is not None and (name not in found or name in _OWN)}


_OWN = (names.OPERATION,)


def _messages(found: dict[str, Any], given: Any, gave: Any) -> dict[str, Any]:
    added: dict[str, Any] = {}
    if names.INPUT_MESSAGES not in found:
        sent, said = numbered.messages(found)
        added = {names.INPUT_MESSAGES: sent or given, names.OUTPUT_MESSAGES: said or gave}
    if names.FINISH_REASONS not in found and isinstance(gave, str) and (match := _FINISH.search(gave)):
        added[names.FINISH_REASONS] = match[1]
    return added


def _session(found: dict[str, Any]) -> dict[str, Any]:
    """The thread and the agent that LangChain's metadata name."""
    metadata = found.get("metadata")
    if isinstance(metadata, str) and ('"thread_id"' in metadata or '"lc_agent_name"' in metadata):
        metadata = parsed(metadata)
    if not isinstance(metadata, dict):
        return {}
    return {names.CONVERSATION: metadata.get("thread_id"), names.AGENT: metadata.get("lc_agent_name")}


def _value(found: dict[str, Any], name: str) -> Any:
    value = found.get(name)
    return None if value == HIDDEN else value


def _documents(found: dict[str, Any]) -> str:
    documents = [(int(match[1]), found[name]) for name in found if (match := _DOCUMENT.fullmatch(name))]
    return "\n".join(str(content) for _, content in sorted(documents, key=lambda one: one[0]))

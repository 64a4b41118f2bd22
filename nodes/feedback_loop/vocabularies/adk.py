"""Google's Agent Development Kit: its own spans where they differ from the GenAI conventions.

https://google.github.io/adk-docs/observability/
"""

from __future__ import annotations

from typing import Any

from nodes.feedback_loop.reading.messages import parsed
from systems import names
from systems.records import Span

_OWN = "gcp.vertex.agent."
MARKS = (_OWN + "event_id", _OWN + "invocation_id", _OWN + "tool_call_args")
KINDS = ()
OPERATIONS: dict[str, str] = {}
NAMES = {
    names.CONVERSATION: (_OWN + "session_id",),
    names.TOOL_ARGUMENTS: (_OWN + "tool_call_args",),
    names.TOOL_RESULT: (_OWN + "tool_response",),
}
_MERGED = "(merged tools)"


def collected(span: Span, found: dict[str, Any]) -> dict[str, Any]:
    """Model calls in Gemini's form; results out of the `{"result": ...}` that ADK puts them in."""
    if found.get(names.TOOL_NAME) == _MERGED:  # sums up parallel calls that have spans of their own
        return {names.OPERATION: "merge_tools"}
    if names.TOOL_NAME in found:
        return {names.TOOL_RESULT: _result(found.get(names.TOOL_RESULT))}
    asked, answered = _recorded(found, "llm_request"), _recorded(found, "llm_response")
    added: dict[str, Any] = {}
    if span.name == "call_llm":
        added[names.OPERATION] = found.get(names.OPERATION, "generate_content")
    if asked and names.INPUT_MESSAGES not in found:
        added[names.INPUT_MESSAGES] = asked.get("contents")
        config = asked.get("config")
        added[names.SYSTEM_INSTRUCTIONS] = config.get("system_instruction") if isinstance(config, dict) else None
    if answered and names.OUTPUT_MESSAGES not in found:
        added[names.OUTPUT_MESSAGES] = [answered]
    return {name: value for name, value in added.items() if value is not None}


def _recorded(found: dict[str, Any], name: str) -> dict[str, Any]:
    """A JSON object; `{}` is what ADK writes when content is not to be recorded."""
    value = parsed(found.get(_OWN + name))
    return value if isinstance(value, dict) else {}


def _result(value: Any) -> Any:
    inner = parsed(value)
    if isinstance(inner, dict):
        if set(inner) == {"id", "name", "response"}:
            inner = inner["response"]
        if isinstance(inner, dict) and len(inner) <= 1:
            return inner.get("result", inner or None)
    return inner if isinstance(inner, dict) else value

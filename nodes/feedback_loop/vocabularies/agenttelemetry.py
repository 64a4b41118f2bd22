"""agenttelemetry (its Python package of that name)."""

from __future__ import annotations

from typing import Any

from systems import names
from systems.records import Span

MARKS = ("agenttelemetry.span.kind",)
KINDS = MARKS
OPERATIONS = {
    "llm_call": "chat",
    "tool_call": "execute_tool",
    "agent": "invoke_agent",
    "delegation": "handoff",
    "retrieval": "retrieval",
    "guard_rail": "guardrail",
    "memory": "memory",
    "planning": "plan",
    "reasoning": "reason",
}
NAMES = {
    names.REQUEST_MODEL: ("llm.model",),
    names.PROVIDER: ("llm.provider",),
    names.INPUT_TOKENS: ("llm.input_tokens",),
    names.OUTPUT_TOKENS: ("llm.output_tokens",),
    names.COST: ("llm.cost",),
    names.INPUT_MESSAGES: ("llm.prompt", "agent.task"),
    names.OUTPUT_MESSAGES: ("llm.completion",),
    names.TOOL_NAME: ("tool.name",),
    names.TOOL_ARGUMENTS: ("tool.input", "retrieval.query"),
    names.TOOL_RESULT: ("tool.output",),
    names.AGENT: ("agent.name", "delegation.source_agent"),
}


def collected(span: Span, found: dict[str, Any]) -> dict[str, Any]:
    """A failure that stands in `tool.status`."""
    return {names.ERROR_TYPE: "error"} if found.get("tool.status") == "error" and span.status != "error" else {}

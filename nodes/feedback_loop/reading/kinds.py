"""The kinds of operations, and the names that GenAI conventions have for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

OperationKind = Literal[
    "model",  # a call of a language model
    "tool",
    "agent",
    "workflow",
    "retrieval",
    "embedding",
    "guardrail",
    "memory",
    "planning",
    "reasoning",
    "delegation",
    "step",  # anything else: a node, a chain, an HTTP request
]

KINDS: Mapping[str, OperationKind] = {
    "chat": "model",
    "text_completion": "model",
    "generate_content": "model",
    "execute_tool": "tool",
    "invoke_agent": "agent",
    "invoke_workflow": "workflow",
    "retrieval": "retrieval",
    "embeddings": "embedding",
    "guardrail": "guardrail",
    "memory": "memory",
    "search_memory": "memory",
    "update_memory": "memory",
    "upsert_memory": "memory",
    "delete_memory": "memory",
    "plan": "planning",
    "reason": "reasoning",
    "handoff": "delegation",
}
"""`gen_ai.operation.name` -> kind."""
CALLS: frozenset[OperationKind] = frozenset(
    {"model", "tool", "retrieval", "embedding", "guardrail", "memory", "planning", "reasoning"}
)
"""Kinds that do something themselves; the others hold them."""
NUMBERS: Mapping[OperationKind, int] = {kind: number for number, kind in enumerate(get_args(OperationKind))}
"""A number below 16 for each kind."""

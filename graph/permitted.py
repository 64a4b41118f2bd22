"""What holds for a node, as far as whoever asked a server for it may."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from graph.context import Context
from systems.access.callers import Role, caller_of


def permitted(runtime: Runtime[Context], role: Role, what: str) -> Context:
    """The context of a node; without the role `approve` a run asks, whatever it was told.

    Args:
        runtime: of the node.
        role: that it takes.
        what: it does, as the subject of a sentence.

    Raises:
        Missing: they may not, or not in this project.
    """
    context = runtime.context or Context()
    caller = caller_of(runtime.server_info.user) if runtime.server_info else None
    if caller is None:
        return context
    caller.require(role, what, context.project)
    return context if caller.may("approve") else replace(context, approve="ask")

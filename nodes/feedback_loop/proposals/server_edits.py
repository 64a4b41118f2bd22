"""Edits of the limits of MCP servers, each for the one server concerned."""

from __future__ import annotations

from typing import Any

from nodes.feedback_loop.proposals.edits import Edit, bounds
from systems.policy import Policy, ServerLimits

LONGER = 2.0


def limited(policy: Policy, server: str, **limits: float) -> Edit:
    """Other limits for one server; those that are not named stay, and none leaves its bounds."""
    servers = policy.servers
    kept: dict[str, Any] = {name: one.model_dump(exclude_none=True) for name, one in servers.limits.items()}
    kept[server] = {**kept.get(server, {}), **{name: _bounded(name, value) for name, value in limits.items()}}
    return {"servers": {"limits": kept}}


def limit(policy: Policy, server: str, name: str) -> float:
    """A limit of a server as it stands: its own, else that for all."""
    own = policy.servers.limits.get(server)
    value = getattr(own, name) if own else None
    return float(getattr(policy.servers, name) if value is None else value)


def longer(policy: Policy, server: str, name: str = "call_seconds") -> Edit:
    """Twice the time for a call, or for the start, of one server."""
    return limited(policy, server, **{name: LONGER * limit(policy, server, name)})


def again(policy: Policy, server: str, more: int = 1) -> Edit:
    """One more try, or fewer, for a call of one server that was lost or ran out of time."""
    return limited(policy, server, retries=int(limit(policy, server, "retries")) + more)


def _bounded(name: str, value: float) -> float:
    low, high = bounds(ServerLimits, name)
    bounded = min(max(value, low), high)
    return int(bounded) if name == "retries" else round(bounded, 3)

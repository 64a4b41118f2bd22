"""The top floor: state machine, checkpoints, Python API, command line. `from graph import Workspace` is the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graph.workspace import Workspace

__all__ = ["Workspace"]


def __getattr__(name: str) -> Any:
    """Import `Workspace` on first use, so that `specloop --help` does not wait for LangGraph."""
    if name == "Workspace":
        from graph.workspace import Workspace

        return Workspace
    raise AttributeError(name)

"""Tools that failed, servers that are not there, and model calls that failed for no reason of a kind of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.calls.agent_run import AgentRun, excerpt, times
from nodes.feedback_loop.calls.drafts import subject
from nodes.feedback_loop.calls.grouping import Grouped
from nodes.feedback_loop.detectors.protocol import Watches
from nodes.feedback_loop.reading.marks import ERROR, OTHERWISE, OWN
from nodes.feedback_loop.reading.operations import Operation
from systems import names
from systems.records import Finding

_CALLS = ("tool", "retrieval", "model", "embedding", "memory")


class ToolError:
    """Failed calls, one finding per tool and type of error; one per server that is not there, whatever was asked of it.

    A failure that a later call made good, or another tool, is a note.
    """

    watches: ClassVar[Watches] = {"failure": ERROR | OTHERWISE | OWN}

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._failed: Grouped[tuple[str, str]] = Grouped()
        self._absent: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        why = span.cause
        if server := _absent(span, why):
            self._absent.add(server, span)
        elif span.kind in _CALLS and why == "error":
            self._failed.add((span.where, span.error_type), span)

    def findings(self) -> Iterable[Finding]:
        """One finding per tool and type of error, one per absent server."""
        for (tool, error_type), failed in self._failed.items():
            open_ = self._run.still_open(failed)
            empty = error_type == "empty"
            yield from self._run.finding(
                "tool_error",
                "info" if not open_ else "warning" if empty else "error",
                tool,
                open_ or failed,
                evidence=f"{names.ERROR_TYPE}={error_type or 'error'}: {excerpt((open_ or failed)[-1].error)}",
                impact=self._run.lost(open_ or failed, tool),
                explanation=f"{tool} {'gave nothing' if empty else 'failed'} {times(failed.total)}; "
                + ("nothing made it good." if open_ else "it was made good, or was the answer."),
            )
        for server, failed in self._absent.items():
            yield from self._run.finding(
                "tool_error",
                "error" if any(not self._run.made_good(one) for one in failed if one.kind == "tool") else "warning",
                server,
                failed,
                evidence=f"{names.START_SERVER}: {excerpt(failed[0].error)}",
                impact=failed.impact,
                explanation=f"The server {server} is not there; what only it can answer stays open.",
            )


def _absent(operation: Operation, why: str) -> str | None:
    """The server that did not start, or is not there to be called."""
    if operation.kind == "tool":
        return (operation.server or operation.where) if why == "absent" else None
    return subject(operation, names.START_SERVER) if why != "timeout" else None

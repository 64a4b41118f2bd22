"""Tools that failed, and servers that are not there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from nodes.feedback_loop.agent_run import AgentRun, cost, excerpt, times
from nodes.feedback_loop.detectors.protocol import Topic
from nodes.feedback_loop.drafts import subject
from nodes.feedback_loop.failures import cause
from nodes.feedback_loop.grouping import Grouped
from nodes.feedback_loop.operations import Operation
from systems import names
from systems.records import Finding

_MEANING = {"empty": "gave nothing", "arguments": "refused its arguments"}


class ToolError:
    """Failed tool calls, one finding per tool and cause; one per server that is not there, whatever was asked of it.

    A failure that a later call of the same tool made good is a note.
    """

    watches: ClassVar[tuple[Topic, ...]] = ("failure",)

    def __init__(self, run: AgentRun) -> None:
        self._run = run
        self._failed: Grouped[tuple[str, str]] = Grouped()
        self._absent: Grouped[str] = Grouped()

    def observe(self, span: Operation) -> None:
        """Take one operation into account."""
        why = cause(span)
        if server := _absent(span, why):
            self._absent.add(server, span)
        elif span.kind in ("tool", "retrieval") and why == "error":
            self._failed.add((span.where, span.error_type), span)

    def findings(self) -> Iterable[Finding]:
        """One finding per tool and type of error, one per absent server."""
        for (tool, error_type), failed in self._failed.items():
            good = all(self._run.made_good(one) or self._run.replaced(one) for one in failed)
            yield from self._run.finding(
                "tool_error",
                "info" if good else "warning" if error_type == "empty" else "error",
                tool,
                failed,
                evidence=f"{names.ERROR_TYPE}={error_type or 'error'}: {excerpt(failed[-1].error)}",
                impact={**cost(failed), "calls": float(self._run.count(tool))},
                explanation=f"{tool} {_MEANING.get(error_type, 'failed')} {times(len(failed))}; "
                + ("another call made it good." if good else "nothing made it good."),
            )
        for server, failed in self._absent.items():
            good = all(self._run.made_good(one) for one in failed if one.kind == "tool")
            yield from self._run.finding(
                "tool_error",
                "warning" if good else "error",
                server,
                failed,
                evidence=f"{names.START_SERVER}: {excerpt(failed[0].error)}",
                explanation=f"The server {server} is not there; what only it can answer stays open.",
            )


def _absent(operation: Operation, why: str) -> str | None:
    """The server that did not start, or is not there to be called."""
    if operation.kind == "tool":
        return (operation.server or operation.where) if why == "absent" else None
    return subject(operation, names.START_SERVER) if why != "timeout" else None

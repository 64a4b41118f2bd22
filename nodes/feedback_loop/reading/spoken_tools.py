"""Tool calls that only the conversation tells of: the model asked for them, and the next prompt has their results.

An instrumentation of the client library alone has spans for model calls and none for tools. Where a run has no tool
spans, each result that a later prompt brings becomes an operation of its own, at the model call that asked for it.
"""

from __future__ import annotations

from dataclasses import replace

from nodes.feedback_loop.reading.messages import ToolCall
from nodes.feedback_loop.reading.operations import Operation
from systems.told.errors_told import TOLD, told

MOST_WAITING = 1_000


class SpokenTools:
    """Calls that were asked for and have no result yet.

    Attributes:
        needed: whether the run has no spans for its tools, so that the conversation must tell.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[ToolCall, Operation]] = {}
        self.needed = True

    def observe_tool(self) -> None:
        """The run has spans for its tools: the conversation need not tell."""
        self.needed = False
        self._waiting.clear()

    def observe_model(self, operation: Operation) -> list[Operation]:
        """The tool calls whose results a model call was sent."""
        found = []
        if self._waiting:
            for message in operation.messages:
                if message.role == "tool" and message.call_id in self._waiting:
                    call, asked = self._waiting.pop(message.call_id)
                    found.append(_tool(call, asked, operation, message.text))
        for call in operation.calls:
            if call.id and len(self._waiting) < MOST_WAITING:
                self._waiting[call.id] = call, operation
        return found


def _tool(call: ToolCall, asked: Operation, told_to: Operation, result: str) -> Operation:
    error = told(result, call.name)
    return replace(
        asked,
        kind="tool",
        title=f"execute_tool {call.name}",
        name=call.name,
        server="",
        start_ns=asked.end_ns,
        end_ns=max(asked.end_ns, told_to.start_ns),
        failed=bool(error),
        error_type=TOLD if error else "",
        error=error,
        arguments=call.arguments,
        result=result,
        size=len(result),
        call_id=call.id,
        messages=(),
        output="",
        calls=(),
        finish="",
        input_tokens=0,
        output_tokens=0,
        cached_tokens=0,
        reasoning_tokens=0,
        cost=None,
        attributes={},
    )

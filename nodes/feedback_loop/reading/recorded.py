"""What a span says of one operation, before anything is concluded from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nodes.feedback_loop.reading.kinds import OperationKind
from nodes.feedback_loop.reading.messages import Message, ToolCall


@dataclass(slots=True, eq=False)
class Recorded:
    """One span in the words of an operation.

    Times are nanoseconds since the epoch; texts are empty where nothing was recorded.

    Attributes:
        title: the span's name.
        name: the tool, model, agent, ... that the operation is of.
        server: MCP server of a tool, or provider of a model.
        agent: agent that the operation says it belongs to.
        failed: ended in an error that is no control flow (interrupts, hand-overs, cancellation).
        error_type: class or code of the error.
        error: the error in words.
        arguments: what a tool was called with, canonical JSON where it is JSON.
        result: what a tool, retrieval or agent gave back.
        size: characters of the result, or of the model's prompt, before any cut.
        call_id: id of the tool call that the model asked for.
        messages: conversation the model was sent.
        output: what the model said, in words.
        calls: tools the model asked for.
        finish: why the model stopped: `stop`, `length`, `tool_calls`, `content_filter`, ...
        cost: US dollars, None where the span does not say.
        attributes: all attributes, GenAI names where there is one.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    start_ns: int
    end_ns: int
    kind: OperationKind
    title: str
    name: str
    server: str
    agent: str
    failed: bool
    error_type: str
    error: str
    arguments: str
    result: str
    size: int
    call_id: str
    messages: tuple[Message, ...]
    output: str
    calls: tuple[ToolCall, ...]
    finish: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    cost: float | None
    attributes: Mapping[str, Any]

    @property
    def tokens(self) -> int:
        """Tokens sent and received."""
        return self.input_tokens + self.output_tokens

"""An agent's run in a line a turn, for the tests of detectors: what the model asks for and what the tools give back."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from nodes.feedback_loop.findings import find
from systems.records import SEVERITIES, Finding, Span
from tests.nodes.feedback_loop.traces import Trace

GAP = 0.01


class Asked(NamedTuple):
    """A tool call: with these arguments it gives back this result, or fails with this error."""

    tool: str
    arguments: dict[str, Any]
    result: str = ""
    seconds: float = 0.02
    error: str = ""


def call(tool: str, result: str = "", *, seconds: float = 0.02, error: str = "", **arguments: Any) -> Asked:
    """A tool call."""
    return Asked(tool, arguments, result, seconds, error)


class Conversation(Trace):
    """A run of one agent: model call, tools, model call, ..., all below one root that ends last."""

    def __init__(self, task: str = "", *, content: bool = True) -> None:
        super().__init__()
        self._now = 0.0
        self._messages: list[dict[str, Any]] = [_message("user", task)] if task else []
        self._content = content
        self._root = self.span("invoke_agent assistant", 0, 10_000, OPERATION="invoke_agent", AGENT="assistant")

    def asks(self, *calls: Asked, text: str = "") -> list[Span]:
        """A turn of the model with its calls, all at the same time; the spans of the calls."""
        asked = [{"type": "tool_call", "name": one.tool, "arguments": one.arguments} for one in calls]
        self._chat([*([{"type": "text", "content": text}] if text else []), *asked])
        spans = [self._tool(one) for one in calls]
        self._now += max(one.seconds for one in calls) + GAP
        for one in calls:
            answer = {"type": "tool_call_response", "response": one.result or one.error}
            self._messages.append({"role": "tool", "parts": [answer]})
        return spans

    def each(self, *calls: Asked) -> list[Span]:
        """A turn for each call; the spans of the calls."""
        return [span for one in calls for span in self.asks(one)]

    def says(self, text: str) -> Span:
        """A turn of the model without calls."""
        return self._chat([{"type": "text", "content": text}])

    def _chat(self, parts: list[dict[str, Any]]) -> Span:
        reply = {"role": "assistant", "parts": parts}
        messages: dict[str, Any] = {}
        if self._content:
            messages = {"INPUT_MESSAGES": json.dumps(self._messages), "OUTPUT_MESSAGES": json.dumps([reply])}
        span = self.chat(self._now, self._now + GAP, under=self._root, **messages)
        self._messages.append(reply)
        self._now += 2 * GAP
        return span

    def _tool(self, one: Asked) -> Span:
        content: dict[str, Any] = {}
        if self._content:
            content = {"TOOL_ARGUMENTS": json.dumps(one.arguments), "TOOL_RESULT": one.result or None}
        end = self._now + one.seconds
        return self.tool(one.tool, self._now, end, under=self._root, server=None, error=one.error, **content)


def alarms(run: Trace) -> tuple[Finding, ...]:
    """Findings of severity warning and above."""
    return tuple(one for one in find(run.spans) if one.severity in SEVERITIES[1:])


def kinds(run: Trace) -> set[str]:
    """Kinds of those findings."""
    return {one.kind for one in alarms(run)}


def only(run: Trace, kind: str) -> Finding:
    """The one of those findings that is of a kind."""
    (one,) = (one for one in alarms(run) if one.kind == kind)
    return one


def ids(*spans: Span) -> tuple[str, ...]:
    """Their ids."""
    return tuple(span.span_id for span in spans)


def _message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}

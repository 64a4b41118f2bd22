"""What went into an operation and what came out of it: conversations, arguments, results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from nodes.feedback_loop.reading import envelopes
from nodes.feedback_loop.reading.messages import Message, ToolCall, as_text, canonical_json, conversation, parsed
from systems import names

FINAL = ("final_answer", "final_result")
"""Tools by which smolagents and pydantic-ai have the model answer; they are answers, not calls."""


class Content(NamedTuple):
    """The content of a span.

    Attributes:
        answer: what a tool gave back, as recorded.
        arguments: what a tool was called with, canonical JSON where it is JSON.
        result: what a tool, retrieval or agent gave back, in words.
        call_id: id of the call, where the content tells it.
        messages: conversation that was sent, instructions first.
        output: what was said, in words.
        calls: tools that the model asked for.
        finish: why the model stopped, where the message tells it.
        final: whether the model answered by one of `FINAL`.
    """

    answer: envelopes.Result
    arguments: str = ""
    result: str = ""
    call_id: str = ""
    messages: tuple[Message, ...] = ()
    output: str = ""
    calls: tuple[ToolCall, ...] = ()
    finish: str = ""
    final: bool = False


_NOTHING = envelopes.Result("")


def content(attributes: Mapping[str, Any], kind: str) -> Content:
    """The content of a span with these (translated) attributes, of this kind of operation."""
    if kind in ("model", "agent", "workflow"):
        messages = _sent(attributes)
        said = conversation(attributes.get(names.OUTPUT_MESSAGES))
        finish = next((message.finish for message in reversed(said) if message.finish), "")
        if kind == "model":
            return _answer(messages, said, finish)
        output = _last(said)
        return Content(_NOTHING, "", output, "", messages, output)
    arguments, call_id = envelopes.arguments(attributes.get(names.TOOL_ARGUMENTS))
    answer = envelopes.result(attributes.get(names.TOOL_RESULT))
    return Content(answer, canonical_json(arguments), answer.text, call_id or answer.call_id)


def _sent(attributes: Mapping[str, Any]) -> tuple[Message, ...]:
    """The conversation that the model was sent, its instructions first."""
    messages = conversation(attributes.get(names.INPUT_MESSAGES))
    instructions = attributes.get(names.SYSTEM_INSTRUCTIONS)
    if instructions and not (messages and messages[0].role == "system"):
        text = "\n".join(message.text for message in conversation(_wrapped(instructions)))
        return (Message("system", text), *messages)
    return messages


def _wrapped(instructions: Any) -> Any:
    """Instructions, which are parts without a message around them, as a message."""
    return {"role": "system", "parts": parts} if isinstance(parts := parsed(instructions), list) else instructions


def _answer(messages: tuple[Message, ...], said: tuple[Message, ...], finish: str) -> Content:
    """What the model said, and the tools it asked for."""
    texts = [message.text for message in said if message.text]
    asked = [call for message in said for call in message.calls]
    final = [call for call in asked if call.name in FINAL]
    for call in final:
        answer = parsed(call.arguments)
        texts.append(as_text(answer.get("answer", answer)) if isinstance(answer, dict) else call.arguments)
    calls = tuple(call for call in asked if call.name not in FINAL) if final else tuple(asked)
    return Content(_NOTHING, "", "", "", messages, "\n".join(texts), calls, finish, bool(final))


def _last(said: tuple[Message, ...]) -> str:
    """What an agent came to: it may tell the whole conversation."""
    return next((message.text for message in reversed(said) if message.text and message.role in ("assistant", "")), "")

"""What a span says of itself, whoever wrote it: specloop, or another agent that follows the GenAI conventions."""

from __future__ import annotations

import re
from typing import Any

from systems import names
from systems.records import Span, canonical, content_hash

ANSWER = "answer"

_CHATS = frozenset({names.CHAT, "text_completion", "generate_content"})
_AGENT = "gen_ai.agent.name"
_TIMEOUT = re.compile(r"time[\s_-]?(?:d[\s_-]?)?out|deadline[\s_]?exceeded", re.IGNORECASE)
_USAGE = {
    names.INPUT_TOKENS: ("gen_ai.usage.prompt_tokens", re.compile(r"\bprompt_tokens=(\d+)")),
    names.OUTPUT_TOKENS: ("gen_ai.usage.completion_tokens", re.compile(r"\bcompletion_tokens=(\d+)")),
}


def is_chat(span: Span) -> bool:
    """Whether the span is a call of a model."""
    operation = span.attributes.get(names.OPERATION)
    return operation in _CHATS if operation else span.name.startswith(f"{names.CHAT} ")


def is_tool(span: Span) -> bool:
    """Whether the span is a call of a tool."""
    operation = span.attributes.get(names.OPERATION)
    return bool(operation == names.EXECUTE_TOOL if operation else span.name.startswith(f"{names.EXECUTE_TOOL} "))


def is_call(span: Span) -> bool:
    """Whether the span is a call of a model or a tool."""
    return is_chat(span) or is_tool(span)


def is_reused(span: Span) -> bool:
    """Whether the result came from an earlier call and nothing was called."""
    return span.attributes.get(names.REUSED) is True


def subject(span: Span, prefix: str) -> str | None:
    """What follows `prefix` in the span's name (`draft specs` -> `specs`); None when the name is another."""
    head, _, rest = span.name.partition(" ")
    return rest if head == prefix and rest else None


def tool(span: Span) -> str:
    """`server.tool`, or the tool alone where no server is named."""
    name = str(span.attributes.get(names.TOOL_NAME) or subject(span, names.EXECUTE_TOOL) or span.name)
    server = span.attributes.get(names.SERVER)
    return f"{server}.{name}" if server else name


def model(span: Span) -> str:
    """The model asked for; where that is not said the one that answered."""
    named = span.attributes.get(names.REQUEST_MODEL) or span.attributes.get(names.RESPONSE_MODEL)
    return str(named or subject(span, names.CHAT) or span.name)


def node(span: Span) -> str | None:
    """The node, or another agent's name, that the span says it belongs to."""
    name = span.attributes.get(names.NODE) or span.attributes.get(_AGENT)
    return str(name) if name else None


def step(span: Span) -> str:
    """The artifact worked on; empty when the span does not say."""
    return str(span.attributes.get(names.STEP) or "")


def loop(span: Span) -> int | None:
    """Number of the loop; None when the span does not say."""
    value = span.attributes.get(names.LOOP)
    return value if isinstance(value, int) else None


def failed(span: Span) -> bool:
    """Whether the span ended in an error."""
    return span.status == "error" or (span.status == "unset" and bool(span.attributes.get(names.ERROR_TYPE)))


def cause(span: Span) -> str:
    """Why it failed, in one word of the span's own; `error` when it does not say."""
    return str(span.attributes.get(names.CAUSE) or span.attributes.get(names.ERROR_TYPE) or "error")


def cancelled(span: Span) -> bool:
    """Whether it was called off, which is nobody's failure."""
    kind = str(span.attributes.get(names.ERROR_TYPE, ""))
    return kind == "cancelled" or kind.endswith("CancelledError")


def words(span: Span) -> str:
    """The error in words: status message, else the exception's or the content of the failed result."""
    if span.message:
        return span.message
    for event in span.events:
        if message := (event.get("attributes") or {}).get("exception.message"):
            return str(message)
    return str(span.attributes.get(names.TOOL_RESULT, "")) if failed(span) else ""


def timed_out(span: Span) -> bool:
    """Whether it failed for want of time."""
    said = f"{span.attributes.get(names.CAUSE, '')} {span.attributes.get(names.ERROR_TYPE, '')}"
    if not failed(span):
        return False
    return bool(_TIMEOUT.search(said) or (not said.strip() and _TIMEOUT.search(words(span))))


def truncated(span: Span) -> bool:
    """Whether the model ran into its limit of output."""
    reasons: Any = span.attributes.get(names.FINISH_REASONS) or ()
    reasons = (reasons,) if isinstance(reasons, str) else reasons
    cut = any(reason in ("length", "max_tokens") for reason in reasons)
    return cut or "LengthFinishReason" in str(span.attributes.get(names.ERROR_TYPE, ""))


def tokens(span: Span) -> tuple[int, int]:
    """Tokens sent and received; a failed call may tell them in its message only."""
    return _usage(span, names.INPUT_TOKENS), _usage(span, names.OUTPUT_TOKENS)


def _usage(span: Span, name: str) -> int:
    older, told = _USAGE[name]
    value = span.attributes.get(name, span.attributes.get(older))
    if isinstance(value, (int, float)):
        return int(value)
    match = told.search(span.message)
    return int(match[1]) if match else 0


def arguments(span: Span) -> str | None:
    """A hash of the arguments of a tool call; None when they were not recorded."""
    return _hashed(span, names.ARGUMENTS_HASH, names.TOOL_ARGUMENTS)


def result(span: Span) -> str | None:
    """A hash of the result of a tool call; None when it was not recorded."""
    return _hashed(span, names.RESULT_HASH, names.TOOL_RESULT)


def _hashed(span: Span, known: str, content: str) -> str | None:
    if found := span.attributes.get(known):
        return str(found)
    value = span.attributes.get(content)
    return None if value is None else content_hash(value if isinstance(value, str) else canonical(value))

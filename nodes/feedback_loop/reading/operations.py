"""What a span was: one operation of an agent (GenAI conventions' word), whoever wrote the span and in which vocabulary.

    Span -> vocabularies.translate -> read -> Operation -> Analysis

Reading is done once per span; detectors, profile and reports work on operations and never look up attribute names,
but for the rare ones of rare kinds, which `attributes` has under their GenAI names. Foreign attributes stay in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any, Literal

from nodes.feedback_loop.reading import envelopes
from nodes.feedback_loop.reading.contents import Content, content
from nodes.feedback_loop.reading.errors_recorded import recorded
from nodes.feedback_loop.reading.failures import Cause, cause
from nodes.feedback_loop.reading.kinds import KINDS, NUMBERS, OperationKind
from nodes.feedback_loop.reading.marks import marks
from nodes.feedback_loop.reading.messages import as_text, parsed
from nodes.feedback_loop.reading.recorded import Recorded
from nodes.feedback_loop.vocabularies import translate
from systems import names
from systems.records import Span
from systems.told import errors_told

FINISHED: Mapping[str, str] = {
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "function_calls": "tool_calls",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "safety": "content_filter",
    "content-filter": "content_filter",
    "refusal": "content_filter",
}
"""Providers' reasons to stop, as OpenAI's chat form has them."""
MOST_CHARACTERS = 1_000_000
"""Longest text that is kept of one attribute; detectors see no more of it. `Operation.size` has the whole length."""
LONGEST_NAME = 1_000
"""Characters of a name that are kept: findings, profiles and reports repeat them."""
MOST_TOKENS = 1_000_000_000_000
"""What claims to be more is no count of tokens."""


@dataclass(slots=True, eq=False)
class Operation(Recorded):
    """One span, understood: what was recorded, and what follows from it.

    Never changed; `dataclasses.replace` makes another one, and finds out anew what follows from the rest.

    Attributes:
        where: the name, with the MCP server of a tool before it.
        seconds: duration; never negative.
        cause: why it failed, in one word; empty where it did not.
        call: a number that calls of a tool have in common that ask the same.
        place: what calls that are compared with each other have in common.
        echo: what a call of a model or a tool has in common with what only wraps it; empty for all else.
        marks: what some detector may care about (`marks`).
    """

    where: str = field(init=False)
    seconds: float = field(init=False)
    cause: Cause | Literal[""] = field(init=False)
    call: int = field(init=False)
    place: str = field(init=False)
    echo: str = field(init=False)
    marks: int = field(init=False)

    def __post_init__(self) -> None:
        """Find out once what detectors ask again and again."""
        self.where = f"{self.server}.{self.name}" if self.kind == "tool" and self.server else self.name
        self.seconds = max(0, self.end_ns - self.start_ns) / 1e9
        self.cause = cause(self) if self.failed else ""
        self.call = hash((self.where, str(self.attributes.get(names.ARGUMENTS_HASH) or self.arguments)))
        own = f"{self.title}\n{self.name}" if self.kind == "model" else self.where
        self.place = intern(f"{self.kind}\n{own}\n{self.agent}")
        self.echo = intern(f"tool {self.name}") if self.kind == "tool" else "model" if self.kind == "model" else ""
        self.marks = NUMBERS[self.kind] | marks(self, self.cause)


def read(span: Span) -> Operation:
    """Understand a span; any attribute may have any value."""
    attributes = translate(span)
    kind = _kind(span, attributes)
    told = content(attributes, kind)
    used = _usage(span, attributes) if kind in ("model", "embedding") else (0, 0, 0, 0)
    name = _name(span, attributes, kind)[:LONGEST_NAME]
    failed, error_type, error = _failure(span, attributes, kind, told.answer, name)
    return Operation(
        span.trace_id,
        span.span_id,
        span.parent_id,
        span.start_ns,
        span.end_ns,
        kind,
        span.name[:LONGEST_NAME],
        name,
        _string(attributes.get(names.SERVER if kind == "tool" else names.PROVIDER))[:LONGEST_NAME],
        _string(attributes.get(names.AGENT) or attributes.get(names.NODE))[:LONGEST_NAME],
        failed,
        error_type[:LONGEST_NAME],
        error,
        told.arguments[:MOST_CHARACTERS],
        told.result[:MOST_CHARACTERS],
        len(told.result) or sum(len(message.text) for message in told.messages),
        _string(attributes.get(names.TOOL_CALL_ID)) or told.call_id,
        told.messages,
        told.output,
        told.calls,
        _finish(attributes, told, error_type) if kind == "model" else "",
        *used,
        _cost(attributes.get(names.COST)),
        attributes,
    )


def _kind(span: Span, attributes: Mapping[str, Any]) -> OperationKind:
    operation = attributes.get(names.OPERATION)
    if operation:
        return KINDS.get(operation, "step") if isinstance(operation, str) else "step"
    if names.TOOL_NAME in attributes:
        return "tool"
    if names.REQUEST_MODEL in attributes and names.INPUT_TOKENS in attributes:
        return "model"
    return KINDS.get(span.name.partition(" ")[0], "step")


_NAMED: Mapping[OperationKind, tuple[str, ...]] = {
    "model": (names.REQUEST_MODEL, names.RESPONSE_MODEL),
    "embedding": (names.REQUEST_MODEL, names.RESPONSE_MODEL),
    "tool": (names.TOOL_NAME,),
    "agent": (names.AGENT,),
    "workflow": (names.WORKFLOW,),
    "step": (names.NODE,),
    "delegation": ("delegation.target_agent",),
}


def _name(span: Span, attributes: Mapping[str, Any], kind: OperationKind) -> str:
    for name in _NAMED.get(kind, ()):
        if value := attributes.get(name):
            return _string(value)
    operation, _, rest = span.name.partition(" ")
    return rest if rest and operation in KINDS else span.name


def _failure(
    span: Span, attributes: Mapping[str, Any], kind: OperationKind, answer: envelopes.Result, name: str
) -> tuple[bool, str, str]:
    """Whether it failed, the type of the error, and its words."""
    failure = recorded(span, attributes)
    if failure:
        return True, failure.type, failure.words or answer.text
    if kind == "tool" and (error := answer.text if answer.failed else errors_told.told(answer.text, name)):
        return True, errors_told.TOLD, error
    return False, "", ""


def _finish(attributes: Mapping[str, Any], told: Content, error_type: str) -> str:
    reasons = parsed(attributes.get(names.FINISH_REASONS))
    if isinstance(reasons, (list, tuple)):
        reasons = reasons[-1] if reasons else ""
    reason = _string(reasons) or told.finish
    if not reason:
        return "length" if error_type in _CUT else ""
    reason = reason.strip('"').rpartition(".")[2].lower()
    reason = FINISHED.get(reason, reason)
    if reason == "stop" and told.calls:  # Gemini has no reason of its own for calls
        return "tool_calls"
    return "stop" if reason == "tool_calls" and told.final and not told.calls else reason


_CUT = ("LengthFinishReasonError", "OutputTokenLimitExceeded", "IncompleteToolCall")
_TOLD_TOKENS = (re.compile(r"\bprompt_tokens=(\d{1,12})\b"), re.compile(r"\bcompletion_tokens=(\d{1,12})\b"))


def _usage(span: Span, attributes: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Tokens sent, received, read from a cache and spent on reasoning; a failed call may tell them in its words."""
    sent, received = attributes.get(names.INPUT_TOKENS), attributes.get(names.OUTPUT_TOKENS)
    if sent is None and span.message:
        sent, received = (match[1] if (match := one.search(span.message)) else 0 for one in _TOLD_TOKENS)
    cached, reasoning = attributes.get(names.CACHED_TOKENS), attributes.get(names.REASONING_TOKENS)
    return _whole(sent), _whole(received), _whole(cached), _whole(reasoning)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else as_text(value)


def _whole(value: Any) -> int:
    if value is None:
        return 0
    try:
        number = int(value or 0)
    except (TypeError, ValueError, OverflowError):
        return 0
    return number if 0 < number <= MOST_TOKENS else 0


def _cost(value: Any) -> float | None:
    if value is None:
        return None
    try:
        cost = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return cost if math.isfinite(cost) and cost >= 0 else None

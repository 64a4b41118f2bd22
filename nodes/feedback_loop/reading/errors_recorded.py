"""The failure that a span records: by its status, by `error.type`, or by an exception that escaped from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from nodes.feedback_loop.reading.message_forms import literal
from systems import names
from systems.records import Span

CONTROL_FLOW = frozenset(
    {
        "GraphBubbleUp",  # LangGraph: interrupts for a person, hand-overs between graphs
        "GraphInterrupt",
        "GraphDelegate",
        "GraphDrained",
        "NodeInterrupt",
        "ParentCommand",
        "CallDeferred",  # pydantic-ai: calls that a person or another process answers, hooks that answer themselves
        "ApprovalRequired",
        "SkipModelRequest",
        "SkipToolValidation",
        "SkipToolExecution",
        "RunCancelled",
        "elicited",  # specloop: a tool that asks a person in the middle of its call
        "InterruptException",  # Strands
        "MiddlewareTermination",  # Microsoft Agent Framework
        "WaitingForEvent",  # LlamaIndex
        "CancelledError",
        "cancelled",
        "GeneratorExit",
        "KeyboardInterrupt",
        "StopIteration",
        "StopAsyncIteration",
    }
)
"""Exceptions by which frameworks steer; they are nobody's failure."""

_GENERIC = frozenset({"", "Exception", "BaseException", "_OTHER", "error"})
_TRACEBACK = "Traceback (most recent call last)"
_RAISED = re.compile(r"^(?:\w+\.)*([A-Z]\w*)(?::|$)", re.MULTILINE)
_PRINTED = re.compile(r"([A-Za-z_][\w.]*)\((.*)\)", re.DOTALL)
_MOST = 20_000


class Failure(NamedTuple):
    """An error: the short name of its class, or its code, and its words; both may be empty."""

    type: str
    words: str


def recorded(span: Span, attributes: Mapping[str, Any]) -> Failure | None:
    """The failure of a span with these (translated) attributes; None for success and for control flow."""
    told = attributes.get(names.ERROR_TYPE)
    kind = "" if told is None else str(told)
    exception = _exception(span)
    if span.status != "error" and not kind and str(exception.get("exception.escaped")).lower() != "true":
        return None
    if kind in _GENERIC:
        kind = str(exception.get("exception.type") or kind)
    kind = kind.rpartition(".")[2]
    kind, words = _cleaned(kind, str(exception.get("exception.message") or span.message or "")[:_MOST])
    return None if kind in CONTROL_FLOW else Failure(kind, words)


def _exception(span: Span) -> Mapping[str, Any]:
    """Attributes of the last exception that was recorded."""
    for event in reversed(span.events):
        if event.get("name") == "exception" and isinstance(attributes := event.get("attributes"), dict):
            return attributes
    return {}


def _cleaned(kind: str, words: str) -> tuple[str, str]:
    """Type and words without the traceback and the class that instrumentations put around the words."""
    head, found, _ = words.partition(_TRACEBACK)
    raised = None
    if found:
        trace = words.rpartition(_TRACEBACK)[2]
        raised = _RAISED.search(trace)
        words = head.strip() or (trace[raised.start() :].strip() if raised else trace.strip())
    printed = _PRINTED.fullmatch(words.strip())
    if printed and (kind in _GENERIC or printed[1].rpartition(".")[2] == kind or printed[1] in CONTROL_FLOW):
        kind = printed[1].rpartition(".")[2]
        inner = literal(printed[2])
        words = inner if isinstance(inner, str) else printed[2]
    elif raised and kind in _GENERIC:
        kind = raised[1]
    return kind, words.removeprefix(f"{kind}: ") if kind else words

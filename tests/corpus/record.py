"""Turns finished OpenTelemetry spans into a line of the corpus: OTLP JSON, the labels, the culprits' span ids.

Used by the drivers in `frameworks/`, each of which runs in an environment of its own; needs opentelemetry-sdk and
opentelemetry-proto (by way of opentelemetry-exporter-otlp-proto-common) and nothing of specloop.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.corpus.scenario import Call, Scenario

IsCall = Callable[[Any], str | None]
"""(span) -> the tool's name for a span that is a call of a tool, `""` for a call of the model, None for others."""


CALL_ID = ("gen_ai.tool.call.id", "tool_call.id")
"""Attributes with the id of the tool call that a span is."""


def otlp(spans: Sequence[Any]) -> dict[str, Any]:
    """Finished SDK spans as one OTLP JSON document (hex ids, as the OTLP JSON encoding has them)."""
    from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

    document: dict[str, Any] = MessageToDict(encode_spans(spans), use_integers_for_enums=True)
    for resource in document.get("resourceSpans", []):
        for scope in resource.get("scopeSpans", []):
            for span in scope.get("spans", []):
                for name in ("traceId", "spanId", "parentSpanId"):
                    if name in span:
                        span[name] = base64.b64decode(span[name]).hex()
    return document


def culprits(scenario: Scenario, spans: Iterable[Any], is_call: IsCall) -> list[str]:
    """Span ids of the scenario's culprits: the n-th call of a tool or of the model, ordered by start.

    Where spans of a tool tell the id of the call, that decides: a refused call may have no span, and the next one would
    be taken for it. Else their arguments do, as parallel calls start in any order.
    """
    calls: dict[str, list[Any]] = {}
    by_id: dict[str, dict[str, str]] = {}
    for span in sorted(spans, key=lambda span: span.start_time):
        name = is_call(span)
        if name is not None:
            span_id = f"{span.context.span_id:016x}"
            calls.setdefault(name, []).append(span)
            call_id = next((str(span.attributes[key]) for key in CALL_ID if key in span.attributes), "")
            if name and call_id:
                by_id.setdefault(name, {})[call_id] = span_id
    found = []
    for culprit in scenario.culprits:
        spans_of_it = _as_asked(scenario, culprit.tool, calls.get(culprit.tool or "", []))
        candidates = [f"{span.context.span_id:016x}" for span in spans_of_it]
        told = [by_id.get(culprit.tool or "", {}).get(call_id, "") for call_id in _call_ids(scenario, culprit.tool)]
        if any(told):
            candidates = told
        if culprit.number < len(candidates) and candidates[culprit.number]:
            found.append(candidates[culprit.number])
    return found


def _call_ids(scenario: Scenario, tool: str | None) -> list[str]:
    """The ids that the model server gives to the calls of a tool."""
    calls = [(i, k, call) for i, turn in enumerate(scenario.turns) for k, call in enumerate(turn.calls)]
    return [f"call_{i}_{k}" for i, k, call in calls if call.tool == tool]


def _as_asked(scenario: Scenario, tool: str | None, spans: list[Any]) -> list[Any]:
    """Spans of a tool's calls in the order in which the model asked for them, as far as their arguments tell."""
    asked = [call for turn in scenario.turns for call in turn.calls if call.tool == tool]
    if len(asked) != len(spans):
        return spans
    left = list(spans)
    return [left.pop(next((k for k, span in enumerate(left) if _tells(span, call)), 0)) for call in asked]


def _tells(span: Any, call: Call) -> bool:
    """Whether one of a span's attributes has the arguments of the call, in one notation or another."""
    pairs = [_plain(f"{name}:{value}") for name, value in call.arguments.items()]
    alone = {str(value) for value in call.arguments.values()} if len(pairs) == 1 else set()
    for text in (value for value in span.attributes.values() if isinstance(value, str)):
        plain = _plain(text)
        if text in alone or all(re.search(rf"{re.escape(pair)}(?!\w)", plain) for pair in pairs):
            return True
    return False


def _plain(text: str) -> str:
    return re.sub(r"[\s\"'\\]", "", text)


def line(scenario: Scenario, framework: str, instrumentation: str, spans: Sequence[Any], is_call: IsCall) -> str:
    """One line of the corpus."""
    text = json.dumps(
        {
            "scenario": scenario.name,
            "framework": framework,
            "instrumentation": instrumentation,
            "kinds": scenario.kinds,
            "like": scenario.like,
            "allowed": scenario.allowed,
            "culprit_span_ids": culprits(scenario, spans, is_call),
            "trace": otlp(spans),
        }
    )
    return without_paths(text)


def without_paths(text: str) -> str:
    """The text (stack traces) without where this machine keeps its files."""
    project = str(Path(__file__).parents[2])
    for path, place in ((sys.prefix, "/app/.venv"), (sys.base_prefix, "/usr/local"), (project, "/app")):
        text = text.replace(path, place)
    return text


def write(path: Path, lines: Iterable[str]) -> None:
    """Write a file of the corpus; the same lines give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0)
    path.write_bytes(data)

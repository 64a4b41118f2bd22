"""Requests, which are whole in memory: their spans are found at once, and only odd ones are read as files are.

Odd is whatever the fast way could take for something else: broken or repeated parts, old or unknown names, bare spans.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from systems.errors import UsageError
from systems.otlp import json_span, message_span
from systems.otlp.blocks import Found
from systems.otlp.documents import Documents
from systems.otlp.fields import Fields, built
from systems.otlp.form import characters
from systems.otlp.messages import Messages, unframed
from systems.otlp.source import Source
from systems.otlp.tally import Malformed, Tally
from systems.otlp.text import Text, has_surrogates, without_lone_surrogates
from systems.otlp.wire import Wire
from systems.records import Span

_REQUEST = frozenset({"resourceSpans"})
_RESOURCE = frozenset({"resource", "scopeSpans", "schemaUrl"})
_SCOPE = frozenset({"scope", "spans", "schemaUrl"})
_LIST = b'pans"'  # how the names of all lists end


class Decoded(NamedTuple):
    """What is in one request.

    Attributes:
        fields: its spans.
        dropped: what was left out, by reason.
    """

    fields: list[Fields]
    dropped: Counter[str]

    @property
    def spans(self) -> list[Span]:
        """Its spans, as records."""
        return [fields.span() for fields in self.fields]


def decode_json(body: bytes) -> Decoded:
    """Spans of an OTLP JSON document.

    Raises:
        UsageError: it is no JSON.
    """
    tally = Tally()
    if not body.strip():
        tally.drop(Malformed("cut off"))
    found: Iterable[Found] | None = _in_json(body)
    if found is None:
        found = Documents(Text(characters(Source(io.BytesIO(body).read))), tally).spans()
    return _whole(list(built(found, json_span.span, tally)), tally, "JSON")


def decode_protobuf(body: bytes) -> Decoded:
    """Spans of an `ExportTraceServiceRequest`.

    Raises:
        UsageError: it is no protobuf.
    """
    tally = Tally()
    found: Iterable[Found] | None = _in_protobuf(body)
    if found is None:
        found = Messages(Wire(Source(io.BytesIO(body).read)), unframed, tally).spans()
    return _whole(list(built(found, message_span.span, tally)), tally, "protobuf")


def _whole(fields: list[Fields], tally: Tally, form: str) -> Decoded:
    if tally.broken:
        raise UsageError(f"The body is no OTLP {form}: {tally.words()}.", mend=f"Send an OTLP trace request as {form}.")
    return Decoded(fields, tally.dropped)


def _in_json(body: bytes) -> list[Found] | None:
    """The spans of an ordinary request; None where it is odd."""
    try:
        text = body.decode()
        whole = json.loads(text)
        whole = without_lone_surrogates(whole) if has_surrogates(text) else whole
    except (ValueError, RecursionError):
        return None
    resources = _blocks([whole], _REQUEST, "resourceSpans")
    scopes = None if resources is None else _blocks(resources, _RESOURCE, "scopeSpans")
    if resources is None or scopes is None or _blocks(scopes, _SCOPE, "spans") is None:
        return None
    if body.count(_LIST) > 1 + len(resources) + len(scopes):  # one of them stands there twice
        return None
    return [Found(span, context) for block in resources for context, spans in _described(block) for span in spans]


def _blocks(outer: list[Any], known: frozenset[str], name: str) -> list[Any] | None:
    """The members of all lists of this name, one in each; None where something else is there."""
    if not all(
        isinstance(block, dict) and block.keys() <= known and isinstance(block.get(name), list) for block in outer
    ):
        return None
    return [inner for block in outer for inner in block[name]]


def _described(block: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """The spans of each scope, with what scope and resource add to them."""
    resource = json_span.resource_context(block.get("resource"))
    for scope in block["scopeSpans"]:
        yield {**resource, **json_span.scope_context(scope.get("scope"))}, scope["spans"]


def _in_protobuf(body: bytes) -> list[Found] | None:
    """The spans of an ordinary request; None where it is odd."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from google.protobuf.unknown_fields import UnknownFieldSet  # type: ignore[import-untyped]
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    try:
        whole = ExportTraceServiceRequest.FromString(body)
    except DecodeError:
        return None
    found: list[Found] = []
    blocks = [whole, *whole.resource_spans, *(scope for block in whole.resource_spans for scope in block.scope_spans)]
    if any(len(UnknownFieldSet(block)) for block in blocks):
        return None
    for block in whole.resource_spans:
        resource = message_span.resource_context(block.resource)
        for scope in block.scope_spans:
            context = {**resource, **message_span.scope_context(scope.scope)}
            found += [Found(span, context) for span in scope.spans]
    return found

"""Every form of a trace file gives the same spans."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode

from systems.otlp import decode_json, decode_protobuf
from systems.records import Span
from tests.systems.otlp.forms import FORMS, a_span, document, one_document, opened, protobuf, spans_of, traces

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
keys = words.filter(bool)  # protobuf's JSON leaves empty ones out
whole = st.integers(-(2**63), 2**63 - 1)
values = st.recursive(
    st.none() | st.booleans() | whole | st.floats() | words | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
times = st.integers(1, 2**63 - 1)
attributes = st.dictionaries(keys, values, max_size=4)
events = st.builds(
    lambda name, time, more: {"name": name, "time_ns": time, "attributes": more}, words, times, attributes
)
spans = st.builds(
    Span,
    trace_id=st.integers(1, 2**128 - 1).map("{:032x}".format),
    span_id=st.integers(1, 2**64 - 1).map("{:016x}".format),
    parent_id=st.none() | st.integers(1, 2**64 - 1).map("{:016x}".format),
    name=words,
    kind=st.sampled_from(["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"]),
    start_ns=times,
    end_ns=times,
    status=st.sampled_from(["unset", "ok", "error"]),
    message=words,
    attributes=attributes,
    events=st.lists(events, max_size=2).map(tuple),
)


def plain(value: Any) -> Any:
    """What is left of a value: bytes are base64 text, and NaN is made comparable."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and math.isnan(value):
        return "not a number"
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25)
@given(written=st.lists(spans, min_size=1, max_size=3))
def test_any_span_comes_out_as_it_went_in(form: str, written: list[Span]) -> None:
    reading = opened(FORMS[form](written))
    assert [plain(span.model_dump()) for span in reading] == [plain(span.model_dump()) for span in written]
    assert (reading.spans, reading.dropped) == (len(written), {})


@settings(max_examples=25)
@given(written=st.lists(spans, max_size=3))
def test_a_request_says_the_same_as_a_file(written: list[Span]) -> None:
    from_json, from_protobuf = decode_json(one_document(written)), decode_protobuf(protobuf(written))
    assert plain([span.model_dump() for span in from_json.spans]) == plain([span.model_dump() for span in written])
    assert plain([span.model_dump() for span in from_protobuf.spans]) == plain([span.model_dump() for span in written])
    assert from_json.dropped == from_protobuf.dropped == {}


def test_what_the_sdk_exports_is_read() -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource({"service.name": "shop"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with provider.get_tracer("cart").start_as_current_span("buy", kind=SpanKind.CLIENT) as parent:
        parent.set_attribute("sizes", [1, 2])
        parent.set_status(Status(StatusCode.ERROR, "sold out"))
        parent.add_event("asked", {"how": "politely"}, timestamp=7)
        provider.get_tracer("cart").start_span("pay").end()
    pay, buy = decode_protobuf(encode_spans(kept.get_finished_spans()).SerializeToString()).spans
    assert (pay.name, pay.parent_id, pay.trace_id) == ("pay", buy.span_id, buy.trace_id)
    assert (buy.kind, buy.status, buy.message) == ("CLIENT", "error", "sold out")
    assert buy.attributes == {"sizes": [1, 2], "resource.service.name": "shop", "otel.scope.name": "cart"}
    assert buy.events == ({"name": "asked", "time_ns": 7, "attributes": {"how": "politely"}},)


@pytest.mark.parametrize("form", ["json", "protobuf"])
def test_a_span_carries_what_its_resource_and_scope_say_but_its_own_wins(form: str) -> None:
    own = a_span(attributes={"resource.host.name": "mine", "k": 1})
    more: dict[str, Any] = {"resource": {"host.name": "theirs", "service.name": "shop"}, "scope": "cart"}
    data = json.dumps(document([own], **more)).encode() if form == "json" else traces([own], **more).SerializeToString()
    (span,) = opened(data)
    assert span.attributes == {
        "resource.host.name": "mine",
        "k": 1,
        "resource.service.name": "shop",
        "otel.scope.name": "cart",
    }


def test_resource_and_scope_may_stand_behind_their_spans() -> None:
    whole = document([a_span(1), a_span(2)], resource={"service.name": "shop"}, scope="cart")
    block = whole["resourceSpans"][0]
    block["scopeSpans"] = [dict(reversed(scope.items())) for scope in block["scopeSpans"]]
    whole["resourceSpans"] = [dict(reversed(block.items())), *document([a_span(3)])["resourceSpans"]]
    found = list(opened(whole))
    assert [span.span_id for span in found] == [f"{number:016x}" for number in (1, 2, 3)]
    assert [span.attributes.get("resource.service.name") for span in found] == ["shop", "shop", None]
    assert [span.attributes.get("otel.scope.name") for span in found] == ["cart", "cart", None]


def test_a_block_of_spans_may_stand_alone() -> None:
    whole = document([a_span()], resource={"service.name": "shop"}, scope="cart")
    block = whole["resourceSpans"][0]
    assert list(opened(block)) == list(opened([block])) == list(opened(whole))
    (span,) = opened(block["scopeSpans"][0])
    assert span.attributes == {"otel.scope.name": "cart"}


def test_logs_and_metrics_between_the_traces_are_passed_over() -> None:
    between: list[dict[str, Any]] = [{"resourceLogs": [{}]}, document([a_span()]), {"resourceMetrics": []}]
    text = "\n".join(json.dumps(one) for one in between)
    reading = opened(text)
    assert (len(list(reading)), reading.dropped) == (1, {})


def test_fields_that_nobody_knows_change_nothing() -> None:
    whole = document([a_span()])
    whole = {"version": {"a": [1]}, "more": [1, {"spans": [{}]}], **whole}
    spans_of(whole)[0]["flags"] = 257
    reading = opened(whole)
    assert (list(reading), reading.dropped) == ([a_span()], {})

"""Single fields of a span in OTLP JSON, in the ways that programs write them."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import pytest

from systems.otlp.fields import DEEPEST, TOO_DEEP
from systems.records import Span
from tests.systems.otlp.forms import TRACE, a_span, document, opened, spans_of


def read_with(**fields: Any) -> tuple[list[Span], dict[str, int]]:
    """A good span first, so that the file is a trace whatever becomes of the second, with these fields."""
    whole = document([a_span(1), a_span(2)])
    spans_of(whole)[1].update(fields)
    reading = opened(whole)
    return list(reading)[1:], dict(reading.dropped)


def attribute(value: Any) -> Any:
    """What becomes of an attribute's value."""
    ((span,), dropped) = read_with(attributes=[{"key": "k", "value": value}])
    assert dropped == {}
    return span.attributes["k"]


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ({"stringValue": "a"}, "a"),
        ({"string_value": "a"}, "a"),
        ({"boolValue": True}, True),
        ({"boolValue": "false"}, False),
        ({"intValue": "-9223372036854775808"}, -(2**63)),
        ({"intValue": 7}, 7),
        ({"intValue": 7.0}, 7),
        ({"int_value": "7"}, 7),
        ({"intValue": "seven"}, "seven"),
        ({"doubleValue": 0.5}, 0.5),
        ({"doubleValue": 1}, 1.0),
        ({"doubleValue": "0.5"}, 0.5),
        ({"doubleValue": "-Infinity"}, -math.inf),
        ({"doubleValue": "Infinity"}, math.inf),
        ({"arrayValue": {"values": [{"intValue": 1}, {"stringValue": "a"}, {}]}}, [1, "a", None]),
        ({"arrayValue": {}}, []),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"boolValue": False}}]}}, {"a": False}),
        ({"bytesValue": "AAE="}, "AAE="),
        ({}, None),
        ("bare", "bare"),
        (7, 7),
        ({"newValue": [1]}, {"newValue": [1]}),
    ],
)
def test_a_value_means_what_otlp_says(value: Any, meaning: Any) -> None:
    found = attribute(value)
    assert (found, type(found)) == (meaning, type(meaning))


@pytest.mark.parametrize("value", [{"doubleValue": "NaN"}, {"doubleValue": math.nan}])
def test_not_a_number_is_read(value: Any) -> None:
    assert math.isnan(attribute(value))


@pytest.mark.parametrize("level", ['{"arrayValue":{"values":[%s]}}', "[%s]", '{"x":%s}'])
def test_what_lies_too_deep_is_cut_and_the_span_stays(level: str) -> None:
    text = '{"stringValue":"bottom"}'
    for _ in range(DEEPEST + 5):
        text = level % text
    found = json.dumps(attribute(json.loads(text)))
    assert f'"{TOO_DEEP}"' in found
    assert "bottom" not in found


@pytest.mark.parametrize("attributes", [None, 7, "text", [7, {}, {"key": 7, "value": {}}, {"value": {"intValue": 1}}]])
def test_attributes_that_are_none_are_left_out(attributes: Any) -> None:
    ((span,), _) = read_with(attributes=attributes)
    assert span.attributes == {}


def test_attributes_may_be_a_plain_object() -> None:
    ((span,), _) = read_with(attributes={"a": 1, "b": {"stringValue": "c"}})
    assert span.attributes == {"a": 1, "b": "c"}


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ({"traceId": TRACE.upper(), "spanId": "00F067AA0BA902B7"}, (TRACE, "00f067aa0ba902b7", None)),
        ({"traceId": base64.b64encode(bytes.fromhex(TRACE)).decode()}, (TRACE, f"{2:016x}", None)),
        ({"parentSpanId": "APBnqgupArc="}, (TRACE, f"{2:016x}", "00f067aa0ba902b7")),
        ({"parentSpanId": ""}, (TRACE, f"{2:016x}", None)),
        ({"parentSpanId": None}, (TRACE, f"{2:016x}", None)),
        ({"parentSpanId": "0" * 16}, (TRACE, f"{2:016x}", None)),
        ({"parentSpanId": f"{2:016x}"}, (TRACE, f"{2:016x}", f"{2:016x}")),
    ],
)
def test_ids_are_lower_case_hex(fields: dict[str, str], ids: tuple[str, ...]) -> None:
    ((span,), _) = read_with(**fields)
    assert (span.trace_id, span.span_id, span.parent_id) == ids


@pytest.mark.parametrize("name", ["traceId", "spanId"])
@pytest.mark.parametrize(
    "value", [None, "", "0" * 32, "0" * 16, "x" * 16, "x" * 32, "abc", 7, [], "A" * 24, " " * 32, "é"]
)
def test_a_span_with_a_bad_id_is_counted(name: str, value: Any) -> None:
    assert read_with(**{name: value}) == ([], {"bad ids": 1})


@pytest.mark.parametrize("value", ["x" * 16, "abc", 7, {}])
def test_a_span_with_a_bad_parent_is_counted(value: Any) -> None:
    assert read_with(parentSpanId=value) == ([], {"bad ids": 1})


@pytest.mark.parametrize("value", ["1700000000000000000", 1_700_000_000_000_000_000, 1.7e18, "1.7e18"])
def test_a_time_may_be_a_text_or_a_number(value: Any) -> None:
    ((span,), _) = read_with(startTimeUnixNano=value)
    assert span.start_ns == 1_700_000_000_000_000_000


@pytest.mark.parametrize("name", ["startTimeUnixNano", "endTimeUnixNano"])
@pytest.mark.parametrize("value", [None, 0, "0", -1, "", "soon", math.nan, math.inf, 2**63, "9" * 400, [], True])
def test_a_span_without_times_is_counted(name: str, value: Any) -> None:
    assert read_with(**{name: value}) == ([], {"no times": 1})


def test_a_span_that_ends_before_it_starts_lasts_no_time() -> None:
    ((span,), _) = read_with(startTimeUnixNano="2000", endTimeUnixNano="1000")
    assert (span.start_ns, span.end_ns, span.seconds) == (2000, 1000, 0)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *((1, "ok"), (2, "error"), ("STATUS_CODE_ERROR", "error"), ("STATUS_CODE_OK", "ok"), ("2", "error")),
        *((0, "unset"), (None, "unset"), (99, "unset"), ("STATUS_CODE_FINE", "unset"), ([], "unset")),
    ],
)
def test_a_status_is_a_number_or_a_name(code: Any, status: str) -> None:
    ((span,), _) = read_with(status={"code": code, "message": "why"})
    assert (span.status, span.message) == (status, "why")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *((1, "INTERNAL"), (2, "SERVER"), (3, "CLIENT"), (4, "PRODUCER"), (5, "CONSUMER"), ("3", "CLIENT")),
        *(("SPAN_KIND_CLIENT", "CLIENT"), ("CLIENT", "CLIENT")),
        *((0, "INTERNAL"), (99, "INTERNAL"), ("SPAN_KIND_ODD", "INTERNAL"), (None, "INTERNAL"), ({}, "INTERNAL")),
    ],
)
def test_a_kind_is_a_number_or_a_name(kind: Any, name: str) -> None:
    ((span,), _) = read_with(kind=kind)
    assert span.kind == name


@pytest.mark.parametrize(
    ("given", "name"), [(None, ""), (7, "7"), ([[]], ""), ("a\x00b", "a\x00b"), ("a\ud800b", "a\ufffdb")]
)
def test_a_name_is_a_text_that_utf8_can_say(given: Any, name: str) -> None:
    ((span,), _) = read_with(name=given)
    assert span.name == name


def test_events_are_kept_and_what_is_none_is_left_out() -> None:
    good = {"name": "asked", "timeUnixNano": "5", "attributes": [{"key": "k", "value": {"intValue": 1}}]}
    ((span,), _) = read_with(events=[good, 7, {"name": None, "timeUnixNano": "soon"}])
    assert span.events == (
        {"name": "asked", "time_ns": 5, "attributes": {"k": 1}},
        {"name": "", "time_ns": 0, "attributes": {}},
    )

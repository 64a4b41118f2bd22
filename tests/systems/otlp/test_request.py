"""A request is read at once and a file piece by piece; whatever is in them, the spans are the same."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from systems.errors import UsageError
from systems.otlp import decode_json, decode_protobuf, message_span, request
from systems.otlp.documents import Documents
from systems.otlp.fields import built
from systems.otlp.form import characters
from systems.otlp.json_span import span as json_span
from systems.otlp.messages import Messages, unframed
from systems.otlp.source import Source
from systems.otlp.tally import Tally
from systems.otlp.text import Text
from systems.otlp.wire import Wire
from tests.systems.otlp.forms import a_span, document, protobuf, spans_of, traces

PLAIN = json.dumps(document([a_span(1, attributes={"a": 0, "b": ["x"]}), a_span(2, name="\u00e9")])).encode()
PROTOBUF = protobuf([a_span(1, attributes={"a": 0, "b": ["x"], "c": False, "d": 0.0, "e": ""}), a_span(2)])
TOKENS = (
    *(b"null", b"[]", b"{}", b"1", b"NaN", b"1e999", b"9" * 30, b'"\\ud800"', b'"\\ud83d\\ude00"', b"\xff", b",", b"]"),
    *(
        b'"spans":[],',
        b'"scopeSpans":[],',
        b'"resourceSpans"',
        b'"trace_id"',
        b'"instrumentationLibrarySpans"',
        b'"x":1,',
    ),
)


def as_a_file(body: bytes, form: str) -> tuple[list[Any], dict[str, int], bool]:
    tally, source = Tally(), Source(io.BytesIO(body).read)
    if form == "json":
        spans = list(built(Documents(Text(characters(source)), tally).spans(), json_span, tally))
    else:
        spans = list(built(Messages(Wire(source), unframed, tally).spans(), message_span.span, tally))
    return spans, dict(tally.dropped), tally.broken


def assert_same(body: bytes, form: str) -> None:
    spans, dropped, broken = as_a_file(body, form)
    try:
        decoded = (decode_json if form == "json" else decode_protobuf)(body)
    except UsageError:
        assert broken or not body.strip()
    else:
        assert not broken
        assert repr((decoded.fields, dict(decoded.dropped))) == repr((spans, dropped))


@settings(max_examples=300)
@given(st.data())
def test_json_with_something_odd_in_it_is_read_as_a_file_is(data: st.DataObject) -> None:
    body = PLAIN
    for _ in range(data.draw(st.integers(1, 3))):
        places = [found.span() for found in re.finditer(rb'"[^"]*"|[\d.]+|(?<=[{\[,:])', body)] or [(0, 0)]
        start, end = data.draw(st.sampled_from(places))
        kept = start if data.draw(st.booleans()) else end
        body = body[:kept] + data.draw(st.sampled_from(TOKENS)) + body[end:]
    assert_same(body, "json")


@settings(max_examples=300)
@given(st.data())
def test_protobuf_with_something_odd_in_it_is_read_as_a_file_is(data: st.DataObject) -> None:
    body = bytearray(PROTOBUF)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    assert_same(bytes(body), "protobuf")


@pytest.mark.parametrize("form", ["json", "protobuf"])
def test_an_ordinary_request_is_found_at_once(form: str) -> None:
    found = request._in_json(PLAIN) if form == "json" else request._in_protobuf(PROTOBUF)
    assert found is not None and len(found) == 2
    assert_same(PLAIN if form == "json" else PROTOBUF, form)


def test_a_list_that_stands_twice_loses_none_of_its_spans() -> None:
    first, second = (json.dumps(spans_of(document([a_span(number)]))).encode() for number in (1, 2))
    body = b'{"resourceSpans":[{"scopeSpans":[{"spans":%s,"spans":%s}]}]}' % (first, second)
    assert [fields.name for fields in decode_json(body).fields] == ["span 1", "span 2"]


def test_spans_under_their_old_name_are_found() -> None:
    scope = traces([a_span(1)]).resource_spans[0].scope_spans[0].SerializeToString()
    old = b"\xc2\x3e" + bytes([len(scope)]) + scope
    assert [fields.name for fields in decode_protobuf(b"\n" + bytes([len(old)]) + old).fields] == ["span 1"]

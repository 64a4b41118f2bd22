"""Files that are broken, hostile, or no traces: a count or a clear sentence, in bounded time and memory."""

from __future__ import annotations

import gzip
import io
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from systems.errors import UsageError
from systems.otlp import decode_json, decode_protobuf, read, source, tally, text, wire
from tests.systems.otlp.forms import FORMS, a_span, document, lines, one_document, opened, protobuf, spans_of, traces

GOOD = one_document([a_span(1)])


class Endless(io.RawIOBase):
    """Bytes without end; says how many were taken."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self.taken = 0

    def read(self, size: int = -1, /) -> bytes:
        part = next(self._parts)
        self.taken += len(part)
        return part


def numbers(data: Any) -> tuple[list[int], dict[str, int]]:
    """Numbers of the spans, and what was dropped."""
    reading = opened(data)
    return [int(span.span_id, 16) for span in reading], dict(reading.dropped)


def with_raw(fragment: str) -> str:
    """A document of two spans, with a fragment of JSON as an attribute of the first."""
    whole = document([a_span(1), a_span(2)])
    spans_of(whole)[0]["attributes"] = "HERE"
    return json.dumps(whole).replace('"HERE"', f'[{{"key":"k","value":{fragment}}}]')


def refused(data: Any) -> str:
    with pytest.raises(UsageError) as refusal:
        list(opened(data))
    assert refusal.value.exit_code == 2
    assert "specloop collect" in refusal.value.mend
    return refusal.value.message


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (b" \n\n", "it is empty"),
        (b"\x89PNG\r\n\x1a\n" * 99, r"it begins with b'\x89PNG\r\n\x1a\n\x89PNG\r\n\x1a\n', which is neither"),
        (bytes(range(256)) * 99, "neither JSON nor protobuf of traces"),
        ("hello", "neither JSON nor protobuf of traces"),
        ({"foo": 1}, "it is JSON, but has neither `resourceSpans` nor spans"),
        ([{"foo": 1}, {"foo": 2}], "it is JSON, but has neither `resourceSpans` nor spans"),
        ('{"foo": 1]', "it begins like JSON, but is none"),
        ({"resourceLogs": []}, "it has logs or metrics, but no spans"),
        ([1, 2], "nothing in it can be used (2 not an object)"),
        ({"resourceSpans": [{"scopeSpans": [{"spans": [1, {}]}]}]}, "(1 not an object, 1 bad ids)"),
        (gzip.compress(b""), "it is empty"),
        (gzip.compress(GOOD)[:20], "(1 cut off)"),
        (gzip.compress(gzip.compress(GOOD)), "neither JSON nor protobuf of traces"),
    ],
    ids=itertools.count(),
)
def test_what_is_no_trace_is_named(data: Any, why: str) -> None:
    message = refused(data)
    assert message.startswith("The input is no OpenTelemetry trace: ")
    assert why in message


def test_an_empty_trace_is_a_trace() -> None:
    assert numbers({"resourceSpans": []}) == numbers(traces([]).SerializeToString()) == ([], {})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for name in ("none.json", "nu\0ll"):
        with pytest.raises(UsageError, match="There is no file"):
            next(read(tmp_path / name))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is a folder.*specloop analyze"):
        next(read(tmp_path))


def test_a_stream_that_fails_is_named() -> None:
    class Failing(io.BytesIO):
        name = "pipe"

        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(UsageError, match=r"pipe cannot be read: Input/output error\."):
        next(read(Failing()))


def test_a_file_is_read_by_content_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(FORMS["gzipped"]([a_span(1), a_span(2)]))
    half_read = read(path)
    assert next(half_read) == a_span(1)
    half_read.close()
    assert next(half_read, None) is None
    assert list(read(path)) == [a_span(1), a_span(2)]


def test_a_line_that_is_broken_costs_that_line() -> None:
    broken = [b'{"resourceSpans": [{"a": \xff\xfe', b"INFO starting", b'{"resourceSpans": tru}', GOOD[:-99]]
    data = b"\n".join(itertools.chain(*((one_document([a_span(n)]), bad) for n, bad in enumerate(broken, start=1))))
    assert numbers(data + b"\n" + lines([a_span(9)])) == ([1, 2, 3, 4, 9], {"not JSON": 4})


def test_a_file_that_begins_in_the_middle_of_a_line_is_read() -> None:
    assert numbers(GOOD[40:] + b"\n" + lines([a_span(2)])) == ([2], {"not JSON": 1})


@pytest.mark.parametrize(
    "form", ["one_document", "lines", "pretty", "bare_list", "protobuf", "delimited", "big_endian"]
)
def test_a_file_cut_anywhere_gives_the_spans_before_the_cut(form: str) -> None:
    data = FORMS[form]([a_span(1), a_span(2)])
    whole = len(FORMS[form]([a_span(1)])) + 20
    for end in range(whole, len(data) - 6):
        found, dropped = numbers(data[:end])
        assert found in ([1], [1, 2])
        assert dropped == {"cut off": 1}


def test_a_cut_block_that_says_of_no_resource_gives_the_spans_before_the_cut() -> None:
    whole = document([a_span(1), a_span(2)])
    for block in whole["resourceSpans"]:
        block.pop("resource", None)
    assert numbers(json.dumps(whole)[:-20]) == ([1], {"cut off": 1})


def test_bytes_that_are_no_utf8_cost_a_character() -> None:
    (span,) = opened(GOOD.replace(b"span 1", b"sp\xe9n 1"))
    assert span.name == "sp\ufffdn 1"


@pytest.mark.parametrize("bracket", ["[]", ("{", "}")])
def test_a_span_that_is_nested_without_end_costs_that_span(bracket: Any) -> None:
    opening, closing = ("[", "]") if bracket == "[]" else ('{"a":', "}")
    deep = opening * 100_000 + "1" + closing * 100_000
    assert numbers(with_raw(deep)) == ([2], {"nested too deeply": 1})


@pytest.mark.parametrize(
    "opening", ["[", '{"a":', '{"resourceSpans":[', '{"resourceSpans":', '[{"spans":', '{"', '["', "[["]
)
def test_nesting_of_the_document_itself_ends(opening: str) -> None:
    assert "is no OpenTelemetry trace" in refused(opening * 100_000)


def test_a_long_text_is_kept() -> None:
    (first, second) = opened(with_raw(json.dumps({"stringValue": "x" * 10_000_000})))
    assert len(first.attributes["k"]) == 10_000_000
    assert second == a_span(2)


def test_a_span_that_is_too_large_is_stepped_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST", 50_000)
    monkeypatch.setattr(text, "CHUNK", 10_000)
    hostile = json.dumps({"stringValue": '\\"}]' * 40_000})
    assert numbers(with_raw(hostile)) == ([2], {"too large": 1})
    data = protobuf([a_span(1, attributes={"k": "x" * 60_000}), a_span(2)])
    monkeypatch.setattr(wire, "CHUNK", 10_000)
    assert numbers(data) == ([2], {"too large": 1})


def test_a_number_without_end_costs_that_span() -> None:
    assert numbers(with_raw("9" * 5_000)) == ([2], {"number too long": 1})


def test_parents_may_go_in_circles() -> None:
    circle = [a_span(1, parent_id=f"{2:016x}"), a_span(2, parent_id=f"{1:016x}")]
    assert list(opened(one_document(circle))) == circle


def test_a_broken_message_costs_that_message() -> None:
    first, second = (protobuf([a_span(number)]) for number in (1, 2))
    inside = first.index(b"span 1") - 1  # the length of the name
    broken = first[:inside] + b"\x7f" + first[inside + 1 :]
    assert numbers(second + broken + second) == ([2, 2], {"not protobuf": 1})
    assert numbers(second + first.replace(b"span 1", b"sp\xff\xfe 1") + second) == ([2, 2], {"not protobuf": 1})


def test_what_follows_gzip_is_counted() -> None:
    assert numbers(gzip.compress(GOOD) + b"junk") == ([1], {"damaged gzip": 1})


def test_damaged_gzip_gives_the_spans_before_the_damage() -> None:
    packed = bytearray(gzip.compress(lines(a_span(number) for number in range(1, 2_000)), 1))
    packed[-2_000] ^= 0xFF
    found, dropped = numbers(bytes(packed))
    assert found[:1_000] == list(range(1, 1_001))
    assert dropped


def test_a_gzip_bomb_is_stopped_and_the_spans_before_it_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "FREE_UNPACKED", 1 << 20)
    bomb = gzip.compress(GOOD + b"\n" + b" " * (40 << 20))
    assert numbers(bomb) == ([1], {"gzip bomb": 1})
    assert "(1 gzip bomb)" in refused(gzip.compress(b" " * (40 << 20)))


@pytest.mark.parametrize("form", ["json", "protobuf"])
def test_a_document_without_end_is_streamed(form: str) -> None:
    if form == "json":
        span = json.dumps(spans_of(document([a_span(1)]))[0]).encode()
        endless = Endless(itertools.chain([GOOD[: GOOD.index(b'[{"traceId')] + b"["], itertools.repeat(span + b",")))
    else:
        endless = Endless(itertools.repeat(protobuf([a_span(1)])))
    reading = read(endless)  # type: ignore[arg-type]
    assert [next(reading) for _ in range(20_000)] == [a_span(1)] * 20_000
    assert endless.taken < 20_000 * 400 + (4 << 20)


@pytest.mark.parametrize(
    ("decode", "body"),
    [
        *((decode_json, body) for body in (b"", b"x", b'{"a":', GOOD[:-5], GOOD + b"x", b"1", b"[" * 100_000)),
        *((decode_protobuf, body) for body in (b"x", protobuf([a_span(1)])[:-3], b"\xff" * 20, GOOD)),
    ],
    ids=itertools.count(),
)
def test_a_body_that_is_none_is_refused(decode: Callable[[bytes], Any], body: bytes) -> None:
    with pytest.raises(UsageError, match="The body is no OTLP"):
        decode(body)


def test_bad_spans_of_a_body_are_counted() -> None:
    whole = document([a_span(1), a_span(2)])
    spans_of(whole)[0]["spanId"] = "0" * 16
    for decoded in (
        decode_json(json.dumps(whole).encode()),
        decode_protobuf(protobuf([a_span(1), a_span(2)]).replace(b"\x00" * 7 + b"\x01", b"\x00" * 8)),
    ):
        assert (decoded.spans, decoded.dropped) == ([a_span(2)], {"bad ids": 1})


@given(st.binary(max_size=200))
@example(b"\n \n\n\x00")
@example(b'{"resourceSpans":[{"resource":[[')
def test_any_bytes_give_spans_or_a_usage_error(data: bytes) -> None:
    for form in (data, gzip.compress(data), GOOD + data, b"[" + data, protobuf([a_span(1)]) + data):
        reading = opened(form)
        try:
            assert len(list(reading)) == reading.spans
        except UsageError as error:
            assert not reading.spans
            assert error.mend


@given(st.data())
def test_a_file_with_bytes_changed_gives_spans_or_a_usage_error(data: st.DataObject) -> None:
    whole = bytearray(FORMS[data.draw(st.sampled_from(sorted(FORMS)))]([a_span(1), a_span(2)]))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    reading = opened(bytes(whole))
    try:
        assert len(list(reading)) == reading.spans
    except UsageError as error:
        assert error.mend

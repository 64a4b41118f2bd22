"""What OTLP answers, as JSON or protobuf: `ExportTraceServiceResponse` and, for errors, `google.rpc.Status`.

The responses for metrics and logs have the same fields under the same numbers, so one form does for all three.
https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
"""

from __future__ import annotations

import json

from systems.collector.exchange import Refused, Reply

JSON = "application/json"
PROTOBUF = "application/x-protobuf"


def accepted(form: str, *, rejected: int = 0, message: str = "") -> Reply:
    """The answer to an export: with a message, a partial success or, with nothing rejected, a warning."""
    if form == PROTOBUF:
        partial = (_varint_field(1, rejected) if rejected else b"") + (_text_field(2, message) if message else b"")
        return _reply(200, form, _bytes_field(1, partial) if partial else b"")
    partly = {"rejectedSpans": str(rejected)} if rejected else {}
    partly |= {"errorMessage": message} if message else {}
    return _reply(200, form, _json({"partialSuccess": partly} if partly else {}))


def refusal(form: str, error: Refused) -> Reply:
    """The answer to a request that is refused."""
    body = _text_field(2, error.message) if form == PROTOBUF else _json({"message": error.message})
    return _reply(error.status, form, body, error.headers)


def _reply(status: int, form: str, body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    return Reply(status, body, (("Content-Type", form), *headers))


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _text_field(number: int, text: str) -> bytes:
    return _bytes_field(number, text.encode("utf-8", "replace"))


def _bytes_field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(value)) + value


def _varint_field(number: int, value: int) -> bytes:
    return bytes([number << 3]) + _varint(value)


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])

"""What a file is, by its first bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from systems.otlp.messages import framing
from systems.otlp.source import Source

HEAD = 1 << 16
"""Bytes that are looked at."""
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_json = re.compile(rb'\s*(?:\{\s*(?:"[^\x00-\x1f]|\})|\[\s*[{\[\]"])').match
_trace = re.compile(
    rb'"(?:resource_?spans|batches|scope_?spans|instrumentation_?library_?spans|trace_?id|span_?id)"\s*:', re.IGNORECASE
).search


def encoding(head: bytes) -> str:
    """Encoding of a text that begins like this."""
    return next((name for mark, name in _BOMS.items() if head.startswith(mark)), "utf-8")


def is_json(head: bytes) -> bool:
    """Whether a file begins like a JSON object or list: a bracket alone may be protobuf just as well."""
    return _json(_ascii(head)) is not None


def is_trace(head: bytes) -> bool:
    """Whether a file begins like a trace: protobuf of spans, or JSON with the names of one near its beginning."""
    return _trace(_ascii(head)) is not None if is_json(head) else framing(head) is not None


def characters(source: Source) -> Callable[[int], str]:
    """Reads text; bytes that are none become U+FFFD, so that one of them costs a character and not a span."""
    decoder = codecs.getincrementaldecoder(encoding(source.peek(4)))("replace")

    def read(size: int) -> str:
        while chunk := source.read(size):
            if text := decoder.decode(chunk):
                return text
        return decoder.decode(b"", final=True)

    return read


def _ascii(head: bytes) -> bytes:
    return head.decode(encoding(head), "replace").encode("ascii", "replace")

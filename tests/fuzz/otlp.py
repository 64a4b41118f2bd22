"""Throws damaged trace files of every form at the reader, guided by coverage: `python -m tests.fuzz.otlp`.

Every input must give spans, counts, or a `UsageError`; anything else is a crash, which libFuzzer writes to a file.
A million inputs, as libFuzzer's own options say it: `python -m tests.fuzz.otlp -runs=1000000 -max_len=4096`.
"""

from __future__ import annotations

import gzip
import io
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

with atheris.instrument_imports(include=["systems.otlp", "json", "gzip"], enable_loader_override=False):
    from systems.errors import UsageError
    from systems.otlp import decode_json, decode_protobuf, read

from tests.systems.otlp.forms import FORMS, a_span

KINDS = ("as it is", "inside of gzip", "a body of JSON", "a body of protobuf")


def seeds(folder: Path) -> None:
    """One small file of every form, in all the ways it is given to the reader."""
    event = {"name": "asked", "time_ns": 3, "attributes": {"b": b"\x00"}}
    spans = [a_span(1, attributes={"a": [1, 0.5, {"k": True}]}, events=(event,)), a_span(2, parent_id=f"{1:016x}")]
    for name, form in FORMS.items():
        for number, _ in enumerate(KINDS):
            (folder / f"{name}-{number}").write_bytes(bytes([number]) + form(spans))


def one_input(data: bytes) -> None:
    """Read an input; its first byte says in which way."""
    if not data:
        return
    kind, body = data[0] % len(KINDS), data[1:]
    with suppress(UsageError):
        if kind < 2:
            reading = read(io.BytesIO(gzip.compress(body, 1) if kind else body))
            found = list(reading)
            assert len(found) == reading.spans
        else:
            found = (decode_json if kind == 2 else decode_protobuf)(body).spans
        for span in found:
            assert len(span.trace_id) == 32
            assert len(span.span_id) == 16
            assert span.start_ns > 0
            span.model_dump_json().encode()


def main() -> None:
    """Run libFuzzer with the seeds, and whatever corpus and options are given besides."""
    with tempfile.TemporaryDirectory() as folder:
        seeds(Path(folder))
        atheris.Setup([*sys.argv, folder], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()

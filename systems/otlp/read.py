"""Reads trace files: finds out what a file is, streams its spans, and says plainly when it is no trace."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from systems.errors import UsageError
from systems.otlp import json_span, message_span
from systems.otlp.documents import Documents
from systems.otlp.fields import Fields, built
from systems.otlp.form import HEAD, characters, is_json
from systems.otlp.messages import Messages, framing
from systems.otlp.source import Source, unpacked
from systems.otlp.tally import Tally
from systems.otlp.text import Text
from systems.otlp.wire import Wire
from systems.records import Span

MEND = (
    "Give a file of an OTLP exporter (JSON with `resourceSpans`, JSON lines or protobuf, also gzipped), "
    "or let programs send their spans to `specloop collect --port 4318`."
)


def read(source: Path | BinaryIO) -> Reading:
    """Spans of a trace file, one at a time, in the file's order.

    Args:
        source: a file, which is opened when the first span is asked for, or a stream of bytes, which stays open.
    """
    return Reading(source)


class Reading(Iterator[Span]):
    """The spans of a trace file.

    Memory is bounded by the largest span (at most 32 MiB of the file) and a window of some MiB, never by the file. Of
    gzip, 64 GiB are unpacked at most, and beyond 1 GiB no more than 200 bytes for one; spans before that are kept.
    On the way through it `UsageError` says that the file cannot be read, or has nothing in it that can be used.

    Attributes:
        spans: spans given so far.
        dropped: what was left out so far, by reason.
    """

    def __init__(self, source: Path | BinaryIO) -> None:
        self.spans = 0
        self._tally = Tally()
        self.dropped = self._tally.dropped
        self._source = source
        self._rest = self._read()

    def __next__(self) -> Span:
        span = next(self._rest)
        self.spans += 1
        return span

    def close(self) -> None:
        """Stop before the end and close the file; a second call does nothing."""
        self._rest.close()

    def _read(self) -> Generator[Span, None, None]:
        with _opened(self._source) as file:
            source = unpacked(Source(file.read))
            head = source.peek(HEAD)
            yield from (fields.span() for fields in _fields(source, head, self._tally))
            if source.trouble and not self.dropped[source.trouble.reason]:
                self._tally.drop(source.trouble)
        if not self.spans and (self.dropped or not self._tally.envelopes):
            raise UsageError(f"{_name(self._source)} is no OpenTelemetry trace: {_why(head, self._tally)}.", mend=MEND)


def _fields(source: Source, head: bytes, tally: Tally) -> Iterator[Fields]:
    framed = None if is_json(head) else framing(head)
    if framed is None:
        return built(Documents(Text(characters(source)), tally).spans(), json_span.span, tally)
    return built(Messages(Wire(source), framed, tally).spans(), message_span.span, tally)


@contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    try:
        if isinstance(source, Path):
            with _open(source) as file:
                yield file
        else:
            yield source
    except IsADirectoryError as error:
        raise UsageError(
            f"{source} is a folder, not a trace file.", mend=f"Try `specloop analyze {source}`."
        ) from error
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {source}.", mend="Check the path: `ls` shows what is there.") from error
    except OSError as error:
        said = error.strerror or error
        raise UsageError(
            f"{_name(source)} cannot be read: {said}.", mend="Check that it is a file you may read."
        ) from error


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except ValueError as error:  # a path with a null character
        raise FileNotFoundError(str(error)) from error


def _name(source: Path | BinaryIO) -> str:
    if isinstance(source, Path):
        return str(source)
    name = getattr(source, "name", None)
    return {"<stdin>": "Standard input", None: "The input"}.get(name, str(name))


def _why(head: bytes, tally: Tally) -> str:
    """Why there is no span, in words that go on after a colon."""
    if not head.strip() and not tally.dropped:
        return "it is empty"
    if tally.envelopes:
        return f"none of its spans can be used ({tally.words()})"
    if tally.dropped.keys() - {"not JSON", "no span"}:
        return f"nothing in it can be used ({tally.words()})"
    if not is_json(head):
        return f"it begins with {head[:16]!r}, which is neither JSON nor protobuf of traces"
    if tally.dropped["no span"]:
        return "it is JSON, but has neither `resourceSpans` nor spans"
    if tally.dropped:
        return "it begins like JSON, but is none"
    return "it has logs or metrics, but no spans"

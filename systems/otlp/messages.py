"""Protobuf bytes as spans: finds those of `ExportTraceServiceRequest` and `TracesData`, the same on the wire.

A file may have one such message, several one after the other (which is one, to protobuf), or several with their lengths
before them: as a varint (`writeDelimitedTo`), or as four bytes, big-endian (the Collector's file exporter).
https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from systems.otlp import tally as limits
from systems.otlp.blocks import Block, Found
from systems.otlp.message_span import parse_resource, parse_scope, parse_span
from systems.otlp.source import Source
from systems.otlp.tally import Malformed, Tally, Unreadable
from systems.otlp.wire import Wire

RESOURCE_SPANS, SCOPE_SPANS, SPANS = 1, 2, 2
DESCRIPTION = 1  # resource of a ResourceSpans, scope of a ScopeSpans
LIBRARY_SPANS = 1000  # what ScopeSpans were called until 2022
_DELIMITED = 2
_FIRST = bytes([RESOURCE_SPANS << 3 | _DELIMITED])
_INNER = (DESCRIPTION << 3 | _DELIMITED, SCOPE_SPANS << 3 | _DELIMITED)


def framing(head: bytes) -> Callable[[Wire], int | None] | None:
    """How messages follow each other in a file that begins like this.

    Returns:
        What reads the length before a message, and gives the place of its end or None where it goes on to the end of
        the file; None when this is no protobuf of traces.
    """
    for framed, prefix in ((unframed, 0), (_length32, 4), *((_length, size) for size in range(1, 6))):
        wire = Wire(Source(_once(head)))
        try:
            end = framed(wire)
            if wire.place == prefix and _is_block(wire, end):
                return framed
        except Malformed:
            continue
    return None


class Messages:
    """The spans of protobuf bytes."""

    def __init__(self, wire: Wire, framed: Callable[[Wire], int | None], tally: Tally) -> None:
        """Set up.

        Args:
            wire: the bytes.
            framed: as `framing` found it.
            tally: where to count what is left out.
        """
        self._wire = wire
        self._framed = framed
        self._tally = tally

    def spans(self) -> Iterator[Found]:
        """Every span, as a protobuf message. What is broken ends its resource, or its message."""
        try:
            while not self._wire.at_end():
                yield from self._message(self._framed(self._wire))
        except Malformed as error:
            self._tally.drop(error)

    def _message(self, end: int | None) -> Iterator[Found]:
        for number, behind in self._wire.fields(end):
            if number == RESOURCE_SPANS:
                self._tally.envelopes += 1
                try:
                    yield from self._block(behind, parse_resource, self._scope)
                except Malformed as error:
                    if error.reason == "cut off":
                        raise
                    self._tally.drop(error)
                    self._wire.skip_to(behind)

    def _scope(self, end: int) -> Iterator[Found]:
        return self._block(end, parse_scope, self._span)

    def _block(
        self, end: int, described: Callable[[bytes], dict[str, Any]], inner: Callable[[int], Iterator[Found]]
    ) -> Iterator[Found]:
        """A block, whose spans count also where it breaks off."""
        wire = self._wire
        block = Block(wire.place)
        try:
            for number, behind in wire.fields(end):
                try:
                    if number == DESCRIPTION:
                        yield from block.describe(described(self._bytes(behind)))
                    elif number in (SCOPE_SPANS, LIBRARY_SPANS):
                        for found in inner(behind):
                            yield from block.add(found, wire.place)
                except Unreadable as error:
                    self._tally.drop(error)
        except Malformed:
            yield from block.rest()
            raise
        yield from block.rest()

    def _span(self, end: int) -> Iterator[Found]:
        yield Found(parse_span(self._bytes(end)), {})

    def _bytes(self, end: int) -> bytes:
        size = end - self._wire.place
        if size > limits.MOST:
            raise Unreadable("too large")
        return self._wire.take(size)


def unframed(wire: Wire) -> int | None:
    """Nothing stands before the message; it goes on to the end of the file."""
    return None


def _length(wire: Wire) -> int | None:
    return wire.varint() + wire.place


def _length32(wire: Wire) -> int | None:
    return int.from_bytes(wire.take(4), "big") + wire.place


def _is_block(wire: Wire, end: int | None) -> bool:
    """Whether a ResourceSpans begins here that fits into its message, and has a resource or spans first."""
    if wire.take(1) != _FIRST:
        return False
    behind = wire.varint() + wire.place
    if end is not None and behind > end:
        return False
    if behind == wire.place:
        return True
    return wire.take(1)[0] in _INNER and wire.varint() + wire.place <= behind


def _once(data: bytes) -> Callable[[int], bytes]:
    left = [data]
    return lambda _: left.pop() if left else b""

"""JSON text as spans: finds the lists of spans in any number of documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from systems.otlp.blocks import Block, Found
from systems.otlp.json_span import FIELDS, resource_context, scope_context
from systems.otlp.tally import Malformed, Tally, Unreadable
from systems.otlp.text import Text

RESOURCES, SCOPES, SPANS = 1, 2, 3
LISTS = {
    "resourceSpans": RESOURCES,
    "resource_spans": RESOURCES,
    "batches": RESOURCES,
    "scopeSpans": SCOPES,
    "scope_spans": SCOPES,
    "instrumentationLibrarySpans": SCOPES,
    "instrumentation_library_spans": SCOPES,
    "spans": SPANS,
}
"""Name of a list -> what it is a list of. Documents may begin at any of these, and may have bare spans as well."""
CONTEXTS = {
    "resource": resource_context,
    "scope": scope_context,
    "instrumentationLibrary": scope_context,
    "instrumentation_library": scope_context,
}
OTHER_SIGNALS = frozenset({"resourceLogs", "resourceMetrics", "resourceProfiles"})
_IDS = frozenset({"traceId", "trace_id", "spanId", "span_id"})


class Documents:
    """The spans of a JSON text."""

    def __init__(self, text: Text, tally: Tally) -> None:
        self._text = text
        self._tally = tally

    def spans(self) -> Iterator[Found]:
        """Every span, as the text has it.

        What is broken ends its document: reading goes on at the next line that begins with a bracket.
        """
        while self._text.peek():
            try:
                yield from self._document()
                self._text.step(",")
            except Malformed as error:
                self._tally.drop(error)
                if not self._text.next_line():
                    return

    def _document(self) -> Iterator[Found]:
        ahead = self._text.peek()
        if ahead == "[":
            yield from self._list(0)
        elif ahead == "{":
            yield from self._object(0)
        else:
            raise Malformed("not JSON")

    def _list(self, level: int) -> Iterator[Found]:
        for _ in self._text.items():
            ahead = self._text.peek()
            if level == SPANS:
                yield from self._span()
            elif ahead == "{":
                yield from self._object(level)
            else:
                self._text.skip()
                self._tally.drop(Unreadable("not an object"))

    def _span(self) -> Iterator[Found]:
        try:
            yield Found(self._text.value(), {})
        except Unreadable as error:
            self._tally.drop(error)

    def _object(self, level: int) -> Iterator[Found]:
        """A document, a block of spans, or a span that stands alone; what was read of one that breaks off counts."""
        block = Block(self._text.read_characters)
        if level == 0:
            block.describe({})
        try:
            yield from self._members(level, block)
        except Malformed:
            yield from block.rest()
            raise

    def _members(self, level: int, block: Block) -> Iterator[Found]:
        text, own, nested, empty = self._text, dict[str, Any](), False, True
        for key in text.members():
            below, empty = LISTS.get(key, 0), False
            if below > level and text.peek() == "[":
                nested = True
                self._tally.envelopes += 1
                for found in self._list(below):
                    yield from block.add(found, text.read_characters)
            elif key in CONTEXTS:
                yield from block.describe(CONTEXTS[key](self._value()))
            elif level == 0 and key in FIELDS:
                own[key] = self._value()
            else:
                nested = nested or key in OTHER_SIGNALS
                self._pass_over()
        if own.keys() & _IDS:
            self._tally.envelopes += 1
            yield from block.add(Found(own, {}), text.read_characters)
        elif level == 0 and not nested and not empty:
            self._tally.drop(Unreadable("no span"))
        yield from block.rest()

    def _pass_over(self) -> None:
        """Read what nobody wants, a list item by item, so that its size does not matter."""
        with suppress(Unreadable):
            if self._text.peek() != "[":
                self._text.value()
                return
            for _ in self._text.items():
                with suppress(Unreadable):
                    self._text.value()

    def _value(self) -> Any:
        try:
            return self._text.value()
        except Unreadable as error:
            self._tally.drop(error)
            return None

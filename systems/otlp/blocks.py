"""Spans together with the resource and the instrumentation scope that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

LONGEST_WAIT = 1 << 22
"""Characters or bytes of the file."""


class Found(NamedTuple):
    """A span as the file has it.

    Attributes:
        span: parsed JSON, or a protobuf message.
        context: attributes of its resource and the name of its scope, as the span is to carry them.
    """

    span: Any
    context: Mapping[str, Any]


class Block:
    """Spans of one resource or one scope, whose description may stand behind them.

    Exporters write it first. Where it comes later, spans wait for it, but no longer than `LONGEST_WAIT`.
    """

    def __init__(self, start: int) -> None:
        """Begin.

        Args:
            start: place in the file.
        """
        self._start = start
        self._waiting: list[Found] = []
        self._context: Mapping[str, Any] | None = None

    def describe(self, context: Mapping[str, Any]) -> Iterable[Found]:
        """Say what the spans belong to; gives those that waited for it."""
        self._context = context
        return self.rest()

    def add(self, found: Found, place: int) -> Iterable[Found]:
        """Spans that need not wait any longer."""
        if self._context is None:
            self._waiting.append(found)
            return self.rest() if place - self._start > LONGEST_WAIT else ()
        return (found._replace(context={**self._context, **found.context}) if self._context else found,)

    def rest(self) -> Iterable[Found]:
        """Spans that still wait."""
        waiting, self._waiting = self._waiting, []
        context = self._context or {}
        return [found._replace(context={**context, **found.context}) for found in waiting]

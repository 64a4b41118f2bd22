"""How the attributes of other vocabularies are called in the OpenTelemetry GenAI conventions.

Each module here is one vocabulary: the marks by which its spans are known, a table of names, a table of span kinds,
and, where a rename does not do, what has to be collected. `translate` gives a span's attributes under their GenAI
names beside those they came with; a span may be written in several vocabularies at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from nodes.feedback_loop.vocabularies import (
    adk,
    agenttelemetry,
    genai,
    langsmith,
    openinference,
    openllmetry,
    pydantic_ai,
)
from systems import names
from systems.records import Span

Attributes = Mapping[str, Any]


class Vocabulary(NamedTuple):
    """One vocabulary.

    Attributes:
        marks: attributes that show that a span is written in it; none marks every span.
        kinds: attributes that tell the kind of a span.
        operations: value of one of `kinds`, in lower case -> `gen_ai.operation.name`.
        names: the GenAI attribute -> its own, the first that is there; a GenAI attribute that is there already wins.
        collected: (span, attributes so far) -> what one rename does not do, as GenAI attributes; these win.
    """

    marks: tuple[str, ...]
    kinds: tuple[str, ...]
    operations: Mapping[str, str]
    names: tuple[tuple[str, tuple[str, ...]], ...]
    collected: Callable[[Span, dict[str, Any]], dict[str, Any]]


VOCABULARIES: tuple[Vocabulary, ...] = tuple(
    Vocabulary(one.MARKS, one.KINDS, one.OPERATIONS, tuple(one.NAMES.items()), one.collected)
    for one in (openinference, openllmetry, langsmith, agenttelemetry, pydantic_ai, adk, genai)
)


def translate(span: Span) -> Attributes:
    """Attributes of a span under their GenAI names too."""
    attributes = span.attributes
    found = dict(attributes)
    for vocabulary in VOCABULARIES:
        if not vocabulary.marks:
            _translate(span, vocabulary, found)
        for mark in vocabulary.marks:
            if mark in attributes:
                _translate(span, vocabulary, found)
                break
    return found


def _translate(span: Span, vocabulary: Vocabulary, found: dict[str, Any]) -> None:
    """Add what a vocabulary says to the attributes found so far."""
    for name, sources in vocabulary.names:
        if name not in found:
            for source in sources:
                if source in found:
                    found[name] = found[source]
                    break
    if names.OPERATION not in found:
        for kind in vocabulary.kinds:
            operation = vocabulary.operations.get(str(found.get(kind)).lower())
            if operation:
                found[names.OPERATION] = operation
                break
    found.update(vocabulary.collected(span, found))

"""Evaluations in a trace: what people and checkers made of it, where spans carry `gen_ai.evaluation.result` events.

https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/#event-gen_aievaluationresult
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field

from systems import names
from systems.records import Record, Span

MOST = 200
MOST_TEXT = 2_000


class Evaluation(Record):
    """A judgement, once however often it was given."""

    name: str = Field(description="What was judged by: user_feedback, openspec, ...")
    label: str = Field("", description="The judgement in a word: good, bad, pass, fail, ...")
    score: float | None = Field(None, description="The judgement as a number, in the judge's own measure")
    explanation: str = Field("", description="The judge's words")
    about: tuple[str, ...] = Field((), description="Documents that are meant")
    span_id: str = Field(description="The last span that carries it")
    count: int = Field(1, description="How often it was given")

    @property
    def verdict(self) -> str:
        """The judgement in a word or number, with how often it was given."""
        said = self.label or ("" if self.score is None else f"{self.score:g}")
        return f"{said} ({self.count:,} times)" if self.count > 1 else said


class Evaluations:
    """Collects the evaluations of spans as they pass."""

    def __init__(self) -> None:
        self._found: dict[tuple[Any, ...], Evaluation] = {}
        self._withdrawn: set[str] = set()

    def watched(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The same spans."""
        for span in spans:
            if span.events:
                self._observe(span)
            yield span

    def all(self) -> tuple[Evaluation, ...]:
        """What was found, those with words first; feedback that was withdrawn is left out."""
        held = [each for each in self._found.values() if each.span_id not in self._withdrawn]
        return tuple(sorted(held, key=lambda each: not each.explanation))

    def _observe(self, span: Span) -> None:
        for event in span.events:
            said = event.get("attributes") or {}
            if event.get("name") == names.FEEDBACK_WITHDRAWN:
                self._withdrawn.add(str(said.get(names.FEEDBACK)))
            elif event.get("name") == names.EVALUATION_EVENT:
                self._take(said, span.span_id)

    def _take(self, said: dict[str, Any], span_id: str) -> None:
        score = said.get(names.EVALUATION_VALUE)
        words = str(said.get(names.EVALUATION_EXPLANATION) or "")[:MOST_TEXT]
        about = said.get(names.FEEDBACK_ABOUT)
        one = Evaluation(
            name=str(said.get(names.EVALUATION_NAME) or "unnamed"),
            label=str(said.get(names.EVALUATION_LABEL) or ""),
            score=float(score) if isinstance(score, (int, float)) else None,
            explanation=words,
            about=tuple(map(str, about)) if isinstance(about, (list, tuple)) else (),
            span_id=span_id,
        )
        key = (one.name, one.label, one.score, words)
        if key in self._found:
            count = self._found[key].count + 1
            self._found[key] = one.model_copy(update={"count": count})
        elif len(self._found) < MOST:
            self._found[key] = one

"""The results of a loop's own tool calls that give orders to a model: spans keep no content, the documents do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nodes.feedback_loop.texts.injections import injected
from systems import names
from systems.documents import Documents
from systems.records import Answer, Span


def with_orders(spans: Sequence[Span], answers: Iterable[Answer], documents: Documents) -> list[Span]:
    """The spans, those of calls whose result orders a model about with that result on them; nothing is stored.

    Args:
        spans: of one loop.
        answers: what its questions were answered with.
        documents: where the results are.
    """
    sources = {source.span_id: source.content_hash for answer in answers for source in answer.sources}
    texts = {span.span_id: documents.get(sources[span.span_id]) for span in spans if span.span_id in sources}
    return [_bearing(span, texts.get(span.span_id, "")) for span in spans]


def _bearing(span: Span, text: str) -> Span:
    if names.TOOL_RESULT in span.attributes or not text or not injected(text):
        return span
    return span.model_copy(update={"attributes": {**span.attributes, names.TOOL_RESULT: text}})

"""Answers that are watched while they are written; only one that the model has finished counts as an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from opentelemetry import trace

from systems.models.counting import mark
from systems.models.failures import Dropped

Watcher = Callable[[str], None]
"""Called with everything that was written so far, thoughts and answer."""

_WATCHER: ContextVar[Watcher | None] = ContextVar("specloop_draft_watcher", default=None)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Drafts made inside, also in tasks started inside, are streamed, and the watcher told as they grow."""
    token = _WATCHER.set(watcher)
    try:
        yield
    finally:
        _WATCHER.reset(token)


def watcher() -> Watcher | None:
    """Who watches the drafts made here; None: nobody."""
    return _WATCHER.get()


async def whole(stream: AsyncIterator[Any], request: dict[str, Any], tell: Watcher, span: trace.Span) -> dict[str, Any]:
    """The streamed answer as one chat completion.

    Args:
        stream: chunks of the OpenAI client.
        request: what was asked.
        tell: is told what was written so far.
        span: the call's, open until the stream has ended.

    Raises:
        Dropped: it ended before the model had finished. What came so far is not an answer.
    """
    import httpx

    message: dict[str, Any] = {"role": "assistant", "content": "", "reasoning_content": ""}
    choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": None}
    answer: dict[str, Any] = {"object": "chat.completion", "choices": [choice], "usage": None}
    try:
        async for chunk in stream:
            data = chunk.model_dump(warnings=False)
            answer |= {key: data[key] for key in ("id", "model", "created") if data.get(key)}
            answer["usage"] = data.get("usage") or answer["usage"]
            for each in (data.get("choices") or [])[:1]:
                _add(message, each.get("delta") or {}, tell)
                choice["finish_reason"] = each.get("finish_reason") or choice["finish_reason"]
            if choice["finish_reason"]:
                mark(span, request, answer)
    except httpx.TransportError as error:
        raise Dropped(str(error)) from error
    if not choice["finish_reason"]:
        raise Dropped("it ended without a finish_reason")
    return answer


def _add(message: dict[str, Any], delta: dict[str, Any], tell: Watcher) -> None:
    message["content"] += delta.get("content") or ""
    message["reasoning_content"] += delta.get("reasoning_content") or delta.get("reasoning") or ""
    if delta.get("content") or delta.get("reasoning_content") or delta.get("reasoning"):
        tell(message["reasoning_content"] + message["content"])

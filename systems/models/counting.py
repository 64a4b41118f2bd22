"""Tokens as the server counts them, before a prompt is sent; and counted here, on the span, when it does not count.

llama.cpp  `/v1/chat/completions/input_tokens`; builds without it `/apply-template`, then `/tokenize`
vLLM       `/tokenize`
others     have no such endpoint
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from pydantic import BaseModel

from systems import names
from systems.models.choice import ModelChoice
from systems.models.http import got, root
from systems.models.prompt import TOKENS_PER_MESSAGE, Message, tokens
from systems.models.thinking import parted

if TYPE_CHECKING:
    import httpx

CALL: ContextVar[list[trace.Span] | None] = ContextVar("specloop_model_call", default=None)
"""Where a streamed call finds its span, which nobody but the instrumentation has in hand."""


class _InputTokens(BaseModel):
    input_tokens: int


class _Prompt(BaseModel):
    prompt: str


class _Tokens(BaseModel):
    tokens: list[int]


class _Count(BaseModel):
    count: int


async def counted(choice: ModelChoice, messages: Sequence[Message], http: httpx.AsyncClient) -> int | None:
    """Tokens of a prompt by the server's tokenizer and chat template; None where it has no endpoint for that."""
    said = [{"role": role, "content": text} for role, text in messages]
    if choice.server == "vllm":
        vllm = await got(
            http, f"{root(choice.base_url)}/tokenize", _Count, post={"model": choice.name, "messages": said}
        )
        return vllm.count if vllm else None
    if choice.server != "llama.cpp":
        return None
    exact = await got(http, f"{choice.base_url}/chat/completions/input_tokens", _InputTokens, post={"messages": said})
    if exact:
        return exact.input_tokens
    prompt = await got(http, f"{root(choice.base_url)}/apply-template", _Prompt, post={"messages": said})
    asked = {"content": prompt.prompt, "add_special": True, "parse_special": True} if prompt else None
    found = await got(http, f"{root(choice.base_url)}/tokenize", _Tokens, post=asked) if asked else None
    return len(found.tokens) if found else None


async def note_call(request: httpx.Request) -> None:
    """Hook of the HTTP client: keep the span of a call that will stream."""
    call = CALL.get()
    if call is not None:
        call.append(trace.get_current_span())


async def note_usage(response: httpx.Response) -> None:
    """Hook of the HTTP client: put on the call's span what a whole answer does not say of its tokens."""
    if not response.is_success or "json" not in response.headers.get("content-type", ""):
        return
    await response.aread()
    try:
        answer, request = json.loads(response.content), json.loads(response.request.content)
        mark(trace.get_current_span(), request, answer)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return  # no chat completion; what reads it next says so


def mark(span: trace.Span, request: dict[str, Any], answer: dict[str, Any]) -> None:
    """Estimate on a chat span the tokens that an answer does not count, and say that they are estimates.

    Of a stream it is called twice: when the model has finished, and when the server counts after all.
    """
    attributes = getattr(span, "attributes", None) or {}
    if attributes.get(names.OPERATION) != names.CHAT or not answer.get("choices"):
        return
    message, usage = answer["choices"][0]["message"], answer.get("usage") or {}
    thought, said = parted(message)
    missing: dict[str, int] = {}
    if not usage.get("prompt_tokens"):
        missing[names.INPUT_TOKENS] = estimated(request["messages"])
    if not usage.get("completion_tokens"):
        missing[names.OUTPUT_TOKENS] = tokens(said) + tokens(thought)
    if thought and "reasoning_tokens" not in (usage.get("completion_tokens_details") or {}):
        missing[names.REASONING_TOKENS] = tokens(thought)
    if missing or attributes.get(names.TOKENS_ESTIMATED):
        span.set_attributes({**missing, names.TOKENS_ESTIMATED: list(missing)})


def estimated(messages: Sequence[dict[str, Any]]) -> int:
    """Roughly how many tokens the messages of a request are."""
    return sum(tokens(str(message.get("content") or "")) + TOKENS_PER_MESSAGE for message in messages)

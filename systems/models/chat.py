"""ChatOpenAI for servers that are only nearly OpenAI's: one call, one answer that is whole, errors that are ours.

Drafts and tool loops ask through it, so both get the same treatment: a busy server or a broken connection is tried
once more within the time limit, an error in a 200 answer is an error, `reasoning_content` is kept, and `tool_choice` is
never an object, which LM Studio refuses.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_openai import ChatOpenAI
from opentelemetry.trace import INVALID_SPAN, Span
from pydantic import SecretStr

from systems.errors import SpecloopError
from systems.models import failures
from systems.models.choice import ModelChoice
from systems.models.counting import CALL
from systems.models.failures import NO_KEY, BadAnswer, Dropped, words_of
from systems.models.readiness import Ready
from systems.models.streaming import watcher, whole
from systems.models.thinking import parted

REASONING = "reasoning_content"
BACKSTOP_SECONDS = 1.0  # beyond the client's own time limit, for a server that trickles

# What the client and its instrumentation raise over an answer that is JSON of another shape, or none at all.
MISSHAPEN = (ValueError, TypeError, KeyError, IndexError, AttributeError)
FOREIGN = (openai.APIError, httpx.HTTPError, BadAnswer, Dropped, *MISSHAPEN)


class Chat(ChatOpenAI):
    """A chat model of LangChain over one model of one server; its errors are those of `systems.errors`.

    Attributes:
        served: which model it is, and where.
        seconds: time limit of one call, tries included.
    """

    served: ModelChoice
    seconds: float = 120.0

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: dict[str, Any] | str | bool | None = None,
        **options: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools; a `tool_choice` that names one is sent as `required`, with that tool alone."""
        bound = super().bind_tools(tools, tool_choice=tool_choice, **options)
        sent: dict[str, Any] = bound.kwargs  # type: ignore[attr-defined]
        chosen = sent.get("tool_choice")
        if not isinstance(chosen, dict):
            return bound
        name = chosen.get("function", {}).get("name")
        only = [tool for tool in sent["tools"] if tool.get("function", {}).get("name") == name] or sent["tools"]
        return self.bind(**{**sent, "tools": only, "tool_choice": "required"})

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """Ask once, and once more where that may help.

        Raises:
            InvalidDraft: no answer in time, or the prompt is too long (`failures.Overflow`).
            Missing: the server is gone, or refuses for good.
        """
        payload = self._get_request_payload(messages, stop=stop, **kwargs)
        async with Ready(self.served).place():
            try:
                async with asyncio.timeout(self.seconds + BACKSTOP_SECONDS):
                    return await self._tried_twice(payload)
            except TimeoutError as error:
                raise failures.timed_out(self.served, self.seconds) from error
            except FOREIGN as error:
                raise self._ours(error) from error

    async def _tried_twice(self, payload: dict[str, Any]) -> ChatResult:
        end = time.monotonic() + self.seconds
        try:
            return await self._asked(payload, self.seconds)
        except (openai.APIError, Dropped) as error:
            pause = _pause(error)
            if pause is None:
                raise
            if time.monotonic() + pause >= end:
                raise failures.busy(self.served, self.seconds) from error
        await asyncio.sleep(pause)
        return await self._asked(payload, max(0.1, end - time.monotonic()))

    async def _asked(self, payload: dict[str, Any], seconds: float) -> ChatResult:
        tell = watcher()
        if tell is None or payload.get("tools"):
            return self._create_chat_result(await self.async_client.create(**payload, timeout=seconds))
        calls: list[Span] = []
        token = CALL.set(calls)
        try:
            streamed = {"timeout": seconds, "stream": True, "stream_options": {"include_usage": True}}
            stream = await self.async_client.create(**{**payload, **streamed})
        finally:
            CALL.reset(token)
        async with stream:
            if "json" in stream.response.headers.get("content-type", ""):  # an error, or a server that does not stream
                return self._create_chat_result(json.loads(await stream.response.aread()))
            return self._create_chat_result(await whole(stream, payload, tell, (calls or [INVALID_SPAN])[-1]))

    def _ours(self, error: Exception) -> SpecloopError:
        """One of our errors for a foreign one; the key is not in it, whatever the server says."""
        if isinstance(error, Dropped):
            return failures.dropped(self.served)
        if isinstance(error, openai.APIError):
            ours = failures.mapped(error, self.served, self.seconds)
        else:
            words = str(error) if isinstance(error, BadAnswer) else f"no chat completion ({error})"
            ours = failures.refusal(self.served, words)
        key = self.openai_api_key.get_secret_value() if isinstance(self.openai_api_key, SecretStr) else ""
        ours.message = ours.message.replace(key, "[key]") if key and key != NO_KEY else ours.message
        return ours

    def _create_chat_result(
        self, response: dict[str, Any] | openai.BaseModel, generation_info: dict[str, Any] | None = None
    ) -> ChatResult:
        """Read an answer.

        Raises:
            BadAnswer: it is an error, a web page, or has no message.
        """
        data = response.model_dump(warnings=False) if isinstance(response, openai.BaseModel) else response
        if not isinstance(data, dict):
            raise BadAnswer(f"no chat completion but {words_of(data)}")
        if data.get("error"):
            raise BadAnswer(words_of(data["error"]))
        choices = data.get("choices")
        message = choices[0].get("message") if choices else None
        if not message:
            raise BadAnswer(f"no message in {words_of(data)}")
        result = super()._create_chat_result(response, generation_info)
        reply = result.generations[0].message
        reply.additional_kwargs[REASONING], reply.content = parted(message)
        return result


def _pause(error: Exception) -> float | None:
    """Seconds to wait before a second try; None when a second try is pointless."""
    if isinstance(error, openai.APITimeoutError):
        return None
    if isinstance(error, (openai.APIConnectionError, Dropped)):
        return 0.2
    if isinstance(error, openai.APIStatusError) and (error.status_code == 429 or error.status_code >= 500):
        return _asked_for(error.response.headers.get("retry-after", ""))
    return None


def _asked_for(retry_after: str) -> float:
    """Seconds that a `Retry-After` asks for, which has a number of them or a date (RFC 9110, 10.2.3); else 1."""
    if retry_after.replace(".", "", 1).isdecimal():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return 1.0

"""One draft, one model call: through LangChain's ChatOpenAI, read and checked here.

`with_structured_output` is not used: it raises on truncation, loses what reasoning models write into
`reasoning_content`, and turns an error in a 200 answer into a TypeError. The schema travels in the request's body
instead (`extra_body`), so the plain `create` is called and its span keeps finish reasons and tokens.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, SecretStr

from systems import embedded
from systems.models import failures
from systems.models.capabilities import Memory
from systems.models.choice import LM_STUDIO, ModelChoice, Told, choose
from systems.models.counting import counted, note_call, note_usage
from systems.models.failures import NO_KEY
from systems.models.http import is_loopback
from systems.models.others import Others
from systems.models.prompt import Message, fitted, prompt_tokens, tokens
from systems.models.readiness import Readiness, Ready
from systems.models.reading import learned_from, read, thoughts
from systems.models.schema import in_words, options
from systems.policy import DraftKnobs

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

    from systems.models.chat import Chat

T = TypeVar("T", bound=BaseModel)

UNKNOWN_CONTEXT = 4096  # what LM Studio loads a model with when nobody says otherwise
SHRINK = 0.7  # of the context believed in, after a server found a prompt too long
THOUGHT_TOKENS = 2_048  # what a model that thinks first may write besides its answer
COUNT_SECONDS = 10.0


@dataclass(frozen=True)
class Drafted(Generic[T]):
    """What the model wrote, checked.

    Attributes:
        value: the record.
        input_tokens: tokens of the prompt; estimated when the server does not say.
        output_tokens: tokens of the answer, thoughts included; estimated when the server does not say.
        reasoning_tokens: tokens of thoughts; estimated when the server does not say.
        note: what went otherwise than the policy and the prompt have it; empty where nothing did.
    """

    value: T
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int = 0
    note: str = ""


class Model:
    """A model that is ready to be asked.

    Attributes:
        others: what else its server can answer with.
    """

    def __init__(self, choice: ModelChoice, chat: Chat, others: Others, readiness: Readiness) -> None:
        self._chosen = choice
        self._chat = chat
        self.others = others
        self._readiness = readiness

    @property
    def choice(self) -> ModelChoice:
        """Which model it is, and where: as it was chosen, with what its server has said of it since."""
        return self._readiness.known(self._chosen).choice.model_copy(update={"name": self._chosen.name})

    async def draft(self, messages: Sequence[Message], schema: type[T], knobs: DraftKnobs) -> Drafted[T]:
        """Ask for one record; one model call, except that a busy server or a broken connection is tried once more.

        A model that was never asked before is loaded and probed first, one that was thrown out is loaded again. A
        server that refuses the schema is asked in a simpler way, as is a model that puts nothing outside its thoughts;
        what worked is remembered. A prompt longer than the model's context is cut (`prompt.py` says how).
        `knobs.model` names another model of the same server.

        Raises:
            InvalidDraft: the answer is `empty`, `truncated` or `invalid`, its message being a hint for the model; or
                there was none within `knobs.seconds` (`timeout`). Also `truncated` when the server found the prompt
                too long; the next prompt is cut shorter.
            Missing: the server is gone, or refuses for good.
        """
        choice, note = await self.others.named(knobs.model)
        ready = await self._readiness.of(choice)
        end, reloaded = time.monotonic() + knobs.seconds, False
        while True:
            sent, output, cut = await self._sendable(ready, messages, schema, knobs)
            try:
                reply = await self._ask(ready, sent, schema, output, knobs, max(1.0, end - time.monotonic()))
            except failures.Overflow as error:
                context = _context(ready.choice)
                self._readiness.shrunk(choice, int(min(error.limit or context, context * SHRINK)))
                raise
            except failures.Unloaded:
                if reloaded:
                    raise
                ready, reloaded = await self._readiness.again(choice), True
                continue
            except failures.Unfollowable:
                simpler = ready.capabilities.simpler()
                if simpler is None:
                    raise
            else:
                simpler = learned_from(reply, ready.capabilities)
                if simpler is None:
                    return _drafted(reply, schema, sent, output, " ".join(filter(None, (note, cut))))
            ready = self._readiness.learned(choice, simpler)

    async def tool_capable(self) -> bool:
        """Whether the model calls tools: what the person says of it, else its server, else one small request."""
        return await self._readiness.tools(self._chosen)

    def chat(self, knobs: DraftKnobs, *, output_tokens: int | None = None) -> Chat:
        """The model as LangChain knows it, for loops that offer it tools: `chat(knobs).bind_tools(tools).ainvoke(...)`.

        Its errors are those of `draft`. Nothing is cut here: messages that do not fit are `failures.Overflow`.

        Args:
            knobs: temperature, seed, time limit and, unless said otherwise, most tokens of an answer.
            output_tokens: most tokens of an answer.
        """
        choice = self._readiness.known(self._chosen).choice
        return self._asking(choice, knobs, output_tokens or knobs.output_tokens, knobs.seconds)

    async def context_tokens(self) -> int:
        """The model's true context: tokens of prompt and answer together."""
        return _context((await self._readiness.of(self._chosen)).choice)

    def _asking(self, choice: ModelChoice, knobs: DraftKnobs, output: int, seconds: float) -> Chat:
        limits = {
            "max_tokens": output,
            "extra_body": {"max_tokens": output},  # what LM Studio documents; ChatOpenAI says max_completion_tokens
            "temperature": knobs.temperature,
            "seed": knobs.seed,
            "seconds": seconds,
        }
        return self._chat.model_copy(update={"served": choice, "model_name": choice.name, **limits})

    async def _sendable(
        self, ready: Ready, messages: Sequence[Message], schema: type[T], knobs: DraftKnobs
    ) -> tuple[list[Message], int, str]:
        """(messages that fit, most tokens of the answer, what was cut)."""
        context = _context(ready.choice)
        thoughts = THOUGHT_TOKENS if ready.capabilities.reasoning else 0
        output = min(knobs.output_tokens + thoughts, context // 2)
        asked = in_words(messages, schema) if ready.capabilities.in_words else list(messages)
        sent = await fitted(asked, context - output, functools.partial(self._count, ready.choice))
        if sent == asked:
            return sent, output, ""
        lengths = f"from {sum(len(text) for _, text in asked):,} to {sum(len(text) for _, text in sent):,} characters"
        return sent, output, f"The prompt was cut {lengths} for the {context:,} tokens of {ready.choice.name}."

    async def _count(self, choice: ModelChoice, messages: Sequence[Message]) -> int | None:
        async with self._readiness.http(choice, COUNT_SECONDS) as http:
            return await counted(choice, messages, http)
        return None

    async def _ask(
        self, ready: Ready, messages: list[Message], schema: type[T], output: int, knobs: DraftKnobs, seconds: float
    ) -> AIMessage:
        chat = self._asking(ready.choice, knobs, output, seconds)
        form = options(schema, ready.capabilities, patterns=ready.choice.embedded)
        return await chat.ainvoke(messages, extra_body={**form, **(chat.extra_body or {})})


def _context(choice: ModelChoice) -> int:
    return choice.context_tokens or UNKNOWN_CONTEXT


def _drafted(reply: AIMessage, schema: type[T], sent: list[Message], output: int, note: str) -> Drafted[T]:
    value = read(reply, schema, output)
    usage, thought = reply.usage_metadata, tokens(thoughts(reply))
    said = (usage or {}).get("output_token_details", {}).get("reasoning") if usage else None
    return Drafted(
        value,
        input_tokens=usage["input_tokens"] if usage else prompt_tokens(sent),
        output_tokens=usage["output_tokens"] if usage else tokens(reply.text) + thought,
        reasoning_tokens=thought if said is None else said,
        note=note,
    )


@asynccontextmanager
async def connected(
    choice: ModelChoice, api_key: SecretStr | None, *, kept: Path | None = None
) -> AsyncIterator[Model]:
    """A model that is already being served; nothing is sent before the first draft.

    Args:
        choice: which, and where.
        api_key: sent as a bearer token when given.
        kept: folder where it is remembered how models can be asked; None: it is found out anew.
    """
    Chat, http_client = await asyncio.to_thread(_langchain)
    hooks = {"request": [note_call], "response": [note_usage]}
    async with http_client(trust_env=not is_loopback(choice.base_url), event_hooks=hooks) as http:
        chat = Chat(
            served=choice,
            model=choice.name,
            base_url=choice.base_url,
            api_key=api_key or SecretStr(NO_KEY),
            max_retries=0,
            cache=False,
            disable_streaming=True,
            use_responses_api=False,
            output_version="v0",
            openai_proxy=None,
            http_socket_options=(),
            http_async_client=http,
        )
        yield Model(choice, chat, Others(choice, api_key), Readiness(api_key, Memory(kept)))


def _langchain() -> tuple[type[Chat], Any]:
    """What takes two seconds to import."""
    import openai

    from systems.models.chat import Chat

    return Chat, openai.DefaultAsyncHttpxClient


@asynccontextmanager
async def open_model(
    wanted: str,
    *,
    base_url: str = LM_STUDIO,
    api_key: SecretStr | None = None,
    told: Told | None = None,
    kept: Path | None = None,
) -> AsyncIterator[Model]:
    """Choose a model and make it ready; the embedded server runs for the length of the block.

    Args:
        wanted: see `choose`.
        base_url: see `choose`.
        api_key: sent as a bearer token when given.
        told: what the person says of the model.
        kept: see `connected`.

    Raises:
        Missing: nothing answers, there is no such model, or the embedded model is not installed or cannot be loaded.
    """
    choice = (await choose(wanted, base_url=base_url, api_key=api_key)).corrected(told or Told())
    if not choice.embedded:
        async with connected(choice, api_key, kept=kept) as model:
            yield model
        return
    async with embedded.running() as server:
        started = choice.model_copy(update={"base_url": server.base_url})
        async with connected(started, server.api_key) as model:
            yield model

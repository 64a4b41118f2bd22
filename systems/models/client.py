"""One draft, one model call: through LangChain's ChatOpenAI, read and checked here.

`with_structured_output` is not used: it raises on truncation, loses what reasoning models write into
`reasoning_content`, and turns an error in a 200 answer into a TypeError. The schema travels in the request's body
instead (`extra_body`), so the plain `create` is called and its span keeps finish reasons and tokens.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, SecretStr

from systems import embedded
from systems.models import failures
from systems.models.choice import LM_STUDIO, ModelChoice, Told, choose
from systems.models.listing import is_loopback
from systems.models.others import Others
from systems.models.prompt import Message, fit, prompt_tokens, tokens
from systems.models.reading import read
from systems.models.schema import response_format
from systems.policy import DraftKnobs

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

    from systems.models.chat import Chat

T = TypeVar("T", bound=BaseModel)

UNKNOWN_CONTEXT = 4096  # what LM Studio loads a model with when nobody says otherwise
SHRINK = 0.7  # of the context believed in, after a server found a prompt too long


@dataclass(frozen=True)
class Drafted(Generic[T]):
    """What the model wrote, checked.

    Attributes:
        value: the record.
        input_tokens: tokens of the prompt; estimated when the server does not say.
        output_tokens: tokens of the answer; estimated when the server does not say.
        note: why another model answered than `knobs.model`; empty where none did.
    """

    value: T
    input_tokens: int
    output_tokens: int
    note: str = ""


class Model:
    """A model that is ready to be asked.

    Attributes:
        choice: which model it is, and where.
        others: what else its server can answer with.
    """

    def __init__(self, choice: ModelChoice, chat: Chat, others: Others) -> None:
        self.choice = choice
        self._chat = chat
        self.others = others
        self._contexts: dict[str, int] = {}

    async def draft(self, messages: Sequence[Message], schema: type[T], knobs: DraftKnobs) -> Drafted[T]:
        """Ask for one record; one model call, except that a busy server or a broken connection is tried once more.

        A prompt longer than the model's context loses its middle, with a note in its place. `knobs.model` names another
        model of the same server.

        Raises:
            InvalidDraft: the answer is `empty`, `truncated` or `invalid`, its message being a hint for the model; or
                there was none within `knobs.seconds` (`timeout`). Also `truncated` when the server found the prompt
                too long; the next prompt is cut shorter.
            Missing: the server is gone, or refuses for good.
        """
        choice, note = await self.others.named(knobs.model)
        context = self._contexts.get(choice.name) or choice.context_tokens or UNKNOWN_CONTEXT
        output = min(knobs.output_tokens, context // 2)
        fitted = fit(messages, context - output)
        try:
            reply = await self._ask(choice, fitted, schema, output, knobs)
        except failures.Overflow as error:
            self._contexts[choice.name] = int(min(error.limit or context, context * SHRINK))
            raise
        value = read(reply, schema, output)
        usage = reply.usage_metadata
        return Drafted(
            value,
            input_tokens=usage["input_tokens"] if usage else prompt_tokens(fitted),
            output_tokens=usage["output_tokens"] if usage else tokens(reply.text),
            note=note,
        )

    async def tool_capable(self) -> bool:
        """Whether the model was made to call tools: what the person says of it, else what its server says."""
        return bool(self.choice.tools)

    def chat(self, knobs: DraftKnobs, *, output_tokens: int | None = None) -> Chat:
        """The model as LangChain knows it, for loops that offer it tools: `chat(knobs).bind_tools(tools).ainvoke(...)`.

        Its errors are those of `draft`. Nothing is cut here: messages that do not fit are `failures.Overflow`.

        Args:
            knobs: temperature, seed, time limit and, unless said otherwise, most tokens of an answer.
            output_tokens: most tokens of an answer.
        """
        return self._asking(self.choice, knobs, output_tokens or knobs.output_tokens)

    def _asking(self, choice: ModelChoice, knobs: DraftKnobs, output: int) -> Chat:
        limits = {
            "max_tokens": output,
            "extra_body": {"max_tokens": output},  # what LM Studio documents; ChatOpenAI says max_completion_tokens
            "temperature": knobs.temperature,
            "seed": knobs.seed,
            "seconds": knobs.seconds,
        }
        return self._chat.model_copy(update={"served": choice, "model_name": choice.name, **limits})

    async def _ask(
        self, choice: ModelChoice, messages: list[Message], schema: type[T], output: int, knobs: DraftKnobs
    ) -> AIMessage:
        chat = self._asking(choice, knobs, output)
        asked = {"response_format": response_format(schema, patterns=choice.embedded)}
        return await chat.ainvoke(messages, extra_body={**(chat.extra_body or {}), **asked})


@asynccontextmanager
async def connected(choice: ModelChoice, api_key: SecretStr | None) -> AsyncIterator[Model]:
    """A model that is already being served; nothing is sent before the first draft."""
    Chat, http_client = await asyncio.to_thread(_langchain)
    async with http_client(trust_env=not is_loopback(choice.base_url)) as http:
        chat = Chat(
            served=choice,
            model=choice.name,
            base_url=choice.base_url,
            api_key=api_key or SecretStr("none"),
            max_retries=0,
            cache=False,
            disable_streaming=True,
            use_responses_api=False,
            output_version="v0",
            openai_proxy=None,
            http_socket_options=(),
            http_async_client=http,
        )
        yield Model(choice, chat, Others(choice, api_key))


def _langchain() -> tuple[type[Chat], Any]:
    """What takes two seconds to import."""
    import openai

    from systems.models.chat import Chat

    return Chat, openai.DefaultAsyncHttpxClient


@asynccontextmanager
async def open_model(
    wanted: str, *, base_url: str = LM_STUDIO, api_key: SecretStr | None = None, told: Told | None = None
) -> AsyncIterator[Model]:
    """Choose a model and make it ready; the embedded server runs for the length of the block.

    Args:
        wanted: see `choose`.
        base_url: see `choose`.
        api_key: sent as a bearer token when given.
        told: what the person says of the model.

    Raises:
        Missing: nothing answers, there is no such model, or the embedded model is not installed or cannot be loaded.
    """
    choice = (await choose(wanted, base_url=base_url, api_key=api_key)).corrected(told or Told())
    if not choice.embedded:
        async with connected(choice, api_key) as model:
            yield model
        return
    async with embedded.running() as server:
        started = choice.model_copy(update={"base_url": server.base_url})
        async with connected(started, server.api_key) as model:
            yield model

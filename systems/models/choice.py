"""Which model a run uses: what the person names; else LM Studio, when it is there; else the embedded one."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from systems import embedded
from systems.errors import Missing
from systems.models.dialects import Kind, Listed
from systems.models.listing import START, Refused, listing
from systems.records import Record

LM_STUDIO = "http://127.0.0.1:1234/v1"
AUTO_SECONDS = 1.5
NAMED_SECONDS = 10.0


class ModelChoice(Record):
    """The model of a run and where it is."""

    name: str = Field(description="What the server calls it")
    base_url: str = Field(description="OpenAI-compatible base; empty while the embedded server is not running")
    embedded: bool = Field(False, description="Whether it is the embedded model")
    context_tokens: int | None = Field(
        None, description="Tokens of prompt and answer together; None: the server is mum"
    )
    tools: bool | None = Field(None, description="Whether it was made to call tools; None: the server is mum")
    parallel: int | None = Field(None, description="Requests it answers at once; None: the server is mum")
    loaded: bool | None = Field(None, description="Whether it is in memory; None: the server is mum")
    server: Kind = Field("", description="Which program serves it, where that shows")
    version: str = Field("", description="What tells its weights from others of the same name")

    def corrected(self, told: Told) -> ModelChoice:
        """The same choice with what the person knows better than the server."""
        return self.model_copy(update=told.model_dump(exclude_none=True))


class Settings(Protocol):
    """Where a person says something of their model; `systems.settings.Settings` is one."""

    @property
    def model_tools(self) -> bool | None: ...  # noqa: D102
    @property
    def model_context(self) -> int | None: ...  # noqa: D102
    @property
    def model_parallel(self) -> int | None: ...  # noqa: D102


class Told(Record):
    """What a person says of their model; it wins over what the server says. None: nothing."""

    context_tokens: int | None = Field(None, description="Its context, tokens")
    tools: bool | None = Field(None, description="Whether it can call tools")
    parallel: int | None = Field(None, description="Requests its server answers at once")

    @classmethod
    def by(cls, settings: Settings) -> Told:
        """What the settings say."""
        return cls(context_tokens=settings.model_context, tools=settings.model_tools, parallel=settings.model_parallel)


async def choose(wanted: str, *, base_url: str = LM_STUDIO, api_key: SecretStr | None = None) -> ModelChoice:
    """Pick the model a run will use; nothing is started or loaded.

    Args:
        wanted: `auto`, `embedded`, the URL of an OpenAI-compatible server, or the name of a model at `base_url`.
        base_url: server that `auto` and names look at.
        api_key: sent as a bearer token when given.

    Raises:
        Missing: nothing answers, there is no such model, or the embedded model is not installed.
    """
    if wanted == "embedded":
        return _embedded()
    if wanted == "auto":
        return await _auto(base(base_url), api_key)
    if re.match(r"https?://", wanted):
        return await _first(base(wanted), api_key)
    return await _named(wanted, base(base_url), api_key)


def base(url: str) -> str:
    """The OpenAI-compatible base of a server's URL: `/v1` is added unless the path has a version already."""
    url = url.rstrip("/")
    return url if re.search(r"/v\d\w*(/|$)", urlsplit(url).path) else f"{url}/v1"


def _embedded() -> ModelChoice:
    embedded.model_file()
    return ModelChoice(
        name=embedded.ALIAS,
        base_url="",
        embedded=True,
        context_tokens=embedded.CONTEXT_TOKENS,
        tools=False,
        parallel=1,
        loaded=True,
        server="llama.cpp",
    )


async def _auto(url: str, api_key: SecretStr | None) -> ModelChoice:
    try:
        models = await listing(url, api_key, AUTO_SECONDS)
        reason = f"{url} has no language model."
    except Missing as error:
        if isinstance(error, Refused) and api_key:
            raise
        models, reason = [], error.message
    if models:
        return served_at(url, models[0])
    try:
        return _embedded()
    except Missing as error:
        raise Missing(f"{reason} {error.message}", system="model", mend=f"{START} {error.mend}") from error


async def _first(url: str, api_key: SecretStr | None) -> ModelChoice:
    models = await listing(url, api_key, NAMED_SECONDS)
    if models is None:
        raise Missing(
            f"{url} answers, but not as an OpenAI-compatible server: it lists no models.",
            system="model",
            mend="Check the URL; the base of the API is meant, such as http://127.0.0.1:1234/v1.",
        )
    if not models:
        raise Missing(f"{url} has no language model.", system="model", mend=START)
    return served_at(url, models[0])


async def _named(name: str, url: str, api_key: SecretStr | None) -> ModelChoice:
    models = await listing(url, api_key, NAMED_SECONDS)
    if models is None:
        return ModelChoice(name=name, base_url=url)
    for model in models:
        if model.answers_to(name):
            return served_at(url, model)
    offered = ", ".join(model.name for model in models) or "none"
    raise Missing(
        f"{url} has no language model named {name} (it has: {offered}).",
        system="model",
        mend=f"Name one of those, or fetch it (LM Studio: `lms get {name}`, Ollama: `ollama pull {name}`).",
    )


def served_at(url: str, model: Listed) -> ModelChoice:
    """The choice of a model that a server lists."""
    return ModelChoice(base_url=url, **asdict(model))

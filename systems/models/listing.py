"""Which models a server offers, in whichever dialect it speaks.

LM Studio's own lists say what is loaded and how large its context is (`/api/v1/models`, before that `/api/v0/models`);
any OpenAI-compatible server has `/models`. LM Studio answers unknown paths with 200 and an `error`, so an answer counts
only when it has the shape of its dialect.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, ValidationError

from systems.errors import Missing

START = "Start the server and load a model (LM Studio: `lms server start`, `lms load`), or use `--model embedded`."


class Refused(Missing):
    """The server is there and wants a key, or another one."""


@dataclass(frozen=True)
class Listed:
    """One language model a server offers.

    Attributes:
        name: what to call it in a request.
        loaded: whether it is in memory; None when the server does not say.
        context_tokens: the context it is loaded with; None when the server does not say.
        tools: whether it was trained to call tools; None when the server does not say.
        parallel: how many requests it answers at once; None when the server does not say.
    """

    name: str
    loaded: bool | None
    context_tokens: int | None
    tools: bool | None = None
    parallel: int | None = None


class _Config(BaseModel):
    context_length: int | None = None
    parallel: int | None = None


class _Capabilities(BaseModel):
    trained_for_tool_use: bool | None = None


class _Instance(BaseModel):
    id: str
    config: _Config = _Config()


class _NativeModel(BaseModel):
    key: str
    type: str
    loaded_instances: list[_Instance] = []
    capabilities: _Capabilities = _Capabilities()

    def listed(self) -> list[Listed]:
        """Each loaded instance; without any, the model that would be loaded when asked for."""
        tools = self.capabilities.trained_for_tool_use
        loaded = [(instance.id, instance.config) for instance in self.loaded_instances]
        found = [Listed(name, True, config.context_length, tools, config.parallel) for name, config in loaded]
        return found or [Listed(self.key, False, None, tools)]


class _Native(BaseModel):
    models: list[_NativeModel]

    def listed(self, embeddings: bool) -> list[Listed]:
        """Each loaded instance, then the models that would be loaded when asked for."""
        return [each for model in self.models if ("embed" in model.type) == embeddings for each in model.listed()]


class _EarlierModel(BaseModel):
    id: str
    type: str
    state: str
    loaded_context_length: int | None = None
    capabilities: list[str] | None = None

    def listed(self) -> Listed:
        """This model; versions before 0.3.16 do not say what it can do."""
        tools = None if self.capabilities is None else "tool_use" in self.capabilities
        return Listed(self.id, self.state == "loaded", self.loaded_context_length, tools)


class _Earlier(BaseModel):
    data: list[_EarlierModel]

    def listed(self, embeddings: bool) -> list[Listed]:
        """Every model but those for embeddings, or only those."""
        models = (model for model in self.data if ("embed" in model.type) == embeddings)
        return [model.listed() for model in models]


class _Meta(BaseModel):
    n_ctx: int | None = None


class _PlainModel(BaseModel):
    id: str
    meta: _Meta | None = None
    max_model_len: int | None = None

    @property
    def context_tokens(self) -> int | None:
        """As llama.cpp (`meta.n_ctx`) or vLLM (`max_model_len`) say it."""
        return (self.meta and self.meta.n_ctx) or self.max_model_len


class _Plain(BaseModel):
    data: list[_PlainModel]

    def listed(self, embeddings: bool) -> list[Listed]:
        """Every model whose name says, or does not say, that it is for embeddings; the list has no kinds."""
        models = (model for model in self.data if ("embed" in model.id.lower()) == embeddings)
        return [Listed(model.id, None, model.context_tokens) for model in models]


async def listing(
    base_url: str, api_key: SecretStr | None, seconds: float, *, embeddings: bool = False
) -> list[Listed] | None:
    """The language models of a server, loaded ones first; None when the server answers but has no list.

    Args:
        base_url: OpenAI-compatible base, such as `http://127.0.0.1:1234/v1`.
        api_key: sent as a bearer token when given.
        seconds: time limit for everything.
        embeddings: list the models for embeddings instead.

    Raises:
        Missing: nothing answers in time.
        Refused: the server wants a key, or another one.
    """
    import httpx

    headers = {"Authorization": f"Bearer {api_key.get_secret_value()}"} if api_key else {}
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(headers=headers, timeout=seconds, trust_env=not is_loopback(base_url)) as client,
        ):
            for url, dialect in _dialects(base_url):
                found = _read(await client.get(url), dialect, base_url, embeddings)
                if found is not None:
                    return sorted(found, key=lambda model: not model.loaded)
            return None
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        reason = str(error) or f"no answer within {seconds:g} s"
        raise Missing(f"No model server answers at {base_url} ({reason}).", system="model", mend=START) from error


def is_loopback(url: str) -> bool:
    """Whether a URL is on this machine, where no proxy is to be asked."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host == "::1" or host.startswith("127.")


def _dialects(base_url: str) -> list[tuple[str, type[_Native | _Earlier | _Plain]]]:
    plain: list[tuple[str, type[_Native | _Earlier | _Plain]]] = [(f"{base_url}/models", _Plain)]
    if urlsplit(base_url).path != "/v1":
        return plain
    root = base_url.removesuffix("/v1")
    return [(f"{root}/api/v1/models", _Native), (f"{root}/api/v0/models", _Earlier), *plain]


def _read(
    response: object, dialect: type[_Native | _Earlier | _Plain], base_url: str, embeddings: bool
) -> list[Listed] | None:
    import httpx

    assert isinstance(response, httpx.Response)
    if response.status_code in (401, 403):
        raise Refused(
            f"The model server at {base_url} refuses the key ({response.status_code}).",
            system="model",
            mend="Set SPECLOOP_API_KEY to a key it accepts.",
        )
    try:
        return dialect.model_validate_json(response.content).listed(embeddings) if response.is_success else None
    except ValidationError:
        return None

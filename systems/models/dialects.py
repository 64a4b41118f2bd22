"""The lists of models that servers give, each in its own dialect.

LM Studio  `/api/v1/models`: what is loaded, with which context and how many requests at once; `/api/v0/models` before
           0.4 (https://lmstudio.ai/docs/developer/rest/list)
Ollama     `/api/tags` (https://docs.ollama.com/api/tags); what is loaded it says elsewhere, see `serving.py`
any        `/v1/models`; llama.cpp adds `meta.n_ctx`, vLLM `max_model_len`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

Kind = Literal["", "lm-studio", "ollama", "llama.cpp", "vllm"]
OWNERS: dict[str, Kind] = {"llamacpp": "llama.cpp", "vllm": "vllm"}


@dataclass(frozen=True)
class Listed:
    """One model a server offers.

    Attributes:
        name: what to call it in a request.
        loaded: whether it is in memory; None when the server does not say.
        context_tokens: the context it is loaded with; None when the server does not say.
        tools: whether it was trained to call tools; None when the server does not say.
        parallel: how many requests it answers at once; None when the server does not say.
        server: which program serves it, where that shows.
        version: what tells this file of weights from another of the same name.
    """

    name: str
    loaded: bool | None = None
    context_tokens: int | None = None
    tools: bool | None = None
    parallel: int | None = None
    server: Kind = ""
    version: str = ""

    def answers_to(self, name: str) -> bool:
        """Whether a person may call it so: without its publisher, or without Ollama's `:latest`."""
        return name in (self.name, self.name.rpartition("/")[2], self.name.removesuffix(":latest"))


class _Config(BaseModel):
    context_length: int | None = None
    parallel: int | None = None


class _Instance(BaseModel):
    id: str
    config: _Config = _Config()


class _Capabilities(BaseModel):
    trained_for_tool_use: bool | None = None


class _Quantization(BaseModel):
    name: str | None = None


class _NativeModel(BaseModel):
    key: str
    type: str
    loaded_instances: list[_Instance] = []
    capabilities: _Capabilities = _Capabilities()
    quantization: _Quantization | None = None
    size_bytes: int | None = None

    def listed(self) -> list[Listed]:
        """Each loaded instance; without any, the model that would be loaded when asked for."""
        tools = self.capabilities.trained_for_tool_use
        version = f"{self.quantization and self.quantization.name} {self.size_bytes}"
        found = [
            Listed(each.id, True, each.config.context_length, tools, each.config.parallel, "lm-studio", version)
            for each in self.loaded_instances
        ]
        return found or [Listed(self.key, False, tools=tools, server="lm-studio", version=version)]


class Native(BaseModel):
    """LM Studio since 0.4."""

    models: list[_NativeModel]

    def listed(self, embeddings: bool) -> list[Listed]:
        """Each loaded instance, and the models that would be loaded when asked for."""
        return [each for model in self.models if ("embed" in model.type) == embeddings for each in model.listed()]


class _EarlierModel(BaseModel):
    id: str
    type: str
    state: str
    loaded_context_length: int | None = None
    capabilities: list[str] | None = None
    quantization: str | None = None

    def listed(self) -> Listed:
        """This model; versions before 0.3.16 do not say what it can do. It answers one request after the other."""
        tools = None if self.capabilities is None else "tool_use" in self.capabilities
        loaded = self.state == "loaded"
        return Listed(self.id, loaded, self.loaded_context_length, tools, 1, "lm-studio", self.quantization or "")


class Earlier(BaseModel):
    """LM Studio before 0.4."""

    data: list[_EarlierModel]

    def listed(self, embeddings: bool) -> list[Listed]:
        """Every model but those for embeddings, or only those."""
        return [model.listed() for model in self.data if ("embed" in model.type) == embeddings]


class _Meta(BaseModel):
    n_ctx: int | None = None
    n_params: int | None = None
    size: int | None = None


class _PlainModel(BaseModel):
    id: str
    owned_by: str | None = None
    meta: _Meta | None = None
    max_model_len: int | None = None

    def listed(self) -> Listed:
        """This model; llama.cpp and vLLM have it in memory."""
        server = OWNERS.get(self.owned_by or "", "")
        context = (self.meta and self.meta.n_ctx) or self.max_model_len
        version = f"{self.meta.n_params} {self.meta.size}" if self.meta else ""
        return Listed(self.id, context_tokens=context, server=server, version=version)


class Plain(BaseModel):
    """Any OpenAI-compatible server."""

    data: list[_PlainModel]

    def listed(self, embeddings: bool) -> list[Listed]:
        """Every model whose name says, or does not say, that it is for embeddings; the list has no kinds."""
        return [model.listed() for model in self.data if ("embed" in model.id.lower()) == embeddings]


class _Details(BaseModel):
    family: str | None = None


class _Tag(BaseModel):
    name: str
    digest: str
    details: _Details = _Details()

    @property
    def embeds(self) -> bool:
        """Whether it is for embeddings: the list says so only by the family, which is one of BERT's."""
        return "embed" in self.name.lower() or "bert" in (self.details.family or "").lower()


class Tags(BaseModel):
    """Ollama."""

    models: list[_Tag]

    def listed(self, embeddings: bool) -> list[Listed]:
        """Every model but those for embeddings, or only those."""
        found = [tag for tag in self.models if tag.embeds == embeddings]
        return [Listed(tag.name, server="ollama", version=tag.digest) for tag in found]


class _Running(BaseModel):
    name: str
    context_length: int | None = None


class Running(BaseModel):
    """What Ollama has in memory (`/api/ps`); versions before 0.10 do not say with which context."""

    models: list[_Running]

    def context_of(self, name: str) -> tuple[bool, int | None]:
        """(whether a model is in memory, its context in tokens where that is said)."""
        found = next((model for model in self.models if name in (model.name, model.name.removesuffix(":latest"))), None)
        return found is not None, found.context_length if found else None

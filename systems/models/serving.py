"""What is true of a model once it is to be used: it is loaded, and its server says with which context.

LM Studio  `POST /api/v1/models/load` where it is not in memory (https://lmstudio.ai/docs/developer/rest/load); versions
           without that load it at the first request
Ollama     `/api/show` and, once it is loaded, `/api/ps`. Its OpenAI endpoint takes no `num_ctx`, has 4,096 tokens where
           nobody said otherwise, and cuts longer prompts without a word: only what `/api/ps` says is believed
llama.cpp  `/props`: context of a slot, number of slots, what the chat template can do
vLLM       `/version`; the list of models has its context already
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from systems.models.choice import ModelChoice
from systems.models.dialects import Running
from systems.models.http import got, root

if TYPE_CHECKING:
    import httpx

OLLAMA_CONTEXT = 4_096  # what versions before 0.10 load a model with when nobody says otherwise
OLLAMA_PARALLEL = 1  # OLLAMA_NUM_PARALLEL, when nobody says otherwise


async def served(choice: ModelChoice, http: httpx.AsyncClient) -> ModelChoice:
    """The choice with what its server says of it now; the model is in memory afterwards, where the API allows that.

    What the choice knows already about tools and parallel requests stays.
    """
    look = _LOOKS.get(choice.server)
    return await look(choice, http) if look else choice


class _LoadConfig(BaseModel):
    context_length: int | None = None
    parallel: int | None = None


class _Loaded(BaseModel):
    instance_id: str
    load_config: _LoadConfig = _LoadConfig()


async def _lm_studio(choice: ModelChoice, http: httpx.AsyncClient) -> ModelChoice:
    if choice.loaded is not False:
        return choice
    wanted: dict[str, Any] = {"model": choice.name, "echo_load_config": True}
    if choice.context_tokens:
        wanted["context_length"] = choice.context_tokens
    loaded = await got(http, f"{root(choice.base_url)}/api/v1/models/load", _Loaded, post=wanted)
    if loaded is None:
        return choice
    config = loaded.load_config
    return choice.model_copy(
        update={
            "name": loaded.instance_id,
            "loaded": True,
            "context_tokens": config.context_length or choice.context_tokens,
            "parallel": choice.parallel or config.parallel,
        }
    )


class _Shown(BaseModel):
    capabilities: list[str] | None = None
    parameters: str | None = None

    @property
    def context_tokens(self) -> int | None:
        """The context that the model's own file asks for."""
        found = re.search(r"^num_ctx\s+(\d+)", self.parameters or "", re.MULTILINE)
        return int(found[1]) if found else None


class _Done(BaseModel):
    done: bool


class _Version(BaseModel):
    version: str


async def _ollama(choice: ModelChoice, http: httpx.AsyncClient) -> ModelChoice:
    base = root(choice.base_url)
    shown = await got(http, f"{base}/api/show", _Shown, post={"model": choice.name}) or _Shown()
    await got(http, f"{base}/api/generate", _Done, post={"model": choice.name})  # an empty prompt only loads
    running = await got(http, f"{base}/api/ps", Running) or Running(models=[])
    real = running.context_of(choice.name)[1] or shown.context_tokens or OLLAMA_CONTEXT
    tools = None if shown.capabilities is None else "tools" in shown.capabilities
    return choice.model_copy(
        update={
            "loaded": True,
            "context_tokens": min(choice.context_tokens or real, real),
            "tools": tools if choice.tools is None else choice.tools,
            "parallel": choice.parallel or OLLAMA_PARALLEL,
            "version": f"{choice.version} {await _version(http, f'{base}/api/version')}",
        }
    )


class _Settings(BaseModel):
    n_ctx: int


class _Template(BaseModel):
    supports_tools: bool | None = None


class _Props(BaseModel):
    default_generation_settings: _Settings
    total_slots: int
    build_info: str = ""
    chat_template_caps: _Template = _Template()


async def _llama_cpp(choice: ModelChoice, http: httpx.AsyncClient) -> ModelChoice:
    props = await got(http, f"{root(choice.base_url)}/props", _Props)
    if props is None:
        return choice
    slot = props.default_generation_settings.n_ctx
    unfit = props.chat_template_caps.supports_tools is False
    return choice.model_copy(
        update={
            "context_tokens": min(choice.context_tokens or slot, slot),
            "tools": False if unfit and choice.tools is None else choice.tools,
            "parallel": choice.parallel or props.total_slots,
            "version": f"{choice.version} {props.build_info}",
        }
    )


async def _vllm(choice: ModelChoice, http: httpx.AsyncClient) -> ModelChoice:
    version = await _version(http, f"{root(choice.base_url)}/version")
    return choice.model_copy(update={"version": f"{choice.version} {version}"})


async def _version(http: httpx.AsyncClient, url: str) -> str:
    said = await got(http, url, _Version)
    return said.version if said else ""


_LOOKS: dict[str, Callable[[ModelChoice, Any], Awaitable[ModelChoice]]] = {
    "lm-studio": _lm_studio,
    "ollama": _ollama,
    "llama.cpp": _llama_cpp,
    "vllm": _vllm,
}

"""What other model servers than LM Studio answer, as options of `ImitationServer`: as documented, or as was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.systems.imitation_server import Answer, Offered


def ollama(
    name: str = "llama3.2:latest",
    *,
    context: int | None = 4_096,
    capabilities: Sequence[str] | None = ("completion", "tools"),
    parameters: str = 'stop "<|eot_id|>"',
    loaded: bool = False,
) -> dict[str, Any]:
    """Ollama with one model and one for embeddings (https://docs.ollama.com/api); `/api/ps` has what was loaded.

    Args:
        name: the model.
        context: what `/api/ps` says it was loaded with; None: as versions before 0.10, which did not say.
        capabilities: what `/api/show` says; None: as versions before 0.6.
        parameters: of its Modelfile.
        loaded: whether it is in memory before anybody asked.
    """
    running: list[dict[str, Any]] = []

    def load(request: dict[str, Any]) -> dict[str, Any]:
        stated = {} if context is None else {"context_length": context}
        running[:] = [{"name": name, "model": name, "size": 3, "digest": "a80c4f17acd5", **stated}]
        return {"model": name, "response": "", "done": True, "done_reason": "load"}

    if loaded:
        load({})
    shown = {"parameters": parameters, "model_info": {"llama.context_length": 131_072}}
    tags = [
        {"name": name, "model": name, "digest": "a80c4f17acd5", "details": {"family": "llama", "format": "gguf"}},
        {"name": "all-minilm:latest", "model": "all-minilm:latest", "digest": "1b22", "details": {"family": "bert"}},
    ]
    listed = [{"id": tag["name"], "object": "model", "created": 1, "owned_by": "library"} for tag in tags]
    also: dict[str, Answer] = {
        "/v1/models": {"object": "list", "data": listed},
        "/api/tags": {"models": tags},
        "/api/ps": lambda _: {"models": running},
        "/api/generate": load,
        "/api/version": {"version": "0.12.3"},
        "/api/show": shown if capabilities is None else {**shown, "capabilities": list(capabilities)},
    }
    return {"dialects": (), "also": also}


def vllm(name: str = "Qwen/Qwen3-4B", *, context: int = 2_048, per_token: float = 2.0) -> dict[str, Any]:
    """VLLM (https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html); its tokenizer counts bytes.

    Args:
        name: the model.
        context: `max_model_len`.
        per_token: bytes that its tokenizer takes for one token.
    """

    def tokenize(request: dict[str, Any]) -> dict[str, Any]:
        count = int(sum(len(message["content"].encode()) for message in request["messages"]) / per_token)
        return {"count": count, "max_model_len": context, "tokens": [], "token_strs": None}

    card = {"id": name, "object": "model", "created": 1, "owned_by": "vllm", "root": name, "max_model_len": context}
    also: dict[str, Answer] = {
        "/v1/models": {"object": "list", "data": [card]},
        "/version": {"version": "0.11.0"},
        "/tokenize": tokenize,
    }
    return {"dialects": (), "also": also, "models": [Offered(name, context=1_000_000)]}


def llama_server(*, slots: int = 2, context: int = 4_096, tools: bool | None = None) -> dict[str, Any]:
    """llama-server with several slots, as llama.cpp b6xxx answers; its own context is that of all slots together.

    Args:
        slots: `--parallel`.
        context: of one slot.
        tools: what `/props` says the chat template can do; None: as builds that do not say.
    """
    meta = {"n_vocab": 49_152, "n_ctx": context * slots, "n_ctx_train": 8_192, "n_params": 134_515_008, "size": 96_576}
    caps = {} if tools is None else {"chat_template_caps": {"supports_tools": tools}}
    props = {"default_generation_settings": {"n_ctx": context}, "total_slots": slots, "build_info": "b6987-abc", **caps}
    card = {"id": "smol", "object": "model", "created": 1, "owned_by": "llamacpp", "meta": meta}
    also: dict[str, Answer] = {"/v1/models": {"object": "list", "data": [card]}, "/props": props}
    return {"dialects": (), "also": also}

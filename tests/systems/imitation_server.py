"""An OpenAI-compatible server of our own that behaves as LM Studio does, with a script for its answers.

    with ImitationServer([{"title": "One"}, Reply(finish_reason="length", content='{"ti')]) as server:
        ...  # base_url=server.url; afterwards server.requests has what was asked

A script is a list, used up in order, or a function from the request's JSON to a reply. A reply is a `Reply`, a text, or
a dictionary (sent as JSON text). Not scripted but imitated: lists of models in three dialects, 200 for unknown paths,
400 for an object `tool_choice` or `json_object`, 200 with an error when the context overflows, 401 without the key.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Reply:
    """One answer of the model, or what comes instead of it."""

    content: str = ""
    reasoning: str | None = None
    tool_calls: Sequence[tuple[str, dict[str, Any] | str]] = ()  # (name, arguments); a text is sent as it is
    finish_reason: str | None = "stop"
    usage: tuple[int, int] | None = (11, 7)
    status: int = 200
    body: str | dict[str, Any] | None = None  # sent as it is, instead of a chat completion
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0  # before it answers
    drop: bool = False  # close the connection without an answer


@dataclass(frozen=True)
class Offered:
    """A model of the server."""

    name: str = "imitation"
    type: str = "llm"
    loaded: bool = True
    context: int = 8192
    tools: bool = False  # trained for them
    parallel: int | None = None


Scripted = Reply | str | dict[str, Any]
Script = Sequence[Scripted] | Callable[[dict[str, Any]], Scripted]
DIALECTS = ("/api/v1/models", "/api/v0/models", "/v1/models")


class ImitationServer:
    """The server; runs in a thread on a free port of 127.0.0.1 for the length of a `with` block.

    Attributes:
        requests: the JSON of every request for a chat or for embeddings, in order.
        url: OpenAI-compatible base, with `/v1`.
    """

    def __init__(
        self,
        script: Script = (),
        *,
        models: Sequence[Offered] = (Offered(),),
        dialects: Sequence[str] = DIALECTS,
        key: str | None = None,
    ) -> None:
        self.requests: list[dict[str, Any]] = []
        self.models, self.dialects, self.key = models, dialects, key
        self.closing = threading.Event()
        self._script = script
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def reply(self, request: dict[str, Any]) -> Reply:
        """What the server answers to a chat request: a refusal it must give, or what the script says."""
        with self._lock:
            self.requests.append(request)
            refusal = self._refusal(request) if "messages" in request else None
            if refusal:
                return refusal
            if callable(self._script):
                return _reply(self._script(request))
            if len(self.requests) > len(self._script):
                return _error(400, f"the script has only {len(self._script)} replies")
            return _reply(self._script[len(self.requests) - 1])

    def listing(self, path: str) -> dict[str, Any]:
        """A list of the models, in one of three dialects."""
        if path == "/api/v1/models":
            return {"models": [_native(model) for model in self.models]}
        if path == "/api/v0/models":
            return {"object": "list", "data": [_earlier(model) for model in self.models]}
        return {"object": "list", "data": [{"id": model.name, "object": "model"} for model in self.models]}

    def _refusal(self, request: dict[str, Any]) -> Reply | None:
        if isinstance(request.get("tool_choice"), dict):
            return _error(400, "Invalid tool_choice type: 'object'. Supported string values: none, auto, required")
        if request.get("response_format", {}).get("type") == "json_object":
            return _error(400, "'response_format.type' must be 'json_schema' or 'text'")
        named = [model for model in self.models if model.name == request["model"]] or list(self.models)
        prompt = sum(len((message["content"] or "").encode()) for message in request["messages"]) // 4
        context = named[0].context if named else 0
        if prompt + request.get("max_tokens", 0) > context:
            return _error(200, f"{prompt} tokens overflow: loaded with context length of only {context} tokens")
        return None


def _handler(server: ImitationServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(Reply(body=server.listing(self.path)) if self.path in server.dialects else self._unknown())

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = self.path in ("/v1/chat/completions", "/v1/embeddings")
            self._answer(server.reply(request) if known and self._welcome() else self._unknown(), request)

        def _welcome(self) -> bool:
            return server.key is None or self.headers["Authorization"] == f"Bearer {server.key}"

        def _unknown(self) -> Reply:
            return _error(200, f"Unexpected endpoint or method. ({self.command} {self.path}). Returning 200 anyway")

        def _answer(self, reply: Reply, request: dict[str, Any] | None = None) -> None:
            reply = reply if self._welcome() else _error(401, "Invalid or missing API token")
            server.closing.wait(reply.seconds)
            if reply.drop:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            body = _completion(reply, request or {}) if reply.body is None else reply.body
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            try:
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                self.close_connection = True  # the client gave up waiting

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _reply(scripted: Scripted) -> Reply:
    if isinstance(scripted, Reply):
        return scripted
    return Reply(content=scripted if isinstance(scripted, str) else json.dumps(scripted))


def _error(status: int, words: str) -> Reply:
    return Reply(status=status, body={"error": words})


def _completion(reply: Reply, request: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.content}
    if reply.reasoning is not None:
        message["reasoning_content"] = reply.reasoning
    if reply.tool_calls:
        message["tool_calls"] = [
            {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": _json(arguments)}}
            for number, (name, arguments) in enumerate(reply.tool_calls)
        ]
    finish_reason = "tool_calls" if reply.tool_calls else reply.finish_reason
    completion: dict[str, Any] = {
        "id": "chatcmpl-imitation",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": request.get("model", ""),
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
    }
    if reply.usage:
        prompt, answer = reply.usage
        usage = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
        completion["usage"] = usage
    return completion


def _json(arguments: dict[str, Any] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _native(model: Offered) -> dict[str, Any]:
    config = {"context_length": model.context, **({"parallel": model.parallel} if model.parallel else {})}
    instances = [{"id": model.name, "config": config}] if model.loaded else []
    capabilities = {"vision": False, "trained_for_tool_use": model.tools}
    listed = {"type": model.type, "key": model.name, "loaded_instances": instances, "max_context_length": 131_072}
    return {**listed, "capabilities": capabilities}


def _earlier(model: Offered) -> dict[str, Any]:
    state = {"state": "loaded", "loaded_context_length": model.context} if model.loaded else {"state": "not-loaded"}
    type_ = "embeddings" if model.type == "embedding" else model.type
    return {
        "id": model.name,
        "object": "model",
        "type": type_,
        "max_context_length": 131_072,
        **state,
        "capabilities": ["tool_use"] if model.tools else [],
    }

"""An OpenAI-compatible server of our own that behaves as LM Studio does, with a script for its answers.

    with ImitationServer([{"title": "One"}, Reply(finish_reason="length", content='{"ti')]) as server:
        ...  # base_url=server.url; afterwards server.requests has what was asked

A script is a list, used up in order, or a function from the request's JSON to a reply. A reply is a `Reply`, a text, or
a dictionary (sent as JSON text). Not scripted but imitated: lists of models in three dialects, 200 for unknown paths,
400 for an object `tool_choice` or `json_object`, 200 with an error when the context overflows, 401 without the key,
streams of events, and the capability probe, which is answered as by a model that can do everything.
"""

from __future__ import annotations

import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    breaks_after: int | None = None  # of a stream: events after which the connection is closed


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
Answer = dict[str, Any] | Reply | Callable[[dict[str, Any]], dict[str, Any] | Reply]
Script = Sequence[Scripted] | Callable[[dict[str, Any]], Scripted]
DIALECTS = ("/api/v1/models", "/api/v0/models", "/v1/models")


class ImitationServer:
    """The server; runs in a thread on a free port of 127.0.0.1 for the length of a `with` block.

    Attributes:
        requests: the JSON of every request for a chat or for embeddings, in order.
        probes: the JSON of every probe.
        others: path and JSON of every request to one of `also`.
        keys: every Authorization header that came; empty text for none.
        most_at_once: how many chats were answered side by side.
        url: OpenAI-compatible base, with `/v1`.
    """

    def __init__(
        self,
        script: Script = (),
        *,
        models: Sequence[Offered] = (Offered(),),
        dialects: Sequence[str] = DIALECTS,
        key: str | None = None,
        probed: Callable[[dict[str, Any]], Scripted] | None = None,
        also: Mapping[str, Answer] | None = None,
    ) -> None:
        self.requests: list[dict[str, Any]] = []
        self.probes: list[dict[str, Any]] = []
        self.others: list[tuple[str, dict[str, Any]]] = []
        self.keys: set[str] = set()
        self.also, self._probed = also or {}, probed or _able
        self.most_at_once = self._at_once = 0
        self._bytes = secrets.randbits(40)  # so that nobody remembers another server that had this port
        self.models, self.dialects, self.key = models, dialects, key
        self.closing = threading.Event()
        self._script = script
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"imitation": self}))
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
            if is_probe(request):
                self.probes.append(request)
                return _reply(self._probed(request))
            self.requests.append(request)
            refusal = self._refusal(request) if "messages" in request else None
            if refusal:
                return refusal
            if callable(self._script):
                return _reply(self._script(request))
            if len(self.requests) > len(self._script):
                return _error(400, f"the script has only {len(self._script)} replies")
            return _reply(self._script[len(self.requests) - 1])

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Counts chats that are answered side by side."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1

    def other(self, path: str, request: dict[str, Any]) -> Reply:
        """What one of `also` answers."""
        answer = self.also[path]
        self.others.append((path, request))
        body = answer(request) if callable(answer) else answer
        return body if isinstance(body, Reply) else Reply(body=body)

    def listing(self, path: str) -> dict[str, Any]:
        """A list of the models, in one of three dialects."""
        if path == "/api/v1/models":
            return {"models": [{**_native(model), "size_bytes": self._bytes} for model in self.models]}
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


class _Handler(BaseHTTPRequestHandler):
    imitation: ImitationServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path in self.imitation.also:
            self._answer(self.imitation.other(self.path, {}))
        else:
            self._answer(
                Reply(body=self.imitation.listing(self.path))
                if self.path in self.imitation.dialects
                else self._unknown()
            )

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = self.path in ("/v1/chat/completions", "/v1/embeddings")
        if self.path in self.imitation.also and self._welcome():
            self._answer(self.imitation.other(self.path, request))
        else:
            with self.imitation.answering():
                self._answer(self.imitation.reply(request) if known and self._welcome() else self._unknown(), request)

    def _welcome(self) -> bool:
        self.imitation.keys.add(self.headers["Authorization"] or "")
        return self.imitation.key is None or self.headers["Authorization"] == f"Bearer {self.imitation.key}"

    def _unknown(self) -> Reply:
        return _error(200, f"Unexpected endpoint or method. ({self.command} {self.path}). Returning 200 anyway")

    def _answer(self, reply: Reply, request: dict[str, Any] | None = None) -> None:
        reply = reply if self._welcome() else _error(401, "Invalid or missing API token")
        self.imitation.closing.wait(reply.seconds)
        if reply.drop:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if request and request.get("stream") and reply.body is None:
            self._stream(reply, request)
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

    def _stream(self, reply: Reply, request: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        events = [f"data: {json.dumps(event)}\n\n" for event in _events(reply, request)] + ["data: [DONE]\n\n"]
        try:
            for event in events[: reply.breaks_after]:
                self.wfile.write(event.encode())
                self.wfile.flush()
        except OSError:
            pass  # the client gave up waiting
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


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


def _events(reply: Reply, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A completion in pieces, as servers stream it: thoughts, content, the reason to finish, usage where asked for."""
    whole = _completion(reply, request)
    head = {**{key: whole[key] for key in ("id", "created", "model")}, "object": "chat.completion.chunk"}

    def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]}

    yield chunk({"role": "assistant", "content": None})
    for start in range(0, len(reply.reasoning or ""), 5):
        yield chunk({"reasoning_content": (reply.reasoning or "")[start : start + 5]})
    for start in range(0, len(reply.content), 5):
        yield chunk({"content": reply.content[start : start + 5]})
    yield chunk({}, reply.finish_reason)
    if reply.usage and request.get("stream_options", {}).get("include_usage"):
        yield {**head, "choices": [], "usage": whole["usage"]}


def is_probe(request: dict[str, Any]) -> bool:
    """Whether a request is the capability probe."""
    named = request.get("response_format", {}).get("json_schema", {}).get("name")
    return named == "probe" or [tool["function"]["name"] for tool in request.get("tools", ())] == ["report"]


def _able(request: dict[str, Any]) -> Scripted:
    return Reply(tool_calls=[("report", {"word": "kestrel"})]) if "tools" in request else {"word": "kestrel"}


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

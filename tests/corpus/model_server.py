"""A scripted OpenAI-compatible model: `/v1/chat/completions`, plain and streamed, with tool calls.

    with ModelServer(scenario.turns) as server:
        ...  # base_url=server.url, any key

Turns are used up in order, whatever is asked; after the last one it says "Done.". A turn with an HTTP error status is
used up by the request that gets it, so three turns of 429 are three refused requests.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.corpus.scenario import Turn

MODEL = "gpt-4o-mini"


class ModelServer:
    """The server, in a thread on a free port of 127.0.0.1 for the length of a `with` block.

    Attributes:
        url: base with `/v1`.
        requests: the JSON of every request, in order.
    """

    def __init__(self, turns: Sequence[Turn]) -> None:
        self.requests: list[dict[str, Any]] = []
        self._turns = turns
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()

    def next_turn(self, request: dict[str, Any]) -> tuple[int, Turn]:
        """The turn that answers a request, and its number."""
        with self._lock:
            self.requests.append(request)
            number = len(self.requests) - 1
        return number, self._turns[number] if number < len(self._turns) else Turn("Done.")


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else every reply but the first takes 40 ms longer

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            request = json.loads(data)
            number, turn = server.next_turn(request)
            time.sleep(turn.seconds)
            if turn.status != 200:
                error = {"error": {"message": turn.text, "type": "error", "code": str(turn.status)}}
                return self._send(turn.status, "application/json", json.dumps(error).encode())
            completion = _completion(number, turn, request, len(data))
            if request.get("stream"):
                lines = (f"data: {json.dumps(chunk)}\n\n".encode() for chunk in _chunks(completion))
                return self._send(200, "text/event-stream", b"".join(lines) + b"data: [DONE]\n\n")
            return self._send(200, "application/json", json.dumps(completion).encode())

        def _send(self, status: int, kind: str, data: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                self.close_connection = True  # the client gave up waiting

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _completion(number: int, turn: Turn, request: dict[str, Any], request_bytes: int) -> dict[str, Any]:
    calls = [
        {"id": f"call_{number}_{k}", "type": "function", "function": {"name": call.tool, "arguments": call.text}}
        for k, call in enumerate(turn.calls)
    ]
    message: dict[str, Any] = {"role": "assistant", "content": turn.text or (None if calls else "")}
    if calls:
        message["tool_calls"] = calls
    written = len(turn.text) + sum(len(call.text) + len(call.tool) for call in turn.calls)
    sent, received = turn.tokens or (max(1, request_bytes // 4), max(1, written // 4))
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": request.get("model", MODEL),
        "choices": [
            {"index": 0, "message": message, "finish_reason": turn.finish or ("tool_calls" if calls else "stop")}
        ],
        "usage": {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": sent + received},
    }


def _chunks(completion: dict[str, Any]) -> Iterator[dict[str, Any]]:
    head = {key: completion[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    choice = completion["choices"][0]
    delta = dict(choice["message"])
    if "tool_calls" in delta:
        delta["tool_calls"] = [{"index": k, **call} for k, call in enumerate(delta["tool_calls"])]
    yield {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]}
    yield {**head, "choices": [], "usage": completion["usage"]}

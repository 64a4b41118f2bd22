"""What the MCP tests share: the misbehaving server, spans in memory, and a look at processes and file descriptors."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from systems.mcp import Listings, ServerConfig, Servers
from systems.policy import ServerKnobs

PROGRAM = str(Path(__file__).with_name("misbehaving_server.py"))


class Traced:
    """A tracer, and the spans it made."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = provider.get_tracer("tests")

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self._exporter.get_finished_spans() if span.name == name]


def misbehaving(name: str = "bad", *, start: str = "well", **more: Any) -> ServerConfig:
    """The misbehaving server over stdio."""
    return ServerConfig(name=name, command=sys.executable, args=(PROGRAM, "--start", start), **more)


def servers(
    folder: Path,
    *configs: ServerConfig,
    traced: Traced | None = None,
    knobs: Mapping[str, Any] | None = None,
    listings: Listings | None = None,
) -> Servers:
    """Servers that are not started yet, of a project that is the folder."""
    return Servers(
        {config.name: config for config in configs},
        knobs=ServerKnobs.model_validate({"start_seconds": 60, **(knobs or {})}),
        tracer=(traced or Traced()).tracer,
        stderr=folder / "stderr",
        project=folder,
        listings=listings,
    )


@contextmanager
def over_http(
    name: str = "http", command: tuple[str, ...] = (sys.executable, PROGRAM, "--port", "{port}")
) -> Iterator[tuple[ServerConfig, subprocess.Popen[bytes]]]:
    """A server over streamable HTTP, in a process of its own: the misbehaving one, or one that minds PORT."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nul = subprocess.DEVNULL
    process = subprocess.Popen(
        [part.format(port=port) for part in command], stdout=nul, stderr=nul, env={**os.environ, "PORT": str(port)}
    )
    try:
        _wait_for(port)
        yield ServerConfig(name=name, transport="http", url=f"http://127.0.0.1:{port}/mcp"), process
    finally:
        process.kill()
        process.wait()


@contextmanager
def started_anew(ended: subprocess.Popen[bytes], config: ServerConfig) -> Iterator[None]:
    """The same server once more, at the same place."""
    nul = subprocess.DEVNULL
    process = subprocess.Popen(ended.args, stdout=nul, stderr=nul)
    try:
        _wait_for(urlsplit(config.url).port or 0)
        yield
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


def children() -> set[int]:
    """Ids of this process's living children."""
    listed = subprocess.run(["ps", "-A", "-o", "ppid=,pid=,stat=,comm="], capture_output=True, text=True, check=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return {
        int(pid) for ppid, pid, stat, comm, *_ in rows if int(ppid) == os.getpid() and stat[0] != "Z" and comm != "ps"
    }


def lives(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()[:1] not in ("", "Z")


def open_files() -> int:
    """How many file descriptors this process has open."""
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - the folder lists its own descriptor either way

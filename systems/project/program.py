"""Runs one outside program under limits: time, output, and nothing left behind when it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

OUTPUT_BYTES = 16 * 2**20
DRAIN_SECONDS = 5


class Completed(NamedTuple):
    """What a program that ended left behind."""

    returncode: int
    stdout: str
    stderr: str


class OutputTooLong(Exception):
    """The program wrote more than `OUTPUT_BYTES` to one stream."""


async def run(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], seconds: float) -> Completed:
    """Run a program to its end, with nothing on its standard input.

    However this ends (result, time-out, cancellation), the program and its children have ended too.

    Raises:
        TimeoutError: it ran longer than `seconds`.
        OutputTooLong: it wrote too much.
        OSError: it could not be started.
    """
    process = await _start(argv, cwd, env)
    assert process.stdout is not None and process.stderr is not None
    readers = [asyncio.create_task(_read(stream)) for stream in (process.stdout, process.stderr)]
    try:
        async with asyncio.timeout(seconds):
            stdout, stderr = await asyncio.gather(*readers)
            returncode = await process.wait()
    except BaseException:
        await _stop(process, readers)
        raise
    return Completed(returncode, stdout, stderr)


async def _start(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Process:
    """Start the program; cancelled meanwhile, stop it with its children, which asyncio alone would leave running."""
    starting = asyncio.create_task(
        asyncio.create_subprocess_exec(
            *argv, cwd=cwd, env=env, stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=PIPE, start_new_session=True
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting])
        if not starting.exception():
            await _stop(starting.result(), [])
        raise


async def _read(stream: asyncio.StreamReader) -> str:
    chunks, size = [], 0
    while chunk := await stream.read(2**16):
        chunks.append(chunk)
        size += len(chunk)
        if size > OUTPUT_BYTES:
            raise OutputTooLong
    return b"".join(chunks).decode("utf-8", "replace")


async def _stop(process: Process, readers: Sequence[asyncio.Task[str]]) -> None:
    for reader in readers:
        reader.cancel()
    _kill_group(process)
    await asyncio.gather(*readers, return_exceptions=True)
    # communicate() drains the pipes, without which a full one would keep the transport open; a descendant that left the
    # group may hold them for ever.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            await process.communicate()


def _kill_group(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            # The leader may be gone while a child of it still holds the pipes; the group id outlives the leader.
            os.killpg(process.pid, signal.SIGKILL)

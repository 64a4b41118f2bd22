"""Runs one outside program under limits: time, output, and nothing left behind when it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
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
    process = await start(argv, cwd, env)
    assert process.stdout is not None and process.stderr is not None
    readers = [asyncio.create_task(_read(stream)) for stream in (process.stdout, process.stderr)]
    try:
        async with asyncio.timeout(seconds):
            stdout, stderr = await asyncio.gather(*readers)
            returncode = await process.wait()
    except BaseException:
        await stop(process, readers)
        raise
    return Completed(returncode, stdout, stderr)


async def start(
    argv: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    *,
    stdout: int = PIPE,
    stderr: int = PIPE,
    pass_fds: Sequence[int] = (),
) -> Process:
    """Start the program with nothing on its standard input, in a group of its own: `stop` ends all of it.

    Cancelled meanwhile, it is stopped with its children, which asyncio alone would leave running.

    Raises:
        OSError: it could not be started.
    """
    starting = asyncio.create_task(
        asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=env,
            stdin=DEVNULL,
            stdout=stdout,
            stderr=stderr,
            pass_fds=pass_fds,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting])
        if not starting.exception():
            await stop(starting.result())
        raise


async def _read(stream: asyncio.StreamReader) -> str:
    chunks, size = [], 0
    while chunk := await stream.read(2**16):
        chunks.append(chunk)
        size += len(chunk)
        if size > OUTPUT_BYTES:
            raise OutputTooLong
    return b"".join(chunks).decode("utf-8", "replace")


async def stop(process: Process, readers: Sequence[asyncio.Task[str]] = ()) -> None:
    """End a process that was started here with everything it started; `readers` are reading its output."""
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

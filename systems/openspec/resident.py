"""A process of the CLI that stays and answers one question after the other.

Most of what a command costs is the start of Node and of the CLI's five hundred files (0.3 s of computing); a question
to a process that stays costs a tenth of it and less. `resident.mjs` runs the CLI's own entry point, as its executable
does, so the answers are the CLI's. Only what changes nothing is asked here.
"""

from __future__ import annotations

import asyncio
import json
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

from systems.project.program import OUTPUT_BYTES, Completed, OutputTooLong, start, stop

SCRIPT = Path(__file__).with_name("resident.mjs")


class Resident:
    """Starts with the first question, and again with the next one where the CLI ended it; whoever made it closes it."""

    def __init__(self, *, cwd: Path, env: Mapping[str, str], seconds: float) -> None:
        """Nothing is started yet.

        Args:
            cwd: the project.
            env: of the process.
            seconds: time limit of one question, the start included.
        """
        self._cwd, self._env, self._seconds = cwd, env, seconds
        self._one_at_a_time = asyncio.Lock()
        self._process: Process | None = None
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, argv: Sequence[str], arguments: Sequence[str]) -> Completed | None:
        """What the CLI answers, as a process of its own would; None where the process ended without an answer.

        Args:
            argv: Node and the CLI's executable.
            arguments: the question.

        Raises:
            TimeoutError: it took longer than it may.
            OutputTooLong: it wrote too much.
            OSError: the process could not be started.
        """
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(self._seconds):
                    line = await self._answer(argv, json.dumps(arguments).encode() + b"\n")
            except BaseException:
                await self.close()
                raise
            if not line.endswith(b"\n"):
                await self.close()
                return None
        return Completed(**json.loads(line))

    async def close(self) -> None:
        """End the process, where one runs."""
        streams, self._streams = self._streams, None
        process, self._process = self._process, None
        if streams:
            streams[1].close()
        if process:
            await stop(process)

    async def _answer(self, argv: Sequence[str], question: bytes) -> bytes:
        reader, writer = self._streams or await self._start(argv)
        try:
            writer.write(question)
            await writer.drain()
            return await reader.readline()
        except ConnectionError:
            return b""
        except ValueError as error:  # longer than the reader's limit
            raise OutputTooLong from error

    async def _start(self, argv: Sequence[str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        ours, theirs = socket.socketpair()
        self._streams = await asyncio.open_connection(sock=ours, limit=OUTPUT_BYTES)
        with theirs:
            node, script = argv
            command = [node, str(SCRIPT), script, str(theirs.fileno())]
            self._process = await start(
                command, self._cwd, self._env, stdout=DEVNULL, stderr=DEVNULL, pass_fds=(theirs.fileno(),)
            )
        return self._streams

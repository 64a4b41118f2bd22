"""A server of small tools, each of which shows one thing; started by the tests of `systems.serving`.

python -m tests.systems.serving.served stdio LOG
python -m tests.systems.serving.served http LOG     prints its URL
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from pydantic import BaseModel, Field

from systems.errors import UsageError
from systems.serving import Arguments, Caller, Effects, Tool
from systems.serving.server import server
from systems.signals import unless_signalled

LOG = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(os.devnull)
FORM = {
    "type": "object",
    "properties": {
        "decision": {"type": "string", "enum": ["approve", "reject"]},
        "text": {"type": "string", "default": ""},
    },
    "required": ["decision"],
}
NESTED = {"type": "object", "properties": {"who": {"type": "object", "properties": {}}}}


class Number(Arguments):
    number: int = Field(description="Any number")


class Nothing(Arguments):
    pass


class Said(BaseModel):
    said: str = Field(description="What came of it")


def logged(line: str) -> None:
    with LOG.open("a") as log:
        log.write(f"{line}\n")


class Meeting:
    """Callers that go on when all of them are there."""

    def __init__(self) -> None:
        self.there = 0
        self.full = asyncio.Event()

    async def join(self, asked: Number, caller: Caller) -> Said:
        self.there += 1
        if self.there >= asked.number:
            self.full.set()
        await self.full.wait()
        return Said(said=f"{self.there} met")


async def count(asked: Number, caller: Caller) -> Said:
    for number in range(asked.number):
        caller.tell(f"{number + 1} of {asked.number}")
        await asyncio.sleep(0)
    return Said(said="counted")


async def talk_over(asked: Nothing, caller: Caller) -> Said:
    print("a print")
    os.write(1, b"a library that prints\n")
    read = subprocess.run([sys.executable, "-c", "print(repr(input()))"], capture_output=True, text=True)
    return Said(said="EOFError" if "EOFError" in read.stderr else read.stdout)


async def wait(asked: Nothing, caller: Caller) -> Said:
    logged("waiting")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.sleep(0.2)  # what ends in order needs time, in several steps
        await asyncio.sleep(0.2)
        logged("ended in order")
        raise
    raise AssertionError("nobody sets it")


async def fail(asked: Number, caller: Caller) -> Said:
    if asked.number:
        raise UsageError(f"{asked.number} is too much.", mend="Take 0.")
    raise RuntimeError("a fault of ours")


async def ask(asked: Number, caller: Caller) -> Said:
    return Said(said=repr(await caller.ask("May I?", NESTED if asked.number else FORM)))


def tools() -> list[Tool]:
    does = Effects(destructive=True)
    return [
        Tool("join", "Meet", "Wait for others.", Number, Said, Meeting().join, Effects(read_only=True)),
        Tool("count", "Count", "Count aloud.", Number, Said, count, Effects(read_only=True, idempotent=True)),
        Tool("talk_over", "Talk over", "Print where it must not.", Nothing, Said, talk_over, does),
        Tool("wait", "Wait", "Wait for ever.", Nothing, Said, wait, does),
        Tool("fail", "Fail", "Fail.", Number, Said, fail, does),
        Tool("ask", "Ask", "Ask the person.", Number, Said, ask, Effects(open_world=True)),
    ]


async def main() -> None:
    made = server("served", "1", "Small tools.", tools())
    if sys.argv[1] == "stdio":
        from systems.serving import stdio

        await unless_signalled(stdio.serve(made))
    else:
        from systems.serving import http

        await unless_signalled(http.serve(made, host="127.0.0.1", port=0, ready=lambda url: print(url, flush=True)))
    logged("gone")


if __name__ == "__main__":
    asyncio.run(main())

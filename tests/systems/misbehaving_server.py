"""A real MCP server that misbehaves on request.

python misbehaving_server.py [--start hang|slow|die|stubborn|once] [--port PORT]

Over stdio, or over streamable HTTP when a port is given.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Literal

from mcp.server.fastmcp import Context, FastMCP
from mcp.types import AudioContent, CallToolResult, SamplingMessage, TextContent, ToolAnnotations
from pydantic import BaseModel

SLOW_START_SECONDS = 1.5
SENT = {"north": "amber", "south": "silk", "east": "salt", "west": "gold"}
READS = ToolAnnotations(readOnlyHint=True)
server = FastMCP("misbehaving", log_level="WARNING")


@server.tool(annotations=READS)
def echo(text: str) -> str:
    """Give the text back."""
    return text


@server.tool(annotations=READS)
def pid() -> str:
    """Tell the process id."""
    return str(os.getpid())


@server.tool(annotations=READS)
def variable(name: str) -> str:
    """Tell an environment variable."""
    return os.environ.get(name, "unset")


@server.tool(annotations=READS)
async def wait(seconds: float) -> str:
    """Take long, and answer others meanwhile."""
    await asyncio.sleep(seconds)
    return f"waited {seconds} s"


@server.tool(annotations=READS)
async def tidings(of: Literal["north", "south", "east", "west"]) -> str:
    """Tell the tidings of a direction, after as many seconds as DELAY says, and answer others meanwhile."""
    await asyncio.sleep(float(os.environ.get("DELAY", "0")))
    return f"The {of} sends {SENT[of]}."


@server.tool(annotations=READS)
def hang(seconds: float) -> str:
    """Block the whole server."""
    time.sleep(seconds)
    return "done hanging"


@server.tool(annotations=READS)
def die() -> str:
    """Die in the call."""
    os._exit(3)


@server.tool(annotations=READS)
def die_later(seconds: float) -> str:
    """Answer, then die."""
    threading.Timer(seconds, os._exit, (3,)).start()
    return "soon"


@server.tool(annotations=READS)
async def slow_at_first(mark: str) -> str:
    """Take a minute the first time, and no time from then on; a file remembers."""
    await asyncio.sleep(60 if _first(mark) else 0)
    return "at last"


@server.tool(annotations=READS)
def die_at_first(mark: str) -> str:
    """Die the first time, and answer from then on; a file remembers."""
    if _first(mark):
        os._exit(3)
    return "at last"


@server.tool()
async def change_slowly_at_first(mark: str) -> str:
    """Do as `slow_at_first`, without saying that nothing is changed."""
    await asyncio.sleep(60 if _first(mark) else 0)
    return "at last"


@server.tool(annotations=READS)
def count(mark: str) -> str:
    """Tell how often it was asked; a file remembers."""
    times = int(Path(mark).read_text()) + 1 if Path(mark).exists() else 1
    Path(mark).write_text(str(times))
    return str(times)


@server.tool(annotations=READS)
def colour(name: str, shade: Literal["light", "dark"] = "light") -> str:
    """Tell of a colour; others than red and green are unknown."""
    if name not in ("red", "green"):
        raise ValueError(f"Unknown colour: {name}. Available colours: red, green")
    return f"{shade} {name}"


@server.tool(annotations=READS)
def told() -> str:
    """Tell of a failure in words, as if it were a result."""
    return "Error: Operation failed"


@server.tool(annotations=READS)
async def meet(folder: str, name: str, others: int) -> str:
    """Answer when as many others are being asked at the same time; files in a folder tell."""
    (Path(folder) / name).touch()
    for _ in range(600):
        if len(list(Path(folder).iterdir())) > others:
            return f"{name} met {others}"
        await asyncio.sleep(0.05)
    raise TimeoutError(f"{name} was alone")


def _first(mark: str) -> bool:
    path = Path(mark)
    if path.exists():
        return False
    path.touch()
    return True


@server.tool(annotations=READS)
def refuse() -> CallToolResult:
    """Answer with isError."""
    return CallToolResult(content=[TextContent(type="text", text="I would rather not")], isError=True)


@server.tool(annotations=READS)
def crash() -> str:
    """Raise."""
    raise RuntimeError("something broke inside")


@server.tool(annotations=READS)
def nothing() -> str:
    """Answer with an empty text."""
    return ""


@server.tool(annotations=READS)
def no_content() -> CallToolResult:
    """Answer with no content at all."""
    return CallToolResult(content=[])


@server.tool(annotations=READS)
def structured() -> CallToolResult:
    """Answer with structured content and no text."""
    return CallToolResult(content=[], structuredContent={"answer": 42})


@server.tool(annotations=READS)
def huge(size: int) -> str:
    """Answer with that many bytes."""
    return "é" * (size // 2)


@server.tool(annotations=READS)
def audio() -> CallToolResult:
    """Answer with sound."""
    data = base64.b64encode(b"x" * 1234).decode()
    return CallToolResult(content=[AudioContent(type="audio", data=data, mimeType="audio/wav")])


@server.tool(annotations=READS)
def complain() -> str:
    """Write to standard error."""
    sys.stderr.write("this goes to standard error\n")
    sys.stderr.flush()
    return "complained"


@server.tool(annotations=READS)
def babble() -> str:
    """Write something that is not JSON-RPC to standard output."""
    sys.stdout.write("hello?\n")
    sys.stdout.flush()
    return "babbled"


@server.tool(annotations=READS)
def child() -> str:
    """Start a process that outlives the server, and tell its id."""
    nul = subprocess.DEVNULL
    return str(subprocess.Popen(["sleep", "600"], stdin=nul, stdout=nul, stderr=nul).pid)


@server.tool(annotations=READS)
async def chat(context: Context[Any, Any], times: int, words: str) -> str:
    """Report progress and log words that many times."""
    for number in range(times):
        await context.report_progress(number, times, f"{words} {number}")
        await context.info(f"{words} {number}")
    return "done"


@server.tool(annotations=READS)
async def roots(context: Context[Any, Any]) -> str:
    """Tell the folders the client has."""
    return " ".join(str(root.uri) for root in (await context.session.list_roots()).roots) or "none"


@server.tool(annotations=READS)
async def sample(context: Context[Any, Any]) -> str:
    """Ask for the client's model."""
    message = SamplingMessage(role="user", content=TextContent(type="text", text="Say something"))
    return str(await context.session.create_message([message], max_tokens=10))


class City(BaseModel):
    """What `forecast` wants to know."""

    city: str
    days: int = 3


@server.tool(annotations=READS)
async def forecast(context: Context[Any, Any]) -> str:
    """Tell the weather forecast of a city that the person is asked for."""
    said = await context.elicit("Which city is it?", City)
    if said.action != "accept":
        raise RuntimeError(f"no city: {said.action}")
    return f"sun in {said.data.city} for {said.data.days} days"


@server.tool(annotations=READS)
def header(context: Context[Any, Any], name: str) -> str:
    """Tell a header of the request; over HTTP only."""
    request: Any = context.request_context.request
    return str(request.headers.get(name, "unset"))


@server.tool(annotations=READS)
def leak(name: str) -> str:
    """Fail with the value of a variable."""
    raise RuntimeError(f"cannot log in with {os.environ[name]}")


@server.tool(annotations=READS)
def garble() -> str:
    """Write bytes that are no UTF-8 to standard output."""
    sys.stdout.buffer.write(b"\xff\xfe\n")
    sys.stdout.buffer.flush()
    return "garbled"


@server.resource("notes://release", name="release notes", description="What is new in the last release")
def notes() -> str:
    """Give the release notes."""
    return "Version 2 sings."


@server.resource("notes://broken")
def broken() -> str:
    """Fail to be read."""
    raise RuntimeError("the notes are burnt")


@server.prompt(name="style")
def style(language: str = "English") -> str:
    """Say how texts are written."""
    return f"Write short sentences in {language}."


@server.tool()
def unmarked(text: str) -> str:
    """Have no readOnlyHint."""
    return f"changed {text}"


@server.tool(annotations=ToolAnnotations(readOnlyHint=False, destructiveHint=False))
def harmless(options: dict[str, Any]) -> str:
    """Call itself not destructive, which is not read-only."""
    return f"changed {options}"


def main() -> None:
    """Serve until standard input ends, or the port is closed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--start", choices=["well", "hang", "slow", "die", "stubborn", "once"], default="well")
    parser.add_argument("--port", type=int)
    options = parser.parse_args()
    if options.start == "hang" or (options.start == "once" and not _first(os.environ["MARK"])):
        time.sleep(600)
    if options.start == "slow":
        time.sleep(SLOW_START_SECONDS)
    if options.start == "die":
        sys.exit("I cannot start: the cellar is flooded")
    if options.start == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if options.port:
        server.settings.port = options.port
        server.run("streamable-http")
    else:
        server.run("stdio")
    if options.start == "stubborn":
        time.sleep(600)


if __name__ == "__main__":
    main()

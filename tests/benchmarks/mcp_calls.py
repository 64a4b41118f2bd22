"""What a warm call costs over a bare session, and what hangs, waits and leaks: python -m tests.benchmarks.mcp_calls.

Always the server of tests/systems/misbehaving_server.py, over stdio where nothing else is said. The last line is JSON;
times are milliseconds where they are not ratios of times of the same minute.

    overhead_ms       a warm echo through `Servers`, less one on the bare session of the MCP library, in turns (<= 15)
    side_by_side      8 calls of 0.2 to 1 s on 4 servers at once, over the slowest (<= 1.5)
    hang              the same call of a tool that hangs, four times in a row, over the limit of one
    hang_others       four different calls of that tool
    hang_server       four different calls of a server that a first one blocks as a whole, and is restarted
    leaked_*          what 10,000 calls over stdio, and as many over streamable HTTP, leave behind: tasks, file
                      descriptors, kB of memory after the first 2,000
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from opentelemetry.sdk.trace import TracerProvider

from systems.errors import ServerUnavailable, ToolFailed
from systems.mcp import ServerConfig, Servers
from tests.systems.mcp_support import Traced, misbehaving, open_files, over_http, servers

ROUNDS, WARM_UP = 400, 20
CALLS, SETTLED, AT_ONCE = 10_000, 2_000, 10
LIMIT_SECONDS = 6.0


async def milliseconds(call: Callable[[], Awaitable[object]]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    await call()
    return (time.perf_counter() - started) * 1e3


async def overhead(folder: Path) -> dict[str, float]:
    """Medians over `ROUNDS` alternating calls, and the 95th percentiles."""
    config = misbehaving()
    parameters = StdioServerParameters(command=config.command, args=list(config.args))
    bare, ours = [], []
    async with (
        stdio_client(parameters) as streams,
        ClientSession(*streams) as session,
        servers(folder, config) as opened,
    ):
        await session.initialize()
        for number in range(ROUNDS + WARM_UP):
            arguments = {"text": str(number)}
            bare.append(await milliseconds(lambda sent=arguments: session.call_tool("echo", sent)))  # type: ignore[misc]
            ours.append(await milliseconds(lambda sent=arguments: opened.call("bad", "echo", sent)))  # type: ignore[misc]
    bare, ours = bare[WARM_UP:], ours[WARM_UP:]
    return {
        "bare_ms": statistics.median(bare),
        "ours_ms": statistics.median(ours),
        "overhead_ms": statistics.median(ours) - statistics.median(bare),
        "bare_p95_ms": statistics.quantiles(bare, n=20)[-1],
        "ours_p95_ms": statistics.quantiles(ours, n=20)[-1],
    }


async def side_by_side(folder: Path) -> dict[str, float]:
    """Eight independent calls to four servers, over the slowest of them alone."""
    names = ["one", "two", "three", "four"]
    async with servers(folder, *(misbehaving(name) for name in names)) as opened:

        def wait(place: int) -> Awaitable[object]:
            return opened.call(names[place % 4], "wait", {"seconds": 1.0 if place == 7 else 0.2 + place / 20})

        alone = await milliseconds(lambda: wait(7))
        together = await milliseconds(lambda: asyncio.gather(*map(wait, range(8))))
    return {"side_by_side": together / alone}


async def hanging(folder: Path) -> dict[str, float]:
    """What it costs to ask a server that hangs again and again, over the limit of one call."""
    found = {}
    for name, tool, step in (("hang", "wait", 0), ("hang_others", "wait", 1), ("hang_server", "hang", 1)):
        async with servers(folder, misbehaving(), knobs={"call_seconds": LIMIT_SECONDS}) as opened:
            await opened.call("bad", "echo", {"text": "warm"})
            calls = [(tool if number == 0 else "wait", 600 + number * step) for number in range(4)]
            found[name] = await milliseconds(lambda sent=calls: in_vain(opened, sent))  # type: ignore[misc]
    return {name: spent / LIMIT_SECONDS / 1e3 for name, spent in found.items()}


async def in_vain(opened: Servers, calls: list[tuple[str, int]]) -> None:
    """Calls that get no answer, by tool and seconds, one after the other."""
    for tool, seconds in calls:
        with contextlib.suppress(ToolFailed, ServerUnavailable):
            await opened.call("bad", tool, {"seconds": seconds})


async def leaks(folder: Path) -> dict[str, float]:
    """What is left of many calls over both transports."""
    found = await left(folder, misbehaving())
    with over_http("bad") as (config, _):
        found |= {f"{name}_http": value for name, value in (await left(folder, config)).items()}
    return {"calls": CALLS, **found}


async def left(folder: Path, config: ServerConfig) -> dict[str, float]:
    """What is left of many calls, a part of them failing."""
    async with servers(folder, config, traced=Untraced()) as opened:
        await many(opened, SETTLED)
        before = (len(asyncio.all_tasks()), open_files(), resident_kb())
        await many(opened, CALLS - SETTLED)
        after = (len(asyncio.all_tasks()), open_files(), resident_kb())
    tasks, files, memory = (then - now for then, now in zip(after, before, strict=True))
    return {"leaked_tasks": tasks, "leaked_files": files, "leaked_kb": memory}


class Untraced(Traced):
    """Spans that nobody keeps, as each would count as memory."""

    def __init__(self) -> None:
        self.tracer = TracerProvider().get_tracer("benchmark")


async def many(opened: Servers, calls: int) -> None:
    """Echoes side by side, one of `AT_ONCE` failing."""
    for number in range(calls // AT_ONCE):
        echoes = (opened.call("bad", "echo", {"text": f"{number}.{place}"}) for place in range(AT_ONCE - 1))
        await asyncio.gather(*echoes, opened.call("bad", "crash", {}), return_exceptions=True)


def resident_kb() -> int:
    """Memory of this process; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


async def measure(folder: Path) -> dict[str, float]:
    """All of it."""
    found: dict[str, float] = {}
    for part in (overhead, side_by_side, hanging, leaks):
        found |= await part(folder / part.__name__)
        print(json.dumps(found))
    return found


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder)))
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))


if __name__ == "__main__":
    main()

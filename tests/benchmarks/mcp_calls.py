"""What a warm call costs over a bare session, and what hangs, waits and leaks: python -m tests.benchmarks.mcp_calls.

Always the server of tests/systems/misbehaving_server.py, over stdio where nothing else is said. The last line is JSON;
times are milliseconds where they are not ratios of times of the same minute.

    overhead_ms       a warm echo through `Servers`, less one on the bare session of the MCP library, in turns (<= 15)
    side_by_side      8 calls of 0.2 to 1 s on 4 servers at once, over the slowest (<= 1.5)
    hang              the same call of a tool that hangs, four times in a row, over the limit of one (<= 1.05)
    hang_others       four different calls of that tool
    hang_server       four different calls of a server that the first one blocks as a whole
    hang_server_apart the same with a pause after each, in which the server is restarted; the pauses are not counted
    hang_start        four calls of a server that hangs when the first one starts it, over the limit of a start
    hang_restart      four calls of a server that dies in the first one and hangs when it is restarted
    die               a call in which the server dies, and four others after it
    die_between       four calls after the server died with nothing under way
    others_*_ms       the slowest echo of another server before all that, and while it goes on
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
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from opentelemetry.sdk.trace import TracerProvider

from systems.errors import ServerUnavailable, ToolFailed
from systems.mcp import Listings, ServerConfig, Servers
from tests.systems.mcp_support import Traced, misbehaving, open_files, over_http, servers

ROUNDS, WARM_UP = 400, 20
CALLS, SETTLED, AT_ONCE = 10_000, 2_000, 10
LIMIT_SECONDS = START_SECONDS = 20.0


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


class Case(NamedTuple):
    """A server that goes wrong, and calls of it, one after the other: tool and argument.

    Attributes:
        pause: seconds after each call, in which it may be restarted.
        limit: what the time is measured by.
    """

    calls: Sequence[tuple[str, dict[str, Any]]]
    start: str = "well"
    warm: bool = True
    pause: float = 0
    limit: float = LIMIT_SECONDS


def waits(first: int, step: int) -> list[tuple[str, dict[str, Any]]]:
    """Calls that are not answered for minutes, the same or with different arguments."""
    return [("wait", {"seconds": 600 + step * number}) for number in range(first, 4)]


ECHOES = [("echo", {"text": str(number)}) for number in range(4)]
CASES: Mapping[str, Case] = {
    "hang": Case(waits(0, 0)),
    "hang_others": Case(waits(0, 1)),
    "hang_server": Case([("hang", {"seconds": 600}), *waits(1, 1)]),
    "hang_server_apart": Case([("hang", {"seconds": 600}), *waits(1, 1)], pause=LIMIT_SECONDS / 4),
    "hang_start": Case(ECHOES, start="once", warm=False, limit=START_SECONDS),
    "hang_restart": Case([("die", {}), *ECHOES], start="once"),
    "die": Case([("die", {}), *ECHOES]),
    "die_between": Case(ECHOES),
}


async def in_vain(folder: Path) -> dict[str, float]:
    """What each way to go wrong costs, over one limit; all are played side by side, beside a server that is well."""
    async with servers(folder / "well", misbehaving()) as well:
        await well.call("bad", "echo", {"text": "warm"})
        alone = await slowest(well, asyncio.sleep(LIMIT_SECONDS / 4))
        playing = asyncio.gather(*(cost(folder / name, case) for name, case in CASES.items()))
        beside = await slowest(well, playing)
    return {**dict(zip(CASES, playing.result(), strict=True)), "others_alone_ms": alone, "others_beside_ms": beside}


async def slowest(opened: Servers, until: Awaitable[object]) -> float:
    """The slowest of the echoes of a server that is well, until something is over."""
    waiting, slow, number = asyncio.ensure_future(until), 0.0, 0
    while not waiting.done():
        number += 1
        slow = max(slow, await milliseconds(lambda text=str(number): opened.call("bad", "echo", {"text": text})))  # type: ignore[misc]
        await asyncio.sleep(0.05)
    return slow


async def cost(folder: Path, case: Case) -> float:
    """Seconds that the calls of a case take, over its limit."""
    listings = Listings(folder / "kept")
    config = misbehaving(start=case.start, env={"MARK": str(folder / "mark")})
    limits = {"call_seconds": LIMIT_SECONDS, "start_seconds": START_SECONDS}
    if not case.warm:
        async with servers(folder, config, listings=listings):
            pass  # what it offers is known from now on
    async with servers(folder, config, listings=listings, knobs=limits) as opened:
        if case is CASES["die_between"]:
            await opened.call("bad", "die_later", {"seconds": 0.1})
            await asyncio.sleep(1)
        spent = 0.0
        for tool, arguments in case.calls:
            spent += await milliseconds(lambda sent=(tool, arguments): failing(opened, *sent))  # type: ignore[misc]
            await asyncio.sleep(case.pause)
    return spent / case.limit / 1e3


async def failing(opened: Servers, tool: str, arguments: dict[str, Any]) -> None:
    """A call that may fail."""
    with contextlib.suppress(ToolFailed, ServerUnavailable):
        await opened.call("bad", tool, arguments)


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
    for part in (overhead, side_by_side, in_vain, leaks):
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

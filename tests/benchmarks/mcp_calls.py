"""What a warm call through `Servers` costs over a bare session: python -m tests.benchmarks.mcp_calls.

The same echo tool, in turns, on two copies of the server. The last line is JSON; times are milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from langchain_mcp_adapters.client import MultiServerMCPClient

from tests.systems.mcp_support import misbehaving, servers

ROUNDS = 400
WARM_UP = 20


async def milliseconds(call: Callable[[], Awaitable[object]]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    await call()
    return (time.perf_counter() - started) * 1e3


async def measure(folder: Path) -> dict[str, float]:
    """Medians over `ROUNDS` alternating calls, and the 95th percentiles."""
    config = misbehaving()
    client = MultiServerMCPClient({"bad": {"transport": "stdio", "command": config.command, "args": list(config.args)}})
    async with client.session("bad") as session, servers(folder, config) as opened:
        bare, ours = [], []
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
        "calls": ROUNDS,
    }


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({name: round(value, 3) for name, value in asyncio.run(measure(Path(folder))).items()}))


if __name__ == "__main__":
    main()

"""How long the event loop of a run stands still when its database stalls for 20 s, and whether the run ends well.

`python -m tests.benchmarks.stalled_database`; one JSON object on the last line.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from graph import Workspace
from systems.demo import lay_out
from systems.errors import SpecloopError
from tests import postgres
from tests.graph.scripted import artifact_of, scripted_reply
from tests.proxy import Proxy, between
from tests.systems.imitation_server import ImitationServer

STALL_SECONDS = 20.0
TICK_SECONDS = 0.05
STALLS_AT = "design"
GOAL = "Add a --json flag to the list command"


class Heart:
    """Beats on an event loop, and knows the longest it stood still."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        """Beat until cancelled."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            self.longest, last = max(self.longest, now - last - TICK_SECONDS), now


async def measured(folder: Path, network: Proxy, *, stall: bool) -> dict[str, Any]:
    """One run; the model of it stalls the network, for which a thread of its own mends it again."""
    loop, stalled = asyncio.get_running_loop(), list[float]()

    def reply(request: dict[str, Any]) -> Any:
        if stall and artifact_of(request) == STALLS_AT and not stalled:
            stalled.append(time.monotonic())
            network.stall()
            network.later(STALL_SECONDS, network.mend)
        return scripted_reply(request)

    heart = Heart()
    beating = loop.create_task(heart.beat())
    begun, ended = time.monotonic(), ""
    with ImitationServer(reply) as model:
        try:
            outcome = await Workspace(folder, model=model.url, max_loops=6).arun(
                "Add a --json flag to the list command"
            )
            ended = outcome.status
        except SpecloopError as error:
            ended = f"{type(error).__name__}: {error}"
    beating.cancel()
    return {"ended": ended, "seconds": round(time.monotonic() - begun, 1), "longest_still": round(heart.longest, 2)}


def main() -> None:
    """Measure a run without a stall, then one with."""
    with postgres.running() as server, between(server.port) as network, tempfile.TemporaryDirectory() as folder:
        os.environ["SPECLOOP_STORE"] = server.url.replace(f":{server.port}", f":{network.port}")
        found = {}
        for name in ("calm", "stalled"):
            project = lay_out(Path(folder) / name)
            (project / "mcp.json").write_text('{"mcpServers": {}}')
            found[name] = asyncio.run(measured(project, network, stall=name == "stalled"))
            print(name, found[name], file=sys.stderr)
    print(json.dumps({"stall_seconds": STALL_SECONDS, **found}))


if __name__ == "__main__":
    main()

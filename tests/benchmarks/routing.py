"""How well questions are routed: `python -m tests.benchmarks.routing [FILE]`, JSON lines `{question, server}`.

The servers are those the file names: git, time and filesystem as `load_servers` starts them for the demo project, and
`search`, which has no program here and stands as one tool with a line. `person` is right when nobody is asked.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from nodes.question_routing.questions import Places
from nodes.question_routing.routing import Router
from systems.demo import lay_out
from systems.mcp import Servers, Tool, load_servers
from systems.policy import DEFAULT
from systems.records import Question
from systems.repository import tracked_files
from systems.spans import Store
from systems.telemetry import Telemetry

SEARCH = Tool(
    server="search",
    name="search",
    description="Search the code for text: where functions and classes are defined, called, used, imported; comments",
    input_schema={"properties": {"pattern": {"type": "string"}, "path": {"type": "string"}}, "required": []},
    read_only=True,
)


async def router(folder: Path) -> Router:
    project = lay_out(folder / "todo")
    store = Store(folder / "spans.db")
    configs = load_servers(None, project=project)
    async with Servers(configs, knobs=DEFAULT.servers, tracer=Telemetry(store).tracer, stderr=folder) as servers:
        tools = (*servers.tools, SEARCH)
    store.close()
    places = Places(files=await tracked_files(project))
    return Router(tools, project=project, places=places, knobs=DEFAULT.questions)


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "data" / "routing.jsonl"
    cases = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        routing = asyncio.run(router(Path(folder)))
    milliseconds, right = [], Counter[str]()
    top2 = abstained = wrong = 0
    for case in cases:
        began = time.perf_counter()
        route = routing.route(Question(text=case["question"], origin="person"))
        milliseconds.append((time.perf_counter() - began) * 1000)
        servers = [candidate.server for candidate in route.candidates] or ["person"]
        right[case["server"]] += servers[0] == case["server"]
        top2 += case["server"] in servers[:2]
        abstained += servers == ["person"] and case["server"] != "person"
        wrong += servers[0] not in (case["server"], "person")
    total = Counter(case["server"] for case in cases)
    cuts = statistics.quantiles(milliseconds, n=20)
    result: dict[str, float] = {
        "n": len(cases),
        "top1": sum(right.values()),
        "top2": top2,
        "abstained": abstained,
        "wrong": wrong,
    }
    result |= {"ms_p50": round(statistics.median(milliseconds), 2), "ms_p95": round(cuts[-1], 2)}
    by_server = {server: f"{right[server]}/{count}" for server, count in sorted(total.items())}
    print(json.dumps({**result, "by_server": by_server, "by_method": {"lexical": len(cases)}}))


if __name__ == "__main__":
    main()

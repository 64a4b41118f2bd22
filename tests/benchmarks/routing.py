"""How well questions are routed: `python -m tests.benchmarks.routing [FILE] [--method METHOD]`.

FILE has JSON lines `{question, server}`; without one it is `data/routing_own.jsonl` (its `half` is `tune` for the
questions that weights were chosen on, `held` for those kept apart; so have `routing_blind.jsonl`, written before the
router was looked at and in four languages, `routing_steps.jsonl`, as users and agents ask, and `routing_many.jsonl` for
thirteen servers). `routing_fresh.jsonl` is what the steps of a change raise, in three sets: each was routed once before
what it showed changed the margin (`first`) or the lines (`second`); nothing followed upon the `third`. `online` is who
answers instead where it serves: facts of the world outside are the person's only where no server finds them.

The servers are git, filesystem, time and search, with the tools they publish (`data/servers`), and any other of
`data/servers` that the file names. `person` is a server like the others. No server runs, and no model is asked.

`top1` and `top2` count the questions whose server is ranked first, or second; `abstained` those whose lead is below the
policy's margin, so that the model or the person would decide; `wrong` those that are decided, and wrongly. `by_method`
has the same for every method. `--margins` adds what other margins would give: `QuestionKnobs.margin` is the least that
keeps the wrong ones below 2% in each file of questions to the four servers, also of those kept apart. Prints one
JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nodes.question_routing.questions import Places
from nodes.question_routing.routing import Router
from systems.likeness.embeddings import Embedder, open_embedder
from systems.mcp import Tool
from systems.node import cache_folder
from systems.policy import DEFAULT
from systems.records import Question, Route

Case = dict[str, str]
DATA = Path(__file__).parent / "data"
SERVERS = ("git", "filesystem", "time", "search")
METHODS = ("lexical", "embeddings", "hybrid")
CHANGES = "create update push fork add merge delete post reply write append edit move commit reset checkout".split()


def recorded(server: str) -> list[Tool]:
    """The tools of a server as it published them; where it does not say what only reads, the name does."""
    tools = json.loads((DATA / "servers" / f"{server}.json").read_text())
    return [
        Tool(
            server=server,
            name=tool["name"],
            description=tool.get("description", ""),
            input_schema=tool["inputSchema"],
            read_only=tool.get("annotations", {}).get(
                "readOnlyHint", not any(word in tool["name"] for word in CHANGES)
            ),
        )
        for tool in tools
    ]


def router(servers: Iterable[str], method: str, embedder: Embedder | None) -> Router:
    """A router over recorded servers, in a project of no files."""
    knobs = DEFAULT.edited({"questions": {"method": method}}).questions
    tools = [tool for server in servers for tool in recorded(server)]
    return Router(tools, project=Path("/project"), places=Places(files=()), knobs=knobs, embedder=embedder)


async def routed(routing: Router, cases: Sequence[Case]) -> list[tuple[Route, float]]:
    """Each question's route and the milliseconds it took."""
    await routing.route(Question(text="warm?", origin="person"))
    found = []
    for case in cases:
        began = time.perf_counter()
        route = await routing.route(Question(text=case["question"], origin="person"))
        found.append((route, (time.perf_counter() - began) * 1000))
    return found


def measured(cases: Sequence[Case], routes: Sequence[tuple[Route, float]]) -> dict[str, Any]:
    """The numbers of one method."""
    right, top2, abstained, wrong = Counter[str](), 0, 0, 0
    for case, (route, _) in zip(cases, routes, strict=True):
        first, second = [*route.scores, "", ""][:2]
        right[case["server"]] += first == case["server"]
        top2 += case["server"] in (first, second)
        close = route.margin < DEFAULT.questions.margin
        abstained += close
        wrong += not close and first != case["server"]
    milliseconds = sorted(elapsed for _, elapsed in routes)
    total = Counter(case["server"] for case in cases)
    return {
        "n": len(cases),
        "top1": sum(right.values()),
        "top2": top2,
        "abstained": abstained,
        "wrong": wrong,
        "ms_p50": round(statistics.median(milliseconds), 2),
        "ms_p95": round(milliseconds[int(0.95 * (len(milliseconds) - 1))], 2),
        "by_server": {server: f"{right[server]}/{count}" for server, count in sorted(total.items())},
    }


def at_margins(cases: Sequence[Case], routes: Sequence[tuple[Route, float]]) -> dict[str, tuple[int, int]]:
    """(abstained, wrong) for margins from 0 to 0.5."""
    leads = [
        (route.margin, next(iter(route.scores)) != case["server"])
        for case, (route, _) in zip(cases, routes, strict=True)
    ]
    margins = [step / 20 for step in range(11)]
    return {
        str(least): (sum(lead < least for lead, _ in leads), sum(off and lead >= least for lead, off in leads))
        for least in margins
    }


async def measure(cases: Sequence[Case], method: str, *, show: bool, margins: bool) -> dict[str, Any]:
    """The numbers of the method asked for, and those of every one."""
    servers = dict.fromkeys([*SERVERS, *(case["server"] for case in cases if case["server"] != "person")])
    cases = [case | {"server": case["online"]} if case.get("online") in servers else case for case in cases]
    numbers = {}
    kept = cache_folder() / "embeddings.db"  # as in a run: phrases, never questions
    for each in METHODS:
        embedder = await open_embedder("", kept=kept)  # one each: no method finds a question embedded by another
        routes = await routed(router(servers, each, embedder), cases)
        numbers[each] = measured(cases, routes) | ({"margins": at_margins(cases, routes)} if margins else {})
        for case, (route, _) in zip(cases, routes, strict=True):
            if show and each == method and next(iter(route.scores)) != case["server"]:
                print(f"{case['server']}: {case['question']} -> {list(route.scores.items())[:2]}")
    return {**numbers[method], "embedder": embedder.name if embedder else None, "by_method": numbers}


def main() -> None:
    """Print the numbers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path, nargs="?", default=DATA / "routing_own.jsonl")
    parser.add_argument("--method", choices=METHODS, default="hybrid")
    parser.add_argument("--half", choices=("tune", "held"), help="only these questions of our own")
    parser.add_argument("--known", action="store_true", help="only questions to the four servers and to the person")
    parser.add_argument("--show", action="store_true", help="print what is ranked wrongly")
    parser.add_argument("--margins", action="store_true", help="also what other margins would give")
    given = parser.parse_args()
    cases = [json.loads(line) for line in given.file.read_text().splitlines() if line.strip()]
    cases = [case for case in cases if not given.half or case.get("half") == given.half]
    cases = [case for case in cases if not given.known or case["server"] in (*SERVERS, "person")]
    print(json.dumps(asyncio.run(measure(cases, given.method, show=given.show, margins=given.margins))))


if __name__ == "__main__":
    main()

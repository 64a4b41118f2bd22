"""How a server grows with its workers: runs a second, and what a run costs every part of it.

For 1, 2 and 4 workers so many runs a worker begin at once. Each asks a scripted model that takes a second for an answer
and stands for a model server elsewhere. Their projects had a run before, so that what is paid once a project is not
counted; what a worker pays once a project is. The time in stores is what workers wait for PostgreSQL in psycopg
(`timed/sitecustomize.py`): as a share of the runs' time, and of the workers' time, in which their one event loop stood
still for it.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.scale.crowd import Story, follow, projects, stories
from tests.benchmarks.scale.database import Connections, counted, waited
from tests.benchmarks.scale.served import Up, paced
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer

RUNS, COUNTS, RUNS_A_PROJECT = 16, (1, 2, 4), 4
ANSWER_SECONDS = 1.0
CHARACTERS_A_TOKEN = 4
PROCESSOR, BYTES = " processor", "_bytes"
SATURATED = 0.85
TIMED = Path(__file__).with_name("timed")


def measured(folder: Path, runs: int = RUNS) -> dict[str, Any]:
    """The numbers, by how many workers there are."""
    found: dict[str, Any] = {"cores": os.cpu_count(), "runs_a_worker": runs, "answer_seconds": ANSWER_SECONDS}
    by_count = {}
    for count in COUNTS:
        place = folder / f"workers-{count}"
        place.mkdir(mode=0o755)
        by_count[count] = _with(place, count, runs * count)
    alone = by_count[COUNTS[0]]["runs_per_second"]
    for count, told in by_count.items():
        told["efficiency"] = round(told["runs_per_second"] / alone / count, 2)
    return {**found, "by_workers": by_count, "why": _why(by_count)}


def _with(folder: Path, workers: int, runs: int) -> dict[str, Any]:
    times = folder / "times"
    times.mkdir()
    places = projects(folder, -(-runs // RUNS_A_PROJECT))
    told = stories(places, len(places) + runs)
    load = os.getloadavg()[0]
    up = Up(folder, workers, PYTHONPATH=str(TIMED), SCALE_TIMES=str(times))
    try:
        with ImitationServer(paced(ANSWER_SECONDS)) as model:
            _follow(told[: len(places)], up, model)
            before = _counters(up, times, model)
            connections = Connections(up.store)
            connections.start()
            seconds = _follow(told[len(places) :], up, model)
            connections.over.set()
            time.sleep(1)  # the last sums are written
            spent = _counters(up, times, model)
            spent.subtract(before)
        up.end()
    finally:
        if up.process.poll() is None:
            up.end()
    of_runs = told[len(places) :]
    return {
        "load_before": round(load, 1),
        "done": sum(story.status == "done" for story in of_runs),
        "seconds": round(seconds, 1),
        "runs_per_second": round(runs / seconds, 3),
        "run_seconds": round(median(story.ended - story.asked for story in of_runs), 1),
        "seconds_before_one_begins": round(max(story.begun - story.asked for story in of_runs), 1),
        "connections": connections.most,
        **_shares(of_runs, spent, seconds, workers),
        "a_run": _a_run(spent, runs),
    }


def _follow(told: Sequence[Story], up: Up, model: ImitationServer) -> float:
    """Have runs worked, all begun at once; how long that took."""
    began, never = time.monotonic(), threading.Event()
    with ThreadPoolExecutor(len(told)) as threads:
        list(threads.map(lambda story: follow(story, up.urls, model.url, never), told))
    return time.monotonic() - began


def _counters(up: Up, times: Path, model: ImitationServer) -> Counter[str]:
    found = Counter[str]()
    found.update({f"{part}{PROCESSOR}": seconds for part, seconds in up.seconds().items()})
    found.update({f"clients and model{PROCESSOR}": sum(os.times()[:2])})
    asked = [each for each in model.requests if "response_format" in each]
    words = (str(message["content"]) for each in asked for message in each["messages"])
    found["requests"] = len(model.requests)
    found["prompt_tokens"] = sum(map(len, words)) // CHARACTERS_A_TOKEN
    found["answer_tokens"] = sum(len(json.dumps(scripted_reply(each))) for each in asked) // CHARACTERS_A_TOKEN
    return found + counted(up.store) + waited(times)


def _shares(told: Sequence[Story], spent: Mapping[str, float], seconds: float, workers: int) -> dict[str, Any]:
    """How the time of the runs, and that of the workers, was used."""
    of_runs = sum(story.ended - story.asked for story in told)
    return {
        "stores_share_of_runs": round((spent["holding_up"] + spent["aside"]) / of_runs, 3),
        "model_share_of_runs": round(spent["requests"] * ANSWER_SECONDS / of_runs, 3),
        "loops_held_up_by_stores": round(spent["holding_up"] / seconds / workers, 3),
        "workers_busy": round(spent["workers processor"] / seconds / workers, 2),
        "cores_used": round(sum(_processor(spent).values()) / seconds, 2),
    }


def _a_run(spent: Mapping[str, float], runs: int) -> dict[str, Any]:
    """What one run costs."""
    sizes = {name.removesuffix(BYTES): round(size / runs) for name, size in spent.items() if name.endswith(BYTES)}
    return {
        "processor_seconds": {part: round(seconds / runs, 2) for part, seconds in _processor(spent).items()},
        **{name: round(spent[name] / runs) for name in ("statements", "transactions", "prompt_tokens")},
        "answer_tokens": round(spent["answer_tokens"] / runs),
        "statement_seconds": round(spent["active_seconds"] / runs, 3),
        "model_requests": round(spent["requests"] / runs, 1),
        "bytes": sizes,
    }


def _processor(spent: Mapping[str, float]) -> dict[str, float]:
    return {name.removesuffix(PROCESSOR): each for name, each in spent.items() if name.endswith(PROCESSOR)}


def _why(by_count: Mapping[int, Mapping[str, Any]]) -> str:
    """What it is that more workers do not help against."""
    cores = os.cpu_count() or 1
    fastest = max(by_count, key=lambda count: by_count[count]["runs_per_second"])
    told = by_count[fastest]
    used = f"{fastest} workers come to {told['runs_per_second']} runs/s with {told['cores_used']} of {cores} cores"
    if told["cores_used"] > SATURATED * cores:
        return f"{used}: the processor is what is short."
    if told["workers_busy"] > SATURATED:
        return f"{used}, each busy for {told['workers_busy']:.0%} of the time: workers are what is short."
    return f"{used}: others used the machine, or runs wait for the model."

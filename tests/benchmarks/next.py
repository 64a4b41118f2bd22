"""`specloop next` with one planned change: wall and processor seconds, median of five, in turn with its parts.

The parts are a bare `python` and `openspec list`, of which it takes three at once. On a busy machine the ratio to the
latter tells more than the seconds.

Run: python -m tests.benchmarks.next
Limit: below 1 s.
"""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import sys
import tempfile
from contextlib import chdir
from itertools import pairwise
from pathlib import Path

from systems.demo import lay_out
from systems.node import command
from systems.openspec import OpenSpec
from tests.benchmarks.startup import seconds

RUNS = 5
DOCUMENTS = {
    "proposal.md": "## Why\n\nScripts cannot read the list.\n\n## What Changes\n\n- Print JSON\n",
    "specs/listing/spec.md": (
        "## Purpose\n\nWhat people and scripts can rely on when they list their items.\n\n## ADDED Requirements\n\n"
        "### Requirement: JSON\nThe list SHALL be printed as JSON with --json.\n\n"
        "#### Scenario: One item\n- **WHEN** there is one item\n- **THEN** one object is printed\n"
    ),
    "design.md": "# Design\n\nUse json.dumps.\n",
    "tasks.md": "# Tasks\n\n- [x] 1.1 Begin\n- [ ] 1.2 Go on\n",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = lay_out(Path(folder) / "todo")
        change = asyncio.run(OpenSpec(project).new_change("json-list", "Print JSON"))
        for name, text in DOCUMENTS.items():
            (change / name).parent.mkdir(parents=True, exist_ok=True)
            (change / name).write_text(text)
        specloop = str(Path(sys.executable).with_name("specloop"))
        commands = (
            (specloop, "next", "--project", str(project)),
            (sys.executable, "-c", "pass"),
            (*command("openspec"), "list", "--json"),
        )
        with chdir(project):
            taken = [[(seconds(*each), processor()) for each in commands] for _ in range(RUNS + 1)]
    print(json.dumps(told(taken)))


def processor() -> float:
    """Processor seconds of the programs that have ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def told(taken: list[list[tuple[float, float]]]) -> dict[str, float]:
    """The medians without the first round; processor seconds are differences of what `processor` counts up."""
    flat = [each for row in taken for each in row]
    used = [now[1] - before[1] for before, now in pairwise(flat)]
    rounds = [used[start : start + 3] for start in range(2, len(used), 3)]
    wall = [statistics.median(row[part][0] for row in taken[1:]) for part in range(3)]
    cpu = [statistics.median(row[part] for row in rounds) for part in range(3)]
    numbers = {"next_s": wall[0], "limit_s": 1.0, "next_cpu_s": cpu[0], "python_s": wall[1], "openspec_s": wall[2]}
    numbers |= {"openspec_cpu_s": cpu[2], "ratio": wall[0] / wall[2], "cpu_ratio": cpu[0] / cpu[2]}
    return {name: round(value, 3) for name, value in numbers.items()}


if __name__ == "__main__":
    main()

"""`specloop next` with one planned change: wall seconds, median of five, in turn with a bare `python` and `node`.

Run: python -m tests.benchmarks.next
Limit: below 1 s.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
from pathlib import Path

from systems.demo import lay_out
from systems.node import find_node
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
            (str(find_node()), "-e", "0"),
        )
        taken = [[seconds(*command) for command in commands] for _ in range(RUNS + 1)][1:]
    ours, python, node = (round(statistics.median(column), 3) for column in zip(*taken, strict=True))
    print(json.dumps({"next_s": ours, "limit_s": 1.0, "python_s": python, "node_s": node}))


if __name__ == "__main__":
    main()

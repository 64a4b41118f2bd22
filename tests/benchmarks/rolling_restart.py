"""Whether a rolling restart of all workers loses a run, or does anything twice.

    python -m tests.benchmarks.rolling_restart [RUNS]

`specloop up` with two workers, the runs all begun at once, each in a project of its own, with a scripted model that
takes a second for each answer. While they are worked on, all workers are started anew, one after the other (SIGHUP).
`done`: runs that came to their end; `restarted`: workers that ended in order and were started anew meanwhile;
`written_again`: documents that were written more often than once; `drafted_again`: drafts that were asked for once
more, because a node was cut off at its work; `resumed`: clients that had to be started again. Needs Redis, PostgreSQL
and an environment with Aegra (`specloop up` says how to make one). Prints one line of JSON last.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from graph import Workspace
from systems.demo import lay_out
from systems.documents import Documents
from systems.errors import Missing
from systems.stores.place import schema_of
from tests.benchmarks.scale.served import DRAFTS, Up, drafts, paced
from tests.graph.conftest import copied
from tests.systems.imitation_server import ImitationServer

GOAL = "Add a --json flag to the list command"
ANSWER_SECONDS, MOST_RESUMES = 1.0, 20


def worked(project: Path, server: str, model: str) -> tuple[str, int]:
    """What one run came to, and how often its client had to be started again."""
    begun: list[str] = []
    workspace = Workspace(project, server=server, model=model, max_loops=6, approve="auto")
    for again in range(MOST_RESUMES):
        try:
            outcome = (
                workspace.resume(begun[0])
                if again
                else workspace.run(GOAL, watch=lambda event: begun.append(event.text))
            )
            return outcome.status, again
        except Missing as error:
            if not begun:
                raise
            print(f"{begun[0]}: {error.message}", file=sys.stderr)
            time.sleep(5)
    return "lost", MOST_RESUMES


def measured(folder: Path, runs: int) -> dict[str, Any]:
    """The numbers."""
    template = lay_out(folder / "template")
    projects = [copied(template, folder / f"project-{number}") for number in range(runs)]
    up = Up(folder)
    try:
        with ImitationServer(paced(ANSWER_SECONDS)) as model, ThreadPoolExecutor(runs) as threads:
            began = time.monotonic()
            working = [threads.submit(worked, project, up.urls[0], model.url) for project in projects]
            while len(drafts(model)) < runs:
                time.sleep(0.2)
            up.process.send_signal(signal.SIGHUP)
            up.said(r"worker \d answers", 4)
            restarted = time.monotonic() - began
            came_to = [each.result() for each in working]
            asked = len(drafts(model))
        written = Counter[str]()
        for project in projects:
            with closing(Documents(schema_of(project, up.store))) as documents:
                written.update(f"{project}/{path}" for path in documents.files() for _ in documents.versions(path))
        return {
            "runs": runs,
            "done": sum(status == "done" for status, _ in came_to),
            "restarted": 2,
            "restart_seconds": round(restarted, 1),
            "written": len(written),
            "written_again": sum(count - 1 for count in written.values()),
            "drafted": runs * len(DRAFTS),
            "drafted_again": asked - runs * len(DRAFTS),
            "resumed": sum(again for _, again in came_to),
            "exit": up.end(),
        }
    finally:
        if up.process.poll() is None:
            up.end()


def main() -> None:
    """Measure, and print."""
    os.environ.pop("SPECLOOP_STORE", None)
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        print(json.dumps(measured(Path(folder), runs)))


if __name__ == "__main__":
    main()

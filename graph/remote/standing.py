"""What `status` says of runs at a server: what is kept of them, and what only the server knows: who goes on, who waits.

Between two nodes nobody holds a run, and before its first one nothing is kept of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.listing import Listing
from systems.records import RunSummary

QUEUED = "waits for a worker"


def standing(told: Listing, busy: Mapping[str, Mapping[str, Any]], project: str, run_id: str | None = None) -> Listing:
    """The runs of a project with those that wait for a worker, and those that go on between two nodes.

    Args:
        told: what is kept.
        busy: the server's threads on which something goes on, each with what it was made with.
        project: as the server is told of it.
        run_id: the one run asked for.
    """
    runs = [_going_on(run) if run.run_id in busy and run.status == "interrupted" else run for run in told.runs]
    known = {run.run_id for run in runs}
    begun = {key: made.get("specloop") for key, made in busy.items() if key not in known and run_id in (None, key)}
    queued = [
        _queued(key, made) for key, made in begun.items() if isinstance(made, dict) and made["project"] == project
    ]
    return told.model_copy(update={"runs": (*queued, *runs)})


def _going_on(run: RunSummary) -> RunSummary:
    return run.model_copy(update={"status": "running"})


def _queued(run_id: str, made: Mapping[str, Any]) -> RunSummary:
    return RunSummary(run_id=run_id, goal=made["goal"], change=made["change"], status="running", node=QUEUED, loops=0)

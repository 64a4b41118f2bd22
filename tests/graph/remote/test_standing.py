"""What only a server knows of runs: which go on between two nodes, and which wait for a worker."""

from __future__ import annotations

from typing import Any

from graph.listing import Listing
from graph.remote.standing import QUEUED, standing
from systems.records import RunStatus, RunSummary

MADE: dict[str, Any] = {"specloop": {"project": "/app", "goal": "Paint it", "change": None, "settings": {}}}
ELSEWHERE = {"specloop": {**MADE["specloop"], "project": "/other"}}


def kept(run_id: str, status: RunStatus) -> RunSummary:
    return RunSummary(run_id=run_id, goal="Paint it", change=None, status=status, node="answer", loops=1)


def test_a_run_that_the_server_goes_on_with_is_not_interrupted_and_one_in_the_queue_is_listed() -> None:
    told = Listing(runs=(kept("a", "interrupted"), kept("b", "interrupted"), kept("c", "waiting")))
    busy = {"a": MADE, "c": MADE, "new": MADE, "theirs": ELSEWHERE, "no run": {}}
    found = standing(told, busy, "/app").runs
    assert [(run.run_id, run.status, run.node) for run in found] == [
        ("new", "running", QUEUED),
        ("a", "running", "answer"),
        ("b", "interrupted", "answer"),
        ("c", "waiting", "answer"),
    ]


def test_of_one_run_that_is_asked_for_nothing_else_is_told() -> None:
    assert [run.run_id for run in standing(Listing(runs=()), {"x": MADE, "y": MADE}, "/app", "y").runs] == ["y"]

"""What is too old goes: spans, and checkpoints of runs that are done.

Documents, ledger, cases and the list of runs are never pruned: all that was learned, and every text, stays.
"""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field

from graph.checkpoints import FILE, saver
from systems.records import Record
from systems.retention import Retention
from systems.runs import Runs
from systems.spans import Pruned, open_spans
from systems.spans.interface import day_before
from systems.spans.rows import DAY_NS
from systems.stores import Place, exists, place_of
from systems.stores.sqlite import shrink

DAY_SECONDS = 86_400
NOTHING = Pruned(spans=0, traces=0, bytes=0)


class PrunedRuns(Record):
    """What became of the checkpoints of old runs."""

    runs: tuple[str, ...] = Field(description="Runs that were done, whose checkpoints were deleted")
    bytes: int = Field(description="Bytes of the checkpoints; of a file, where they were deleted, what it shrank by")


class Pruning(Record):
    """What `specloop prune` did; with `--json` it is printed."""

    dry_run: bool = Field(description="Whether this only says what would be done")
    spans_before: str | None = Field(description="Spans that started before went, ISO 8601; None: all are kept")
    spans: Pruned = Field(description="Spans that went")
    checkpoints_before: str | None = Field(description="Checkpoints of runs done before went; None: all are kept")
    checkpoints: PrunedRuns = Field(description="Checkpoints that went")


async def prune(project: Path, retention: Retention, *, dry_run: bool = False) -> Pruning:
    """Delete what is older than a project wants to keep.

    Args:
        project: whose stores to look at; where there are none, none are made.
        retention: how long to keep what.
        dry_run: only say what would go.

    Raises:
        Missing: a store is damaged, cannot be reached or written, or is in use.
    """
    place, now = place_of(project), time.time_ns()
    days, checkpoint_days = retention.spans_days, retention.checkpoints_days
    there = exists(place)
    runs, spans = PrunedRuns(runs=(), bytes=0), NOTHING
    moment = None if checkpoint_days is None else now / 1e9 - checkpoint_days * DAY_SECONDS
    if moment is not None and there:
        runs = await _checkpoints(project, place, moment, dry_run=dry_run)
    before = None if days is None else day_before(now, days)
    if before is not None and there:
        with closing(open_spans(place)) as store:
            spans = store.prune(before, dry_run=dry_run)
    return Pruning(
        dry_run=dry_run,
        spans_before=None if before is None else _iso(before / DAY_NS * DAY_SECONDS),
        spans=spans,
        checkpoints_before=None if moment is None else _iso(moment),
        checkpoints=runs,
    )


async def _checkpoints(project: Path, place: Place, moment: float, *, dry_run: bool) -> PrunedRuns:
    """Delete those of runs that were done before; a run that feedback goes on with just now keeps its own."""
    gone: list[str] = []
    size = 0
    with closing(Runs(place)) as runs:
        async with saver(project) as checkpoints:
            for run_id in runs.done_before(moment):
                with runs.at_rest(run_id) as resting:
                    held = await checkpoints.held_of(run_id) if resting else 0
                    if held and not dry_run:
                        await checkpoints.forget(run_id)
                if held:
                    gone.append(run_id)
                    size += held
    if gone and not dry_run and isinstance(place, Path):
        size = shrink(place.with_name(FILE))
    return PrunedRuns(runs=tuple(gone), bytes=size)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")

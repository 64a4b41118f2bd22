"""`specloop prune`: what is too old goes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.commands.moments import Age
from graph.commands.options import json_option, project_option
from graph.commands.reporting import print_json, reported

if TYPE_CHECKING:
    from graph.pruning import Pruning

NOTHING = "Everything is kept: neither --older-than nor [retention] of specloop.toml says for how long."


@click.command()
@click.option("--older-than", type=Age(), help="Such as 30d; by default what [retention] of specloop.toml says.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@project_option
@json_option
def prune(older_than: timedelta | None, dry_run: bool, project: Path, as_json: bool) -> None:
    """Delete old spans, and checkpoints of runs that were done long ago.

    Spans go by whole days (UTC). Runs that can be resumed keep their checkpoints. Documents, cases, the ledger and the
    list of runs are never pruned.
    """
    with reported(as_json, project):
        from graph.pruning import prune as pruned
        from systems.project.repository import check_folder
        from systems.retention import MOST_DAYS, Retention, load_retention
        from systems.stores import outage

        root = check_folder(project)
        retention = load_retention(root)
        if older_than is not None:
            days = min(older_than / timedelta(days=1), MOST_DAYS)
            retention = Retention(spans_days=days, checkpoints_days=days)
        with outage.alone():
            done = asyncio.run(pruned(root, retention, dry_run=dry_run))
    if as_json:
        print_json(done.model_dump(mode="json"))
    else:
        click.echo("\n".join(_lines(done)) or NOTHING)


def _lines(done: Pruning) -> Iterator[str]:
    went = "would be deleted" if done.dry_run else "deleted"
    if done.spans_before:
        of = f"{done.spans.spans:,} ({done.spans.traces:,} whole traces)"
        yield f"spans from before {done.spans_before[:10]}: {of} {went}, {_size(done.spans.bytes)}"
    if done.checkpoints_before:
        of = f"those of {len(done.checkpoints.runs):,} runs"
        yield f"checkpoints of runs done before {done.checkpoints_before}: {of} {went}, {_size(done.checkpoints.bytes)}"


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"

"""`specloop status` and `specloop stop`: what runs are there, what they do and spend now, and the end of one."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.commands.options import json_option, place_options
from graph.commands.reporting import reported
from graph.commands.working import project_of

if TYPE_CHECKING:
    from graph.workspace import Workspace

LOOK_SECONDS = 1.0
INTERRUPTED = 130
MOST_SHOWN = 160  # characters of an answer


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--watch", is_flag=True, help="Go on showing it until nothing runs; with --json a line for each change.")
@place_options
@json_option
def status(run_id: str | None, watch: bool, project: Path | str, server: str | None, as_json: bool) -> None:
    """List the runs of the project, newest first, or show one.

    A run is `running` while a living process holds it, here or in another terminal; what it has spent so far is shown.
    """
    with reported(as_json, project):
        workspace = project_of(project, {}, server=server)
        try:
            (_print_lines if as_json else _show)(workspace, run_id, watch=watch)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)


@click.command()
@click.argument("run_id", metavar="RUN")
@place_options
@json_option
def stop(run_id: str, project: Path | str, server: str | None, as_json: bool) -> None:
    """Stop RUN, wherever on this machine or at the server it is worked on; `specloop resume RUN` goes on with it."""
    with reported(as_json, project):
        run = project_of(project, {}, server=server).stop(run_id)
        if as_json:
            click.echo(run.model_dump_json())
        else:
            mend = "" if run.status == "done" else f" Go on with: specloop resume {run_id} --project {project}"
            click.echo(f"Run {run_id} is {run.status}; nobody works on it.{mend}")


def _print_lines(workspace: Workspace, run_id: str | None, *, watch: bool) -> None:
    before = None
    while True:
        now = workspace.listing(run_id)
        if now != before:
            click.echo(now.model_dump_json())
        if not (watch and now.is_running):
            return
        before = now
        time.sleep(LOOK_SECONDS)


def _show(workspace: Workspace, run_id: str | None, *, watch: bool) -> None:
    from rich.console import Console
    from rich.live import Live

    from graph.view import runs_table, shorten

    now = workspace.listing(run_id)
    if not now.runs:
        click.echo('No runs yet. Start one: specloop run "GOAL"', err=True)
        return
    if not (watch and now.is_running):
        Console().print(runs_table(now.runs, now.servers))
    else:
        with Live(runs_table(now.runs, now.servers), console=Console(), auto_refresh=False) as live:
            while now.is_running:
                time.sleep(LOOK_SECONDS)
                now = workspace.listing(run_id)
                live.update(runs_table(now.runs, now.servers), refresh=True)
    for each in now.replies:
        click.echo(
            f"{each.at[:19]} {each.by} answered {shorten(each.answer, MOST_SHOWN)} to {each.question!r}", err=True
        )

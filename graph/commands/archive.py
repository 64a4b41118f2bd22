"""`specloop archive`: ends a change whose tasks are all done; its spec delta becomes part of the main specs.

The project's own documents that `[documents] update` names are then looked at, in a run of its own.
"""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graph.commands.options import json_option, place_options
from graph.commands.reporting import EXIT_CODES, print_json, reported
from graph.commands.working import carried_out, project_of

if TYPE_CHECKING:
    from graph.archiving import Filed
    from graph.workspace import Workspace
    from systems.records import Outcome


@click.command()
@click.argument("change")
@place_options
@click.option("--model", help="auto, embedded, a model's name, or the URL of an OpenAI-compatible server.")
@click.option("--approve", type=click.Choice(["ask", "auto"]), help="Whether you approve edits of documents.")
@json_option
def archive(change: str, project: Path | str, server: str | None, as_json: bool, **settings: Any) -> None:
    """Put CHANGE into the main specs, when all its tasks are done and OpenSpec accepts it.

    An archive that would leave a main spec that OpenSpec refuses is undone. Then the documents that [documents] update
    in specloop.toml names are looked at; of a change that is archived already, only that is done.
    """
    with reported(as_json, project):
        workspace = project_of(project, settings, server=server)
        filed = workspace.archive(change)
        if not as_json and filed.specs:
            click.echo(_told(filed))
        outcome = _documented(change, workspace, as_json) if filed.documents else None
    if as_json:
        told = filed.model_dump(mode="json")
        print_json(told | ({"outcome": outcome.model_dump(mode="json")} if outcome else {}))
    if outcome:
        sys.exit(EXIT_CODES[outcome.status])


def _told(filed: Filed) -> str:
    counts = ", ".join(f"{count} {what}" for what, count in filed.specs.items() if count) or "none changed"
    where = f" on branch {filed.branch}" if filed.branch else ""
    return f"{filed.change} is archived in {filed.path}{where}; requirements of the main specs: {counts}"


def _documented(change: str, workspace: Workspace, as_json: bool) -> Outcome:
    outcome = carried_out(workspace, functools.partial(workspace.document, change), as_json)
    if not as_json:
        for update in outcome.documents:
            click.echo(f"{update.path}: {update.status}")
        for line in (*outcome.notes, *(str(item["text"]) for item in outcome.waiting_for)):
            click.echo(line)
        if outcome.status == "waiting":
            click.echo(f"Answer with `specloop resume {outcome.run_id} --answer ...`")
    return outcome

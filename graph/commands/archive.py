"""`specloop archive`: ends a change whose tasks are all done; its spec delta becomes part of the main specs.

The project's own documents that `[documents] update` names are then looked at, in a run of its own.
"""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graph.commands.options import json_option, project_option
from graph.commands.reporting import EXIT_CODES, print_json, reported
from graph.commands.working import carried_out

if TYPE_CHECKING:
    from systems.records import Outcome


@click.command()
@click.argument("change")
@project_option
@click.option("--model", help="auto, embedded, a model's name, or the URL of an OpenAI-compatible server.")
@click.option("--approve", type=click.Choice(["ask", "auto"]), help="Whether you approve edits of documents.")
@json_option
def archive(change: str, project: Path, as_json: bool, **settings: Any) -> None:
    """Put CHANGE into the main specs, when all its tasks are done and OpenSpec accepts it.

    An archive that would leave a main spec that OpenSpec refuses is undone. Then the documents that [documents] update
    in specloop.toml names are looked at; of a change that is archived already, only that is done.
    """
    with reported(as_json, project):
        from systems.openspec import archived_as
        from systems.project.named_documents import load_documentation
        from systems.project.repository import check_project

        root = check_project(project)
        named = load_documentation(root).update
        place = archived_as(root, change)
        again = named and place and not (root / "openspec" / "changes" / change).is_dir()
        said = {"change": change, "path": place} if again else _archived(change, root, as_json)
        outcome = _documented(change, root, settings, as_json) if named else None
    if as_json:
        print_json(said | ({"outcome": outcome.model_dump(mode="json")} if outcome else {}))
    if outcome:
        sys.exit(EXIT_CODES[outcome.status])


def _archived(change: str, root: Path, as_json: bool) -> dict[str, Any]:
    import asyncio

    from systems import openspec

    done = asyncio.run(openspec.archive(openspec.OpenSpec(root), change))
    if not as_json:
        counts = ", ".join(f"{count} {what}" for what, count in done.specs.items() if count) or "none changed"
        click.echo(f"{change} is archived in {done.path}; requirements of the main specs: {counts}")
    return done.model_dump(mode="json")


def _documented(change: str, root: Path, settings: dict[str, Any], as_json: bool) -> Outcome:
    from graph.workspace import Workspace

    workspace = Workspace(root, **settings)
    outcome = carried_out(workspace, functools.partial(workspace.document, change), as_json)
    if not as_json:
        for update in outcome.documents:
            click.echo(f"{update.path}: {update.status}")
        for line in (*outcome.notes, *(str(item["text"]) for item in outcome.waiting_for)):
            click.echo(line)
        if outcome.status == "waiting":
            click.echo(f"Answer with `specloop resume {outcome.run_id} --answer ...`")
    return outcome

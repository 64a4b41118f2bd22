"""`specloop archive`: ends a change whose tasks are all done; its spec delta becomes part of the main specs."""

from __future__ import annotations

from pathlib import Path

import click

from graph.commands.options import json_option, project_option


@click.command()
@click.argument("change")
@project_option
@json_option
def archive(change: str, project: Path, as_json: bool) -> None:
    """Put CHANGE into the main specs, when all its tasks are done and OpenSpec accepts it.

    An archive that would leave a main spec that OpenSpec refuses is undone.
    """
    from graph.cli import reported

    with reported(as_json, project):
        import asyncio

        from systems import openspec
        from systems.repository import check_project

        done = asyncio.run(openspec.archive(openspec.OpenSpec(check_project(project)), change))
    if as_json:
        click.echo(done.model_dump_json())
        return
    counts = ", ".join(f"{count} {what}" for what, count in done.specs.items() if count) or "none changed"
    click.echo(f"{change} is archived in {done.path}; requirements of the main specs: {counts}")

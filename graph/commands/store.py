"""`specloop store`: where a project's stores are, and how its history is taken along to another place."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.commands.options import json_option, project_option
from graph.commands.reporting import print_json, reported, stdout

if TYPE_CHECKING:
    from systems.stores.copy import Copied


@click.group()
def store() -> None:
    """Say where the project's stores are; copy them into a PostgreSQL database."""


@store.command("show")
@project_option
@json_option
def show(project: Path, as_json: bool) -> None:
    """Say where the project's stores are: a file, or the database that SPECLOOP_STORE names."""
    with reported(as_json, project):
        from systems.project.repository import check_project
        from systems.stores import exists, place_of

        place = place_of(check_project(project))
        there = exists(place)
        if as_json:
            print_json({"place": str(place), "exists": there})
        else:
            stdout().print(f"{place}{'' if there else ' (nothing was kept there yet)'}", soft_wrap=True, markup=False)


@store.command("copy")
@click.argument("source", metavar="SQLITE", type=click.Path(path_type=Path, exists=True))
@click.argument("target", metavar="POSTGRES")
@json_option
def copy(source: Path, target: str, as_json: bool) -> None:
    """Take the history of a project along: from SQLITE, its folder or its specloop.db, into the database POSTGRES.

    Everything is compared there afterwards. A copy that was broken off is begun again; nothing is copied twice.
    """
    from systems.stores import outage

    with reported(as_json, None):
        with outage.alone():
            told = asyncio.run(_copied(source, target, quiet=as_json))
        if as_json:
            print_json({"copied": [one.model_dump() for one in told]})
        else:
            stdout().print("All of it was compared, and is the same. Set SPECLOOP_STORE to use it.", soft_wrap=True)


async def _copied(source: Path, target: str, *, quiet: bool) -> list[Copied]:
    from graph.copying import copied
    from systems.errors import UsageError
    from systems.stores import STORE
    from systems.stores.place import schema_of

    file = (source / STORE if source.is_dir() else source).resolve()
    if not file.is_file():
        raise UsageError(f"There is no store in {source}.", mend="Name a project's folder, or its specloop.db.")
    told = []
    async for one in copied(file, schema_of(file.parent.parent, target)):
        told.append(one)
        if not quiet:
            line = f"{one.table:<14}{one.rows:>10,}  {'copied' if one.new else 'was there'}"
            stdout().print(line, markup=False, highlight=False)
    return told

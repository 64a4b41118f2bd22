"""`specloop history`: every text that a file is known to have had, who wrote it, and the way back to it."""

from __future__ import annotations

import difflib
import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.commands.options import json_option, project_option

if TYPE_CHECKING:
    from systems.documents import Documents, Version


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--show", type=int, metavar="N", help="Print version N.")
@click.option("--diff", type=int, metavar="N", help="What has changed since version N.")
@click.option("--restore", type=int, metavar="N", help="Put version N back; what stands there is kept as a version.")
@project_option
@json_option
def history(file: Path, show: int | None, diff: int | None, restore: int | None, project: Path, as_json: bool) -> None:
    """List the versions of FILE that specloop wrote or met, oldest first."""
    from graph.cli import reported

    with reported(as_json, project):
        from systems.documents import Documents
        from systems.repository import check_project

        root = check_project(project)
        path = _inside(file, root)
        with closing(Documents(root / ".specloop" / "specloop.db")) as documents:
            key = path.relative_to(root).as_posix()
            if show is not None:
                click.echo(documents.get(_version(documents, key, show).text), nl=False)
            elif diff is not None:
                click.echo(_diff(documents, key, diff, path), nl=False)
            elif restore is not None:
                _restored(documents, key, restore, path)
                click.echo(json.dumps({"restored": restore, "path": key}) if as_json else f"{key} is version {restore}")
            else:
                _listed(documents.versions(key), key, as_json)


def _inside(file: Path, root: Path) -> Path:
    """The file in the project, named from here or from there.

    Raises:
        UsageError: it is somewhere else.
    """
    from systems.errors import UsageError

    for path in (file.resolve(), (root / file).resolve()):
        if path.is_relative_to(root) and (path.exists() or not file.is_absolute()):
            return path
    raise UsageError(f"{file} is not in {root}.", mend="Name a file of the project, or its folder with --project.")


def _version(documents: Documents, key: str, number: int) -> Version:
    from systems.errors import UsageError

    known = documents.versions(key)
    if not 1 <= number <= len(known):
        mend = f"It has {len(known)}; see `specloop history {key}`." if known else "specloop has never written it."
        raise UsageError(f"{key} has no version {number}.", mend=mend)
    return known[number - 1]


def _diff(documents: Documents, key: str, number: int, path: Path) -> str:
    from systems.documents import read_file

    old, new = documents.get(_version(documents, key, number).text), read_file(path) or ""
    lines = difflib.unified_diff(old.splitlines(True), new.splitlines(True), f"version {number}", "now")
    return "".join(lines)


def _restored(documents: Documents, key: str, number: int, path: Path) -> None:
    from systems.documents import PERSON, read_file, write_file

    version = _version(documents, key, number)
    text = read_file(path)
    if text is not None:
        documents.note_version(key, documents.put(text), by=PERSON)
    documents.note_version(key, version.text, by=PERSON)
    write_file(path, documents.get(version.text))


def _listed(versions: tuple[Version, ...], key: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"path": key, "versions": [version.model_dump() for version in versions]}))
    elif versions:
        for version in versions:
            click.echo(f"{version.number:>4}  {version.noted}  {version.text[:12]}  {version.by}")
    else:
        click.echo(f"specloop has never written {key}.", err=True)

"""`specloop history`: every text that a file is known to have had, who wrote it, and the way back to it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.commands.options import json_option, place_options
from graph.commands.reporting import print_json, reported
from graph.commands.there import at_server

if TYPE_CHECKING:
    from systems.documents import Documents, Version
    from systems.histories import FileHistory


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--run", "run_id", metavar="RUN", help="Only what this run wrote.")
@click.option("--show", type=int, metavar="N", help="Print version N.")
@click.option("--diff", type=int, metavar="N", help="What has changed since version N.")
@click.option("--restore", type=int, metavar="N", help="Put version N back; what stands there is kept as a version.")
@place_options
@json_option
@at_server
def history(
    file: Path | None,
    run_id: str | None,
    show: int | None,
    diff: int | None,
    restore: int | None,
    project: Path,
    as_json: bool,
) -> None:
    """List the versions of FILE that specloop wrote or met, oldest first; without FILE, the files that have any."""
    with reported(as_json, project):
        from systems.documents import Documents
        from systems.errors import UsageError
        from systems.histories import file_history
        from systems.project.repository import check_project
        from systems.stores import place_of

        root = check_project(project)
        with closing(Documents(place_of(root))) as documents:
            if file is None:
                if (show, diff, restore) != (None, None, None):
                    raise UsageError("No file is named.", mend="For example: specloop history README.md --show 1")
                _files(documents, run_id, as_json)
                return
            found = file_history(documents, root, _inside(file, root))
            if show is not None:
                _print(documents.get(_version(found, show).text))
            elif diff is not None:
                _print(_diff(documents, found, diff, root))
            elif restore is not None:
                _restored(documents, found, restore, root)
                done = {"restored": restore, "path": found.path}
                click.echo(json.dumps(done) if as_json else f"{found.path} is version {restore}")
            else:
                _listed(found, run_id, as_json)


def _print(text: str) -> None:
    """Print a text as it is, also where it is not UTF-8."""
    click.echo(text.encode("utf-8", "surrogateescape"), nl=False)


def _inside(file: Path, root: Path) -> str:
    """The file's path in the project, named from here or from there.

    Raises:
        UsageError: it is somewhere else.
    """
    from systems.errors import UsageError

    for path in (file.resolve(), (root / file).resolve()):
        if path.is_relative_to(root) and (path.exists() or not file.is_absolute()):
            return path.relative_to(root).as_posix()
    raise UsageError(f"{file} is not in {root}.", mend="Name a file of the project, or its folder with --project.")


def _version(found: FileHistory, number: int) -> Version:
    from systems.errors import UsageError

    known = len(found.versions)
    if not 1 <= number <= known:
        mend = f"It has {known}; see `specloop history {found.path}`." if known else "specloop has never written it."
        raise UsageError(f"{found.path} has no version {number}.", mend=mend)
    return found.versions[number - 1]


def _diff(documents: Documents, found: FileHistory, number: int, root: Path) -> str:
    from systems.documents import read_file
    from systems.texts.diffs import unified

    old, new = documents.get(_version(found, number).text), read_file(root / found.path) or ""
    return unified(old, new, f"version {number}", "now")


def _restored(documents: Documents, found: FileHistory, number: int, root: Path) -> None:
    from systems.documents import PERSON, read_file, write_file

    text, stands = documents.get(_version(found, number).text), read_file(root / found.path)
    for each in (stands, text):
        if each is not None:
            documents.note_version(found.path, documents.put(each), by=PERSON)
    write_file(root / found.path, text)


def _listed(found: FileHistory, run_id: str | None, as_json: bool) -> None:
    versions = [version for version in found.versions if run_id in (None, version.by)]
    if as_json:
        print_json({"path": found.path, "versions": [version.model_dump() for version in versions]})
    elif versions:
        for version in versions:
            click.echo(f"{version.number:>4}  {version.noted}  {version.text[:12]}  {version.by}")
    else:
        who = f"Run {run_id}" if run_id else "specloop"
        click.echo(f"{who} has never written {found.path}.", err=True)


def _files(documents: Documents, run_id: str | None, as_json: bool) -> None:
    files = documents.files(by=run_id)
    if as_json:
        print_json({"files": [{"path": path, **last.model_dump()} for path, last in files.items()]})
    for path, last in {} if as_json else files.items():
        click.echo(f"{last.number:>4}  {last.noted}  {path}  {last.by}")
    if not files:
        click.echo(f"{f'Run {run_id}' if run_id else 'specloop'} has never written a file.", err=True)

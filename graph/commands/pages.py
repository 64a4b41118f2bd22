"""Where `--html` writes a page."""

from __future__ import annotations

from pathlib import Path

import click

from systems.errors import UsageError


def check_page(path: Path) -> None:
    """Say at once that the page cannot be written, not after long work.

    Raises:
        UsageError: the path is a folder, or in none.
    """
    if path.is_dir() or not path.parent.is_dir():
        what = "is a folder" if path.is_dir() else f"cannot be written: there is no folder {path.parent}"
        raise UsageError(f"{path} {what}.", mend="Name a file in a folder that exists: --html report.html.")


def write_page(path: Path, text: str, *, quiet: bool = False) -> None:
    """Write a page, and say on standard error where it is, unless that is said already.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        said = error.strerror or error
        raise UsageError(f"{path} cannot be written: {said}.", mend="Name another file with --html.") from error
    if not quiet:
        click.echo(f"The page is in {path}; open it in a browser.", err=True)

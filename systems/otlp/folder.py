"""The trace files of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from systems.errors import UsageError
from systems.otlp.form import HEAD, is_trace
from systems.otlp.source import Source, unpacked


def folder(path: Path) -> Iterator[Path]:
    """Trace files of a folder and those below it, sorted by path; what they are is found by content.

    Hidden files and folders, links to folders, and files that do not begin like a trace are left out; a file that
    cannot be opened is not, so that reading it tells why.

    Raises:
        UsageError: there is no such folder, or it cannot be listed.
    """
    for entry in _entries(path):
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from folder(Path(entry.path))
        elif entry.is_file() and _may_be_trace(Path(entry.path)):
            yield Path(entry.path)


def _entries(path: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise UsageError(f"The folder {path} cannot be listed: {said}.", mend="Name a folder with traces.") from error


def _may_be_trace(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_trace(unpacked(Source(file.read)).peek(HEAD))
    except OSError:
        return True

"""What texts a file of the project has had; of an archived change's file, those from before the archive too.

OpenSpec moves a change to `openspec/changes/archive/<UTC date>-<change>`, without telling the document store: the texts
that the file had until that day, and after an earlier archive of that name, are its own.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from systems.documents import Documents, Version
from systems.openspec import archived_as

OPEN = re.compile(r"openspec/changes/(?!archive/)([^/]+)/(.+)")
ARCHIVED = re.compile(r"(openspec/changes/)archive/(\d{4}-\d\d-\d\d)-([^/]+)/(.+)")


class FileHistory(NamedTuple):
    """A file and the texts it has had.

    Attributes:
        path: where it is now, relative to the project.
        versions: oldest first, numbered from 1.
    """

    path: str
    versions: tuple[Version, ...]


def file_history(documents: Documents, project: Path, path: str) -> FileHistory:
    """The history of a file, named by where it is now or by where it was before its change was archived.

    Args:
        documents: the store.
        project: absolute path of the project.
        path: POSIX path relative to it.
    """
    path = _place(project, path)
    found = documents.versions(path)
    if match := ARCHIVED.fullmatch(path):
        changes, date, change, name = match.groups()
        before = [each for each in _dates(project, change) if each < date]
        earlier = documents.versions(f"{changes}{change}/{name}")
        since = max(before, default="")
        found = (*(each for each in earlier if since < each.noted[: len(date)] <= date), *found)
    numbered = (each.model_copy(update={"number": number}) for number, each in enumerate(found, 1))
    return FileHistory(path, tuple(numbered))


def _place(project: Path, path: str) -> str:
    """Where the file is now."""
    match = OPEN.fullmatch(path)
    if match is None or (project / "openspec" / "changes" / match[1]).is_dir():
        return path
    archived = archived_as(project, match[1])
    return f"{archived}/{match[2]}" if archived else path


def _dates(project: Path, change: str) -> list[str]:
    folders = (project / "openspec" / "changes" / "archive").glob(f"????-??-??-{change}")
    return [folder.name[: len("2026-01-01")] for folder in folders]

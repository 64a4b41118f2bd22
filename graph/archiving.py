"""A person ends a change: it goes into the archive, outside of any run."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from systems import openspec
from systems.project.named_documents import load_documentation


class Filed(openspec.Archived):
    """A change that is in the archive."""

    documents: tuple[str, ...] = Field((), description="Documents of the project that may have become untrue, patterns")
    branch: str | None = Field(
        None, exclude_if=lambda branch: branch is None, description="Branch of the repository that has it"
    )


async def filed(project: Path, change: str) -> Filed:
    """Archive a change; one that is archived already, and whose documents are to be looked at, just is.

    Raises:
        UsageError: there is no such change.
        Rejected: a task is open, the change or a main spec is not sound, or the archive broke one; in words.
        Missing: OpenSpec cannot be run, or the disk failed it.
    """
    documents = load_documentation(project).update
    place = openspec.archived_as(project, change)
    if documents and place and not (project / "openspec" / "changes" / change).is_dir():
        return Filed(change=change, path=place, specs={}, documents=documents)
    done = await openspec.archive(openspec.OpenSpec(project), change)
    return Filed(**done.model_dump(), documents=documents)

"""The project's own documents that are kept true to what is archived, as `specloop.toml` names them.

    [documents]
    update = ["README.md", "docs/*.md"]    # rooted in the project; * stays in a folder, ** does not

What git ignores is no document of the project. Git matches the patterns (https://git-scm.com/docs/gitglossary, "glob").
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import Field, ValidationError

from systems.errors import UsageError
from systems.hashed import Record
from systems.project.git import git
from systems.settings import DOCUMENTS, FILE, table

MOST_DOCUMENTS = 20
MOST_BYTES = 500_000
LEFT_ALONE = (":(exclude,glob)openspec/**", ":(exclude,glob).specloop/**")
LISTED = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--")


class Documentation(Record):
    """What `[documents]` in `specloop.toml` may say."""

    update: tuple[Annotated[str, Field(min_length=1, max_length=500)], ...] = Field(
        (), max_length=50, description="Patterns of documents that are kept true when a change is archived"
    )


class Named(Record):
    """The documents that are there.

    Attributes:
        paths: relative to the project, links resolved.
        notes: what was named and is not taken, and why.
    """

    paths: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def load_documentation(project: Path) -> Documentation:
    """What a project says of its documents; nothing where it says nothing.

    Raises:
        UsageError: the file cannot be read, or a pattern leads out of the project.
    """
    place = f"{project / FILE}: {DOCUMENTS}"
    mend = f'Write it so: [{DOCUMENTS}] update = ["README.md", "docs/*.md"]'
    try:
        found = Documentation.model_validate(table(project, DOCUMENTS))
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(".".join((place, *map(str, first["loc"]))) + f": {first['msg']}.", mend=mend) from error
    for pattern in found.update:
        path = PurePosixPath(pattern)
        if path.is_absolute() or ".." in path.parts or "\0" in pattern or "\\" in pattern:
            raise UsageError(f"{place}.update: {pattern!r} leads out of the project.", mend=mend)
    return found


async def named_documents(project: Path) -> Named:
    """The documents that the project's patterns fit; in their order, each once.

    Raises:
        UsageError: `load_documentation` says when.
        Missing: git failed.
    """
    paths: dict[str, None] = {}
    notes: list[str] = []
    for pattern in load_documentation(project).update:
        listed = await git(project, *LISTED, f":(glob){pattern}", *LEFT_ALONE)
        fitting = sorted(path for path in listed.split("\0") if path and (project / path).is_file())
        if not fitting:
            notes.append(f"[{DOCUMENTS}] update: {pattern} fits no file that git knows or does not ignore")
        for path in fitting:
            target, why = _taken(project, path)
            if why:
                notes.append(f"{path} is left alone: {why}")
            else:
                paths.setdefault(target)
    left_out = [*paths][MOST_DOCUMENTS:]
    if left_out:
        notes.append(f"only {MOST_DOCUMENTS} documents are looked at; {len(left_out)} are not, such as {left_out[0]}")
    return Named(paths=tuple([*paths][:MOST_DOCUMENTS]), notes=tuple(dict.fromkeys(notes)))


def _taken(project: Path, path: str) -> tuple[str, str]:
    """(path with links resolved, why it is not taken or nothing)."""
    target = (project / path).resolve()
    if not target.is_relative_to(project):
        return "", "it is a link out of the project"
    return target.relative_to(project).as_posix(), next(_unfit(target), "")


def _unfit(target: Path) -> Iterator[str]:
    try:
        if target.stat().st_size > MOST_BYTES:
            yield f"it is larger than {MOST_BYTES:,} bytes"
        elif b"\0" in target.read_bytes():
            yield "it is binary"
    except OSError as error:
        yield f"it cannot be read ({error.strerror})"

"""A change of its own in a temporary OpenSpec root, to have a document judged without touching any project."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from systems.documents import write_file
from systems.openspec.client import OpenSpec
from systems.openspec.documents import says_nothing

CHANGE = "judged"
CAPABILITY = "judged"
PROPOSAL = "## Why\n\nSomething is to be judged.\n\n## What Changes\n\n- It is judged.\n"


_made: dict[Path, str] = {}
"""The files of a root with its change, once OpenSpec has made one."""


class Scratch:
    """Judges documents as OpenSpec would in a project; what was judged once is remembered."""

    def __init__(self, openspec: OpenSpec, change: Path) -> None:
        self._openspec = openspec
        self._change = change
        self._known: dict[tuple[str, str, tuple[str, ...]], tuple[str, ...]] = {}

    async def issues(self, artifact: str, text: str, existing: Sequence[str] = ()) -> tuple[str, ...]:
        """What OpenSpec has against a document; nothing where it is sound.

        Args:
            artifact: OpenSpec artifact id; the validator judges `specs` and `tasks`, of others only emptiness counts.
            text: the document; for specs the delta of one capability.
            existing: names of the requirements the capability has already.

        Raises:
            Missing: OpenSpec cannot be run.
        """
        key = artifact, text, tuple(existing)
        if key not in self._known:
            self._known[key] = await self._judged(*key)
        return self._known[key]

    async def _judged(self, artifact: str, text: str, existing: tuple[str, ...]) -> tuple[str, ...]:
        if says_nothing(text):
            return (f"{artifact}: the document says nothing",)
        if artifact == "specs":
            return await self._delta(text, existing)
        if artifact == "tasks":
            path = self._change / "tasks.md"
            write_file(path, text)
            state = await self._openspec.tasks(CHANGE)
            write_file(path, None)
            return () if state.total else ("tasks.md: OpenSpec finds no tasks in it",)
        return ()

    async def _delta(self, text: str, existing: tuple[str, ...]) -> tuple[str, ...]:
        path = self._change / "specs" / CAPABILITY / "spec.md"
        main = self._openspec.project / "openspec" / "specs" / CAPABILITY / "spec.md"
        write_file(main, _main_spec(existing) if existing else None)
        write_file(path, text)
        found = await self._openspec.validate(CHANGE)
        write_file(path, None)
        return () if found.valid else found.issues


@asynccontextmanager
async def scratch() -> AsyncIterator[Scratch]:
    """A scratch root that lasts for the block.

    Raises:
        Missing: OpenSpec cannot be run, or the disk is full.
    """
    with tempfile.TemporaryDirectory(prefix="specloop-") as folder:
        openspec = OpenSpec(Path(folder))
        async with openspec.kept_running():
            yield Scratch(openspec, await _begun(openspec))


async def _begun(openspec: OpenSpec) -> Path:
    """The change of a new root, as OpenSpec makes it; it is asked once a process, and what it made is copied."""
    if not _made:
        change = await openspec.new_change(CHANGE, "Documents are judged here")
        write_file(change / "proposal.md", PROPOSAL)
        files = (path for path in openspec.project.rglob("*") if path.is_file())
        _made.update({path.relative_to(openspec.project): path.read_text("utf-8") for path in files})
        return change
    for path, text in _made.items():
        write_file(openspec.project / path, text)
    return openspec.project / "openspec" / "changes" / CHANGE


def _main_spec(requirements: Sequence[str]) -> str:
    purpose = "What people can rely on here is said by the requirements below, one by one.\n"
    stated = "The system SHALL do this.\n\n#### Scenario: It does\n- **WHEN** asked\n- **THEN** it is done\n"
    body = "\n".join(f"### Requirement: {name}\n{stated}" for name in requirements)
    return f"# {CAPABILITY} Specification\n\n## Purpose\n{purpose}\n## Requirements\n\n{body}"

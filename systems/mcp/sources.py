"""What a read depends on, as one hash: while it is the same, an earlier result is as good as a new one.

Known are the git and the filesystem server, by their tools, whatever they are called in `mcp.json`. Of all others,
clocks among them, nothing is known unless the policy says so (`answers.unchanged`).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from systems.errors import Missing
from systems.knobs import Depends
from systems.mcp.tools import Tool
from systems.project.repository import history_state, tree_state
from systems.records import Hash, canonical, content_hash

KNOWN: Mapping[str, Depends] = {
    "git_log": "commit",
    "git_show": "commit",
    "git_branch": "commit",
    "git_status": "tree",
    "git_diff": "tree",
    "git_diff_staged": "tree",
    "git_diff_unstaged": "tree",
    "read_file": "files",
    "read_text_file": "files",
    "read_multiple_files": "files",
    "list_directory": "entries",
    "directory_tree": "names",
    "search_files": "names",
}
PROGRAMS = ({"git_log", "git_status", "git_diff"}, {"read_text_file", "list_directory", "directory_tree"})
"""Tools that tell which program a server is."""
OWN = (".git", ".specloop")
MOST_NAMES = 20_000
MOST_BYTES = 20_000_000


class Sources:
    """What the tools of a project's servers read."""

    def __init__(self, project: Path, unchanged: Mapping[str, Depends]) -> None:
        """Nothing is looked at yet.

        Args:
            project: folder; what lies outside of it is not known.
            unchanged: what a `server` or `server.tool` depends on, instead of what is known of it.
        """
        self._project = project.resolve()
        self._unchanged = unchanged

    async def state(self, tool: Tool, arguments: Mapping[str, Any], siblings: Collection[str]) -> Hash | None:
        """Hash of all that the result of a call depends on; None where that cannot be known.

        Args:
            tool: the tool.
            arguments: of the call.
            siblings: names of all tools of its server.
        """
        own = self._unchanged.get(f"{tool.server}.{tool.name}") or self._unchanged.get(tool.server)
        is_known = any(program <= set(siblings) for program in PROGRAMS)
        depends = own or (KNOWN.get(tool.name, "never") if is_known else "never")
        if depends == "never":
            return None
        if depends == "age":
            return content_hash("")
        places = self._places(arguments)
        if places is None:
            return None
        if depends in ("commit", "tree"):
            return await self._of_repository(depends == "tree", places)
        return await asyncio.to_thread(_of_files, places, depends) if places else None

    def _places(self, arguments: Mapping[str, Any]) -> list[Path] | None:
        """What exists of what the arguments name; None where something lies outside of the project."""
        values = [each for value in arguments.values() for each in (value if isinstance(value, list) else [value])]
        paths = [Path(each) for each in values if isinstance(each, str) and os.sep in each]
        absolute = [path.resolve() for path in paths if path.is_absolute()]
        if not all(path.is_relative_to(self._project) for path in absolute):
            return None
        return [path for path in absolute if path.exists()]

    async def _of_repository(self, whole: bool, places: list[Path]) -> Hash | None:
        if any(place != self._project for place in places):
            return None
        try:
            return content_hash(await (tree_state if whole else history_state)(self._project))
        except Missing:
            return None


def _of_files(places: list[Path], depends: Depends) -> Hash | None:
    try:
        return content_hash(canonical([list(_marks(place, depends)) for place in places]))
    except (OSError, OverflowError):
        return None


def _marks(place: Path, depends: Depends) -> Iterator[str]:
    """What is compared of one place.

    Raises:
        OverflowError: there is too much of it.
    """
    if place.is_dir():
        names = sorted(_below(place) if depends == "names" else _entries(place))
        yield from names
    elif place.stat().st_size > MOST_BYTES:
        raise OverflowError
    else:
        yield hashlib.sha256(place.read_bytes()).hexdigest()


def _entries(folder: Path) -> list[str]:
    return [f"{each.name}{'/' * each.is_dir()}" for each in folder.iterdir()]


def _below(folder: Path) -> list[str]:
    """The names of all that is in a folder, at any depth, but for what git and specloop keep there."""
    names: list[str] = []
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in OWN]
        names += [f"{parent}/{name}" for name in (*folders, *files)]
        if len(names) > MOST_NAMES:
            raise OverflowError
    return names

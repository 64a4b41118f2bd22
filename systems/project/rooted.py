"""Files of one folder, for somebody who must not leave it: read, listed, searched, edited, written, deleted.

Paths are relative to the folder and resolved before use: nothing leads out, neither `..` nor a link. A file keeps its
line ends, its mode and the bytes that are not UTF-8. Every refusal is a `ToolFailed` whose words say what to do
instead.
"""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from systems.documents import write_file
from systems.errors import Missing, ToolFailed
from systems.project.git import asked, git

SERVER = "worktree"
MOST_LISTED = 200
MOST_FOUND = 60
MOST_LINE = 240
MOST_BYTES = 2_000_000
PRIVATE = frozenset([".git", ".specloop"])
KEPT = {
    "openspec": "openspec/ holds the plan and is kept by specloop: a task's box is ticked when the check passes",
    "specloop.toml": "specloop.toml is the person's",
    "mcp.json": "mcp.json is the person's",
}


class Rooted:
    """The files of one folder of a git worktree."""

    def __init__(self, root: Path, *, characters: int) -> None:
        """Nothing is looked at yet.

        Args:
            root: the folder.
            characters: most that one reading gives.
        """
        self._root = root.resolve()
        self._characters = characters

    async def list_files(self, folder: str = ".", pattern: str = "*") -> str:
        """List the files below a folder; where they are too many, by folder.

        Args:
            folder: Folder to list, relative to the project.
            pattern: What the path or the name must fit, such as *.py or src/*/test_*.
        """
        start = self._inside(folder, "list_files")
        if not start.is_dir():
            raise _refused("list_files", f"{folder} is no folder")
        listing = await git(start, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
        paths = [path for path in listing.split("\0") if path and (start / path).is_file()]
        fitting = sorted(path for path in paths if fnmatchcase(path, pattern) or fnmatchcase(Path(path).name, pattern))
        if len(fitting) <= MOST_LISTED:
            return "\n".join(fitting) or f"No file below {folder} fits {pattern}."
        return f"{len(fitting)} files; name a folder to see it:\n{_by_folder(fitting)}"

    async def search(self, pattern: str, folder: str = ".") -> str:
        """Find the lines that fit an extended regular expression, as `path:number:line`.

        Args:
            pattern: The regular expression.
            folder: File or folder to search, relative to the project.
        """
        start = self._inside(folder, "search")
        where = ["--", folder] if start != self._root else []
        options = ("grep", "-n", "-I", "-E", "--untracked", "--no-color", "-e", pattern)
        found = await asked(self._root, *options, *where)
        if found.returncode > 1:
            raise _refused("search", found.stderr.strip() or "the pattern is no regular expression")
        lines = [line[:MOST_LINE] for line in found.stdout.splitlines()]
        more = f"\n... and {len(lines) - MOST_FOUND} more lines: narrow it down" if len(lines) > MOST_FOUND else ""
        return "\n".join(lines[:MOST_FOUND]) + more if lines else f"Nothing fits {pattern}."

    def read_file(self, path: str, first_line: int = 1) -> str:
        """Read a text file from a line on, as far as one reading goes.

        Args:
            path: The file, relative to the project.
            first_line: Line to begin at, from 1.
        """
        text = self._text(path, "read_file").encode("utf-8", "replace").decode().replace("\r\n", "\n")
        lines = text.splitlines(keepends=True)
        first = max(1, first_line)
        if lines and first > len(lines):
            raise _refused("read_file", f"{path} has only {len(lines)} lines")
        shown = "".join(lines[first - 1 :])[: self._characters]
        last = first - 1 + len(shown.splitlines())
        whole = first == 1 and last >= len(lines) and len(shown) == len(text)
        return shown if whole else f"(lines {first} to {last} of {len(lines)})\n{shown}"

    def edit_file(self, path: str, old: str, new: str) -> str:
        """Replace a piece of a file's text that occurs in it exactly once.

        Args:
            path: The file, relative to the project.
            old: The text to be replaced, exactly as it is in the file, with enough around it to occur only once.
            new: The text to put in its place.
        """
        text = self._text(path, "edit_file", changing=True)
        if "\r\n" in text and "\r\n" not in old:
            old, new = old.replace("\n", "\r\n"), new.replace("\r\n", "\n").replace("\n", "\r\n")
        count = text.count(old) if old else 0
        if count != 1:
            said = "is not in" if not count else f"is {count} times in"
            raise _refused("edit_file", f"The old text {said} {path}: read the file, then give text that is in it once")
        if old == new:
            raise _refused("edit_file", "The old and the new text are the same")
        return self._written(path, text.replace(old, new), "edit_file")

    def write_file(self, path: str, text: str) -> str:
        """Write a whole file, new or in place of the old one.

        Args:
            path: The file, relative to the project.
            text: All of its text.
        """
        target = self._changeable(path, "write_file")
        if target.is_dir():
            raise _refused("write_file", f"{path} is a folder")
        if target.is_file() and "\r\n" in self._text(path, "write_file"):
            text = text.replace("\r\n", "\n").replace("\n", "\r\n")
        return self._written(path, text, "write_file")

    def delete_file(self, path: str) -> str:
        """Delete a file.

        Args:
            path: The file, relative to the project.
        """
        target = self._changeable(path, "delete_file")
        if not target.is_file():
            raise _refused("delete_file", f"There is no file {path}")
        target.unlink()
        return f"Deleted {path}."

    def _written(self, path: str, text: str, tool: str) -> str:
        target = self._changeable(path, tool)
        if len(text) > MOST_BYTES:
            raise _refused(tool, f"{path} would have {len(text):,} characters; at most {MOST_BYTES:,} are taken")
        sound = text.encode("utf-8", "surrogateescape" if _decodable(text) else "replace")
        try:
            write_file(target, sound.decode("utf-8", "surrogateescape"))
        except (Missing, OSError) as error:
            raise _refused(tool, f"{path} cannot be written ({error})") from error
        return f"Wrote {path}: {len(text.splitlines())} lines."

    def _text(self, path: str, tool: str, *, changing: bool = False) -> str:
        target = self._changeable(path, tool) if changing else self._inside(path, tool)
        if not target.is_file():  # a pipe would be read for ever
            raise _refused(tool, f"There is no file {path}; list_files shows those there are")
        try:
            if target.stat().st_size > MOST_BYTES:
                raise _refused(tool, f"{path} is too large to be read; search it")
            body = target.read_bytes()
        except OSError as error:
            raise _refused(tool, f"{path} cannot be read ({error.strerror})") from error
        if b"\0" in body[:8_000]:
            raise _refused(tool, f"{path} is binary")
        return body.decode("utf-8", "surrogateescape")

    def _changeable(self, path: str, tool: str) -> Path:
        target = self._inside(path, tool)
        top = target.relative_to(self._root).parts[:1]
        if not top:
            raise _refused(tool, "Name a file")
        if top[0].casefold() in KEPT:
            raise _refused(tool, f"{path} is not yours to change: {KEPT[top[0].casefold()]}")
        folders = [above for above in target.parents if self._root in above.parents]
        if any((above / ".git").exists() for above in folders):
            raise _refused(tool, f"{path} is in another repository")
        return target

    def _inside(self, path: str, tool: str) -> Path:
        """The resolved path.

        Raises:
            ToolFailed: it is absolute, leads out, or is private to git or specloop.
        """
        if PurePosixPath(path).is_absolute() or "\0" in path or "\\" in path:
            raise _refused(tool, f"{path!r} is no path relative to the project, such as src/main.py")
        try:
            target = (self._root / path).resolve()
        except (OSError, RuntimeError) as error:
            raise _refused(tool, f"{path} cannot be followed") from error
        if not target.is_relative_to(self._root):
            raise _refused(tool, f"{path} leads out of the project; only files in it can be used")
        if any(part.casefold() in PRIVATE for part in target.relative_to(self._root).parts):
            raise _refused(tool, f"{path} is not part of the project's sources")
        return target


def _decodable(text: str) -> bool:
    """Whether the only lone surrogates are bytes that were not UTF-8."""
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _by_folder(paths: list[str]) -> str:
    counts = Counter(path.partition("/")[0] + ("/" if "/" in path else "") for path in paths)
    shown = [f"{name} ({count} files)" if name.endswith("/") else name for name, count in counts.items()]
    more = f"\n... and {len(shown) - MOST_LISTED} more" if len(shown) > MOST_LISTED else ""
    return "\n".join(shown[:MOST_LISTED]) + more


def _refused(tool: str, words: str) -> ToolFailed:
    return ToolFailed(f"{words}.", server=SERVER, tool=tool, cause="error")

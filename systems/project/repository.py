"""What the project's git repository holds; read only, through git itself."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from systems.errors import Missing, UsageError
from systems.likeness.lexical import Index
from systems.project.git import git

SOURCE_SUFFIXES = frozenset(
    [
        ".py",
        ".js",
        ".ts",
        ".tsx",
        ".go",
        ".rs",
        ".java",
        ".kt",
        ".c",
        ".h",
        ".cc",
        ".cpp",
        ".rb",
        ".php",
        ".cs",
        ".swift",
        ".sh",
        ".sql",
        ".ex",
        ".scala",
    ]
)
MOST_FILES = 400
MOST_BYTES = 200_000


def check_project(project: Path) -> Path:
    """The absolute path of a project that can be worked in.

    Raises:
        UsageError: it is not a folder, not in a git repository, or cannot be written.
        Missing: git is not installed.
    """
    folder = project.expanduser().resolve()
    if folder.is_dir() and shutil.which("git") is None:
        raise Missing("git is not installed.", system="git", mend="Install git and run again.")
    if folder.is_dir() and not any((above / ".git").exists() for above in (folder, *folder.parents)):
        raise UsageError(f"{folder} is not a git repository.", mend=f"Run `git -C {folder} init` first.")
    return check_folder(folder)


def check_folder(project: Path) -> Path:
    """The absolute path of a folder that can have a span store.

    Raises:
        UsageError: it is not a folder, or cannot be written.
    """
    folder = project.expanduser().resolve()
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.", mend="Name the project with --project DIR.")
    if not writable(folder):
        raise UsageError(f"{folder} cannot be written.", mend="Give yourself write permission, or work on a copy.")
    return folder


def writable(folder: Path) -> bool:
    """Whether a file can be made there; tried, because permission bits do not tell of read-only mounts."""
    probe = folder / ".specloop"
    try:
        probe.mkdir(exist_ok=True)
        ignore = probe / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
        (probe / "locks").mkdir(exist_ok=True)
    except OSError:
        return False
    return True


async def tracked_files(project: Path) -> tuple[str, ...]:
    """POSIX paths, relative to the project, that git tracks or would track; those that are not UTF-8 are left out."""
    listing = await git(project, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    paths = sorted({path for path in listing.split("\0") if path and "\ufffd" not in path})
    return tuple(path for path in paths if not path.startswith(("openspec/", ".specloop/")))


async def refs(project: Path) -> tuple[str, ...]:
    """Branches, tags and remote branches of the repository, by their short names; none before the first commit."""
    kept = "--format=%(if)%(symref)%(then)%(else)%(refname:short)%(end)"  # origin/HEAD only stands for another
    return tuple((await git(project, "for-each-ref", kept, "refs/heads", "refs/tags", "refs/remotes")).split())


async def checked_out(project: Path) -> str:
    """The branch that the working tree is on; empty where it is on none."""
    return (await git(project, "branch", "--show-current")).strip()


async def history_state(project: Path) -> str:
    """What tells one state of the history from another: the commit, the branch and every ref."""
    return "\n".join(
        await asyncio.gather(
            git(project, "rev-parse", "HEAD", "--symbolic-full-name", "HEAD"),
            git(project, "for-each-ref", "--format=%(objectname) %(refname)"),
        )
    )


async def tree_state(project: Path) -> str:
    """What tells one state of the working tree from another: the history, what is staged, and what is not committed.

    Raises:
        Missing: git fails, or more is uncommitted than can be compared.
    """
    flags = ("--porcelain=v2", "-z", "--untracked-files=all", "--no-renames")
    history, status, listed = await asyncio.gather(
        history_state(project),
        git(project, "--no-optional-locks", "status", *flags),
        git(project, "ls-files", "-z", "--modified", "--others", "--exclude-standard"),
    )
    dirty = sorted({path for path in listed.split("\0") if path})
    if len(dirty) > MOST_FILES:
        raise Missing(f"{len(dirty)} files are not committed.", system="git", mend="Commit some of them.")
    marks = await asyncio.to_thread(lambda: [f"{path} {_mark(project / path)}" for path in dirty])
    return "\n".join((history, status, *marks))


def _mark(path: Path) -> str:
    """A file's content hash, or its size and time where it is large."""
    try:
        stat = path.stat()
        large = stat.st_size > MOST_BYTES or not path.is_file()
        return f"{stat.st_size} {stat.st_mtime_ns}" if large else hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "gone"


def best_file(project: Path, files: Sequence[str], goal: str) -> str | None:
    """The source file whose path and text share most with the goal; the first source file when none does."""
    sources = [path for path in files if Path(path).suffix in SOURCE_SUFFIXES and not is_test(path)][:MOST_FILES]
    index = Index({path: f"{path} {path} {_text(project / path)}" for path in sources})
    found = index.search(goal, limit=1)
    return found[0][0] if found else next(iter(sources), None)


def is_test(path: str) -> bool:
    """Whether a path looks like a test, by the usual names."""
    parts = Path(path).parts
    return any(part in ("test", "tests", "spec") for part in parts[:-1]) or Path(path).name.startswith("test_")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""

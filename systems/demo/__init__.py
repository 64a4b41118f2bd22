"""The demo project: a small todo program, with the history it grew by, laid out from the patches in `history.mbox`."""

from __future__ import annotations

import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from systems.errors import Missing, UsageError

GOAL = "Add a --json flag to the list command"
IDENTITY = ("-c", "user.name=specloop demo", "-c", "user.email=demo@example.org", "-c", "commit.gpgsign=false")


def lay_out(folder: Path | None = None) -> Path:
    """A git repository with the todo program and its seven commits.

    Args:
        folder: where to put it; a new temporary folder by default.

    Raises:
        UsageError: the folder is not empty.
        Missing: git is not installed or refuses.
    """
    project = folder.resolve() if folder else Path(tempfile.mkdtemp(prefix="specloop-demo-"))
    project.mkdir(parents=True, exist_ok=True)
    if any(project.iterdir()):
        raise UsageError(f"{project} is not empty.", mend="Name a folder that does not exist yet.")
    _git(project, "init", "--quiet", "--initial-branch=main")
    with as_file(files("systems.demo") / "history.mbox") as history:
        _git(project, *IDENTITY, "am", "--quiet", "--committer-date-is-author-date", str(history))
    return project


def _git(project: Path, *arguments: str) -> None:
    try:
        subprocess.run(["git", "-C", str(project), *arguments], check=True, capture_output=True, text=True, timeout=60)
    except FileNotFoundError as error:
        raise Missing("git is not installed.", system="git", mend="Install git and run again.") from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        words = (getattr(error, "stderr", "") or str(error)).strip()
        message = f"git could not lay out the demo project: {words}"
        raise Missing(message, system="git", mend="Try a newer git.") from error

"""git, run as a program: never asks, never runs a hook, never signs, never follows what the environment says of it."""

from __future__ import annotations

import os
from pathlib import Path

from systems.errors import Missing
from systems.project.program import Completed, OutputTooLong, run

SECONDS = 30.0
IDENTITY = ("user.name=specloop", "user.email=specloop@localhost")
PLAIN = ("core.hooksPath=/dev/null", "commit.gpgSign=false", "core.quotePath=false", "core.fsmonitor=false")
QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1", "GIT_EDITOR": "true", "LC_ALL": "C"}


async def asked(folder: Path, *arguments: str, seconds: float = SECONDS) -> Completed:
    """What git answers in a folder, whatever its exit code.

    Raises:
        Missing: it did not end in time, wrote without end, or could not be started.
    """
    options = [word for setting in PLAIN for word in ("-c", setting)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        argv = ("git", "-C", str(folder), *options, *arguments)
        return await run(argv, cwd=folder, env={**inherited, **QUIET}, seconds=seconds)
    except TimeoutError as error:
        message = f"git {arguments[0]} took longer than {seconds:g} s."
        raise Missing(message, system="git", mend=f"Try it in {folder}.") from error
    except OutputTooLong as error:
        raise Missing(f"git {arguments[0]} wrote without end.", system="git", mend=f"Try it in {folder}.") from error
    except OSError as error:
        raise Missing(f"git could not be started in {folder} ({error.strerror}).", system="git") from error


async def git(folder: Path, *arguments: str, seconds: float = SECONDS) -> str:
    """What git prints in a folder.

    Raises:
        Missing: it failed; in its words.
    """
    completed = await asked(folder, *arguments, seconds=seconds)
    if completed.returncode:
        words = " ".join(completed.stderr.split()) or f"code {completed.returncode}"
        mend = f"Try `git -C {folder} status`."
        raise Missing(f"git {arguments[0]} failed: {words}", system="git", mend=mend)
    return completed.stdout


async def identity(folder: Path) -> list[str]:
    """Options that say who commits; none where git knows."""
    known = await asked(folder, "var", "GIT_AUTHOR_IDENT")
    return [word for setting in IDENTITY if known.returncode for word in ("-c", setting)]

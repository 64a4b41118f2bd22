"""Which `mcp.json` may start programs: one that the person named or wrote, and one that they have looked at.

A file that comes with a cloned project names programs that would be started unasked, with the person's rights and
secrets. So where git tracks the file it is asked about once for each content; what was trusted is remembered by its
hash in the user's own folder, never in the project. A file that git does not track did not come by a clone.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from platformdirs import user_config_dir

from systems.errors import Missing
from systems.mcp.config import FILE, ServerConfig, load_servers
from systems.mcp.secrets import in_address, in_arguments, in_header, in_variable, without
from systems.records import content_hash
from systems.redaction import redact_text
from systems.settings import table

GIT_SECONDS = 10
_NAMED = re.compile(r"(?:\w+ )?\$\{\w+(?::-)?\}")  # a variable, perhaps after `Bearer`, and no default of its own
MEND = "See what it starts with `specloop trust`, or name it yourself with --mcp."


def servers_of(project: Path, named: str | None) -> dict[str, ServerConfig]:
    """The servers of a run; those of a file that is not trusted yet are left out with their reason.

    Args:
        project: folder that the run works in.
        named: the file that the run was given; None for the project's own.

    Raises:
        UsageError: the file cannot be read or is wrong.
    """
    file = own_file(project, named)
    configs = load_servers(Path(named) if named else None, project=project)
    if file is None or is_trusted(file):
        return configs
    problem = f"{file.name} came with the project and is not trusted yet, so nothing of it is started. {MEND}"
    return {name: config.model_copy(update={"problem": f"{name}: {problem}"}) for name, config in configs.items()}


def own_file(project: Path, named: str | None) -> Path | None:
    """The file with servers that the project itself brought up; None where the person named one, or there is none."""
    if named is not None and named != table(project, "mcp"):
        return None
    file = project / (named or FILE)
    return file if file.is_file() else None


def is_trusted(file: Path) -> bool:
    """Whether nobody else can have put it there, or the person has trusted this very content."""
    return not _tracked(file) or _hash(file) in _remembered()


def trust(file: Path) -> None:
    """Remember the content of a file as trusted.

    Raises:
        Missing: the user's folder cannot be written.
    """
    remembered = _memory()
    try:
        remembered.parent.mkdir(parents=True, exist_ok=True)
        with remembered.open("a", encoding="utf-8") as lines:
            lines.write(f"{_hash(file)} {file}\n")
    except OSError as error:
        raise Missing(
            f"{remembered} cannot be written ({error.strerror}).", system="disk", mend="Make it writable."
        ) from error


def shown(file: Path) -> tuple[str, ...]:
    """One line a server of a file: what would be started or reached, as the file has it, without its secrets.

    Variables are shown by name. The file was read by `load_servers` before: its form is sound.
    """
    entries: dict[str, Any] = json.loads(file.read_text(encoding="utf-8-sig"))["mcpServers"]
    return tuple(f"{name}: {_line(entry)}" for name, entry in entries.items() if not entry.get("disabled"))


def _line(entry: dict[str, Any]) -> str:
    if url := entry.get("url"):
        headers = (f"{name}: {_open(value, in_header(name, value))}" for name, value in _pairs(entry, "headers"))
        return "reaches " + ", ".join([_open(url, in_address(url)), *headers])
    where = f" in {entry['cwd']}" if entry.get("cwd") else ""
    given = ", ".join(f"{name}={_open(value, in_variable(name, value))}" for name, value in _pairs(entry, "env"))
    args = tuple(entry.get("args") or ())
    command = _open(" ".join([entry["command"], *args]), in_arguments(args))
    return f"starts {command}{where}{f' with {given}' if given else ''}"


def _pairs(entry: dict[str, Any], key: str) -> list[tuple[str, str]]:
    return list((entry.get(key) or {}).items())


def _open(value: str, secrets: Iterable[str]) -> str:
    """A value without what is secret in it; a variable that stands for a secret is none itself."""
    return redact_text(without(value, (each for each in secrets if not _NAMED.fullmatch(each))))


def _tracked(file: Path) -> bool:
    """Whether git has the file; where git cannot say, the side to err on is that it does."""
    try:
        asked = subprocess.run(
            ["git", "-C", str(file.parent), "ls-files", "--error-unmatch", "--", file.name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return True
    return asked.returncode != 1


def _hash(file: Path) -> str:
    return content_hash(file.read_text(encoding="utf-8", errors="replace"))


def _remembered() -> set[str]:
    try:
        return {line.partition(" ")[0] for line in _memory().read_text(encoding="utf-8").splitlines()}
    except OSError:
        return set()


def _memory() -> Path:
    """The user's own list: in the folder that SPECLOOP_CONFIG names, else where programs keep their settings."""
    folder = os.environ.get("SPECLOOP_CONFIG") or user_config_dir("specloop", appauthor=False)
    return Path(folder).expanduser().absolute() / "trusted-mcp"

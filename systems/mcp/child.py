"""The process of a stdio server: its command line, its standard error, and its end.

The MCP library does not give out the process id of a server it starts. So the server is started through `sh`, which
leaves its process id in a file and becomes the server. On Windows it is started directly, and only the library ends it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import sys
import uuid
from pathlib import Path
from typing import TextIO

from systems.mcp.config import ServerConfig

_SHELL = 'echo $$ >"$1"; shift; exec "$@"'
_LOG_BYTES = 1_000_000


class Child:
    """One start of one server's process.

    Attributes:
        log: file that collects the server's standard error, over all its starts; begun anew when it is too long.
    """

    def __init__(self, config: ServerConfig, folder: Path) -> None:
        self._config = config
        stem = re.sub(r"[^\w.-]", "_", config.name)
        self.log = folder / f"{stem}.log"
        self._pid_file = folder / f".{stem}.{uuid.uuid4().hex}.pid"

    def command(self) -> tuple[str, list[str]]:
        """Program and arguments that start the server.

        Raises:
            FileNotFoundError: the program or its folder is not there, in words.
        """
        program, arguments = self._program(), list(self._config.args)
        if sys.platform == "win32":
            return program, arguments
        return "/bin/sh", ["-c", _SHELL, "sh", str(self._pid_file), program, *arguments]

    def open_log(self) -> TextIO:
        """The log, opened to be written on; the caller closes it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        begun_anew = self.log.exists() and self.log.stat().st_size > _LOG_BYTES
        return self.log.open("w" if begun_anew else "a", encoding="utf-8")

    def last_words(self) -> str:
        """The last line on the server's standard error, shortened; empty when there is none."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            return ""
        return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "")

    def kill(self) -> None:
        """Kill the process and everything it started that stayed in its process group."""
        if sys.platform == "win32":
            return
        with contextlib.suppress(OSError, ValueError):
            pid = int(self._pid_file.read_text())
            if _leads_own_session(pid):
                os.killpg(pid, signal.SIGKILL)

    def forget(self) -> None:
        """Remove the file with the process id."""
        self._pid_file.unlink(missing_ok=True)

    def _program(self) -> str:
        config = self._config
        folder = Path(config.cwd or ".")
        if not folder.is_dir():
            raise FileNotFoundError(f"there is no folder {folder}")
        named = str(folder / config.command) if Path(config.command).parent.name else config.command
        program = shutil.which(named, path=config.env.get("PATH"))
        if program is None:
            raise FileNotFoundError(f"there is no program {config.command!r}")
        return str(Path(program).absolute())


def _leads_own_session(pid: int) -> bool:
    # The MCP library starts each server as the leader of a session. A living process of that number that leads none is
    # somebody else's. With the leader gone the number is still safe: it is not given out while its group has members.
    try:
        return os.getsid(pid) == pid
    except ProcessLookupError:
        return True

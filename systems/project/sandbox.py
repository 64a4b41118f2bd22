"""Runs a command that is not to be trusted: bounded in time, memory and output, and shut in as far as the system can.

    bubblewrap   no network; only its folders can be written; ends with everything it started
    unshare      the same, from Linux namespaces and mounts made read-only (util-linux 2.38)
    limits       neither: only time, memory a process, size of files and output; it is said so

Everything a command prints, errors too, goes into one file in the order it was printed, so what it said before it hung
is known and nothing waits for a pipe that some descendant still holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from systems.errors import Missing

Isolation = Literal["bubblewrap", "unshare", "limits"]
Ended = Literal["exited", "timeout", "output"]
SAID: Mapping[Isolation, str] = {
    "bubblewrap": "without network, writing only in its worktree (bubblewrap)",
    "unshare": "without network, writing only in its worktree (Linux namespaces)",
    "limits": "with limits of time and memory only: neither bubblewrap nor namespaces are offered here",
}
PROBE_SECONDS = 10.0
POLL_SECONDS = 0.1
ORPHAN_SECONDS = 30
FILE_BLOCKS = 4 * 2**20  # of 512 bytes, as POSIX counts for `ulimit -f`: 2 GiB
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")

# $1: kilobytes of memory, $2: the command.
_LIMITED = f'ulimit -c 0; ulimit -d "$1"; ulimit -f {FILE_BLOCKS}; exec /bin/sh -c "$2"'
# $1: user, $2: group, $3: where to run, $4: becomes /tmp unless empty, $5: number of folders, then these, then argv.
_NAMESPACES = """
set -e
user=$1 group=$2 folder=$3 temporary=$4 count=$5; shift 5
keep=" "
while [ "$count" -gt 0 ]; do
  mount --bind "$1" "$1"; keep="$keep$1 "; shift; count=$((count - 1))
done
[ -z "$temporary" ] || { mount --bind "$temporary" /tmp; keep="$keep/tmp "; }
while read -r _ _ _ _ point _; do
  case "$keep" in *" $point "*) continue;; esac
  case "$point" in /proc|/proc/*|/dev|/dev/*|/sys|/sys/*) continue;; esac
  mount -o remount,bind,ro "$point" 2>/dev/null || [ "$point" != / ]
done </proc/self/mountinfo
cd "$folder"
exec unshare --user --map-user="$user" --map-group="$group" -- "$@"
"""


@dataclass(frozen=True)
class Limits:
    """What a command may use.

    Attributes:
        seconds: wall-clock time, until it is killed with everything it started.
        megabytes: data memory of each process.
        output_bytes: what it may print, until it is killed.
    """

    seconds: float
    megabytes: int
    output_bytes: int = 16 * 2**20


@dataclass(frozen=True)
class Ran:
    """What a command came to.

    Attributes:
        code: its exit code; negative for a signal.
        ended: whether it ended by itself, or was killed for its time or its output.
        output: what it printed, without terminal codes.
        seconds: how long it took.
    """

    code: int
    ended: Ended
    output: str
    seconds: float


async def offered() -> Isolation:
    """The best isolation that works here; tried, because containers and kernels forbid it in many ways."""
    limits, env = Limits(PROBE_SECONDS, 1_024), dict(os.environ)
    tools: dict[Isolation, str] = {"bubblewrap": "bwrap", "unshare": "unshare"}
    with tempfile.TemporaryDirectory() as folder:
        for isolation, program in tools.items():
            if shutil.which(program):
                ran = await run("exit 0", folder=Path(folder), env=env, limits=limits, isolation=isolation)
                if (ran.ended, ran.code) == ("exited", 0):
                    return isolation
    return "limits"


async def run(
    command: str,
    *,
    folder: Path,
    writable: Sequence[Path] = (),
    env: Mapping[str, str],
    limits: Limits,
    isolation: Isolation,
) -> Ran:
    """Run a shell command to its end, with nothing on its standard input.

    However this ends (also by cancellation), the command has ended with everything it started.

    Args:
        command: what `sh -c` is given.
        folder: where it runs.
        writable: folders it may write besides a temporary one of its own.
        env: its whole environment; TMPDIR is set.
        limits: what it may use.
        isolation: how it is shut in; see `offered`.

    Raises:
        Missing: it could not be started.
    """
    with tempfile.TemporaryDirectory(prefix="specloop-", ignore_cleanup_errors=True) as temporary:
        own = Path(temporary).resolve()
        private = isolation != "limits" and not _in_tmp((folder, *writable, *env.get("PATH", "").split(os.pathsep)))
        argv = ["/bin/sh", "-c", _LIMITED, "sh", str(limits.megabytes * 1_024), command]
        if isolation != "limits":
            shut_in = _bubblewrap if isolation == "bubblewrap" else _namespaces
            argv = [*shut_in(folder, (*writable, own), own if private else None), *argv]
        return await _run(argv, folder, {**env, "TMPDIR": "/tmp" if private else str(own)}, limits)


def _in_tmp(paths: Sequence[Path | str]) -> bool:
    """Whether any path is in /tmp, so that the command needs to see the real one."""
    return any(Path("/tmp") in Path(path).parents for path in paths)


def _bubblewrap(folder: Path, writable: Sequence[Path], tmp: Path | None) -> list[str]:
    binds = [word for path in map(str, writable) for word in ("--bind", path, path)]
    own = ["--bind", str(tmp), "/tmp"] if tmp else []
    shut = ["--unshare-all", "--die-with-parent", "--new-session", "--chdir", str(folder), "--"]
    return [_found("bwrap"), "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", *own, *binds, *shut]


def _namespaces(folder: Path, writable: Sequence[Path], tmp: Path | None) -> list[str]:
    new = ["--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    given = [str(os.getuid()), str(os.getgid()), str(folder), str(tmp or ""), str(len(writable)), *map(str, writable)]
    return [_found("unshare"), *new, "--", "/bin/sh", "-c", _NAMESPACES, "sh", *given]


def _found(program: str) -> str:
    return shutil.which(program) or program


async def _run(argv: Sequence[str], folder: Path, env: Mapping[str, str], limits: Limits) -> Ran:
    started = time.monotonic()
    if shutil.which("timeout"):  # for when nobody is left to end it: this program was killed
        argv = [_found("timeout"), "--signal=KILL", str(int(limits.seconds) + ORPHAN_SECONDS), *argv]
    with tempfile.TemporaryFile() as log:
        try:
            process = await asyncio.create_subprocess_exec(
                *argv, cwd=folder, env=dict(env), stdin=DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        except OSError as error:
            raise Missing(f"{argv[0]} could not be started in {folder} ({error.strerror}).", system="disk") from error
        try:
            ended = await _watched(process, log.fileno(), limits, started)
        finally:
            _kill(process)
            code = await process.wait()
        log.seek(0)
        text = ESCAPES.sub("", log.read(limits.output_bytes).decode("utf-8", "replace"))
    return Ran(code, ended, text.replace("\r\n", "\n"), time.monotonic() - started)


async def _watched(process: Process, log: int, limits: Limits, started: float) -> Ended:
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await process.wait()
                return "exited"
        if os.fstat(log).st_size > limits.output_bytes:
            return "output"
        if time.monotonic() - started > limits.seconds:
            return "timeout"


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)

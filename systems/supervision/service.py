"""A program that serves until it is told to end, and what has to be done before it can."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from systems.errors import Missing

LOOPBACK = "127.0.0.1"
TRY_SECONDS = 1.0


@dataclass(frozen=True)
class Command:
    """Something to be done once, and not again.

    Attributes:
        argv: program and arguments.
        unless: a file that is there once it was done; where there is none, it is tried each time and may fail.
        environment: besides that of the process.
    """

    argv: tuple[str, ...]
    unless: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Service:
    """A program that serves.

    Attributes:
        name: what people call it.
        argv: program and arguments.
        port: where it listens.
        folder: where it runs.
        log: where its output goes.
        answers: whether it serves now.
        environment: besides that of the process.
        runner: what goes before the command so that another user runs it.
        before: what is done before it is started.
        after: what is done once it answers for the first time.
        ends_on: the signal that ends it in order.
        grace_seconds: how long that may take.
    """

    name: str
    argv: tuple[str, ...]
    port: int
    folder: Path
    log: Path
    answers: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    runner: tuple[str, ...] = ()
    before: tuple[Command, ...] = ()
    after: tuple[Command, ...] = ()
    ends_on: signal.Signals = signal.SIGTERM
    grace_seconds: float = 30.0


def program(name: str, *folders: str, system: str, mend: str) -> str:
    """The path of a program.

    Args:
        name: of the program.
        folders: glob patterns of places besides PATH; the last in order wins.
        system: what it belongs to, as `Missing.system` has it.
        mend: the command that installs it.

    Raises:
        Missing: it is not installed.
    """
    places = [str(each) for pattern in folders for each in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)]
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *places]))
    if not found:
        raise Missing(f"{name} is not installed.", system=system, mend=mend)
    return found


def ends_with_us(ends_on: signal.Signals) -> tuple[str, ...]:
    """What goes before a command, after its runner, so that it ends with the thread that started it."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", ends_on.name.removeprefix("SIG")) if setpriv else ()


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether nobody listens on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(wanted: int = 0) -> int:
    """The port that is wanted, where nobody has it; else any free one."""
    if wanted and is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])

"""How every command reports: results as text or JSON, errors and interruptions in a sentence and an exit code."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

EXIT_CODES = {"done": 0, "unfinished": 1, "failed": 1, "waiting": 3, "interrupted": 130}
INTERRUPTED = 130


@contextmanager
def reported(as_json: bool, project: Path | str | None) -> Iterator[None]:
    """Errors as a sentence and an exit code, interruptions as how to go on."""
    from systems.errors import SpecloopError

    _heed_stop()
    try:
        yield
    except SpecloopError as error:
        if as_json:
            print_error(type(error).__name__, error.message, error.mend)
        console = stderr()
        console.print(f"{type(error).__name__}: ", style="red", end="")
        console.print(error.message, highlight=False, markup=False)
        if error.mend:
            console.print(error.mend, highlight=False, markup=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        where = f" --project {project}" if project else ""
        mend = f"Go on with: {program()} resume {_newest(project)}{where}"
        if as_json:
            print_error("Interrupted", "Interrupted; nothing is lost.", mend)
        stderr().print(f"\nInterrupted; nothing is lost. {mend}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(INTERRUPTED)


def _heed_stop() -> None:
    """Stop on SIGTERM as at Ctrl-C, also where Ctrl-C is ignored: in the background of a script.

    asyncio stops in order only where SIGINT has Python's own handler. There it gets it, and is held back instead.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    interrupt = signal.getsignal(signal.SIGINT)
    (interrupt if callable(interrupt) else signal.default_int_handler)(number, frame)


def program() -> str:
    """How the person can start this program again: by name where that works, else by its path."""
    return "specloop" if shutil.which("specloop") else sys.argv[0]


def _newest(project: Path | str | None) -> str:
    from systems.errors import SpecloopError
    from systems.runs import Runs
    from systems.stores import exists, place_of

    try:
        place = place_of(Path(project or "."))
        if not exists(place):
            return "RUN"
        with closing(Runs(place)) as runs:
            stopped = {run.status: run.run_id for run in reversed(runs.all())}
    except SpecloopError:
        return "RUN"
    return stopped.get("interrupted") or stopped.get("running") or "RUN"


def print_error(kind: str, message: str, mend: str) -> None:
    """Print an error as one JSON object."""
    print_json({"error": {"kind": kind, "message": message, "mend": mend}})


def print_json(value: Any) -> None:
    """Print one JSON object, in one line."""
    from nodes.feedback_loop.rendering.escaping import json_line

    click.echo(json_line(value))


def stdout() -> Console:
    """Where results go."""
    from rich.console import Console

    return Console()


def stderr() -> Console:
    """Where everything else goes."""
    from rich.console import Console

    return Console(stderr=True)

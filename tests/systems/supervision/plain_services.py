"""Two stores and two workers that do nothing but listen and write down when they begin and end, under `watch.run`.

python -m tests.systems.supervision.plain_services FOLDER
"""

from __future__ import annotations

import socket
import sys
from functools import partial
from pathlib import Path

from systems.supervision import watch
from systems.supervision.plan import Plan
from systems.supervision.service import LOOPBACK, Service, free_port


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def service(folder: Path, name: str) -> Service:
    """One that listens."""
    port = free_port()
    argv = (
        sys.executable,
        "-I",
        "-S",
        str(Path(__file__).with_name("plain_service.py")),
        str(folder / "events"),
        name,
        str(port),
    )
    return Service(name, argv, port, folder, folder / f"{name}.log", partial(listens, port), grace_seconds=10)


def main() -> None:
    """Watch them until SIGTERM."""
    folder = Path(sys.argv[1])
    stores = (service(folder, "first"), service(folder, "second"))
    workers = (service(folder, "worker-1"), service(folder, "worker-2"))
    say = partial(print, flush=True)
    watch.run(
        Plan(stores, workers, "", "", "", folder),
        ready=lambda serving: say("ready", *(each.pid for each in serving)),
        say=lambda words: say(words),
    )


if __name__ == "__main__":
    main()

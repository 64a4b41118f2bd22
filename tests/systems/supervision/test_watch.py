"""Services are started in order, started again when they die, started anew one by one, and ended in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from systems.supervision.process import Process
from systems.supervision.service import Service
from systems.supervision.watch import FIRST_PAUSE, Watched
from tests.systems.supervision.plain_services import service

ROOT = Path(__file__).parents[3]
MOST_SECONDS = 60


class Watching:
    """`plain_services`, and what its services wrote down."""

    def __init__(self, folder: Path) -> None:
        self.events = folder / "events"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.systems.supervision.plain_services", str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pids = [int(word) for word in self.line("ready").split()[1:]]

    def line(self, begins: str) -> str:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith(begins):
                return line
        raise AssertionError(f"it never said {begins!r}")

    def written(self) -> list[str]:
        return self.events.read_text().splitlines()


def until(met: Callable[[], bool]) -> None:
    end = time.monotonic() + MOST_SECONDS
    while not met():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    watching = Watching(tmp_path)
    yield watching
    watching.process.kill()
    watching.process.communicate()


def test_what_dies_is_started_again_and_all_of_it_ends_in_order(watching: Watching) -> None:
    assert watching.written()[:3] == ["first begins", "second begins", "worker-1 begins"]
    os.kill(watching.pids[1], signal.SIGKILL)
    watching.line("worker-2 has ended; it is started again")
    until(lambda: watching.written().count("worker-2 begins") == 2)
    watching.process.send_signal(signal.SIGHUP)
    assert "hands on" in watching.line("worker-1 ends")
    watching.line("worker-1 answers")
    watching.line("worker-2 ends")
    watching.line("worker-2 answers")
    assert watching.written()[5:] == ["worker-1 ends", "worker-1 begins", "worker-2 ends", "worker-2 begins"]
    watching.process.send_signal(signal.SIGTERM)
    assert watching.process.wait(MOST_SECONDS) == 0
    ended = watching.written()[9:]
    assert (set(ended[:2]), ended[2:]) == ({"worker-1 ends", "worker-2 ends"}, ["second ends", "first ends"])


def test_what_has_served_is_started_again_soon_and_what_never_serves_ever_later(tmp_path: Path) -> None:
    serving = Process(service(tmp_path, "sound"))
    failing = Process(Service("broken", (sys.executable, "-c", "1/0"), 1, tmp_path, tmp_path / "log", lambda: False))
    serving.start()
    failing.launch()
    served, failed = Watched(serving, print), Watched(failing, print)

    def looked(watched: Watched) -> float:
        watched.look()
        return watched.pause

    for _ in range(2):
        serving.kill()
        assert looked(served) == 2 * FIRST_PAUSE
        until(lambda: looked(served) == FIRST_PAUSE)
    until(lambda: looked(failed) == 8 * FIRST_PAUSE)
    serving.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of the end of who started them")
def test_nothing_is_left_behind_when_who_watches_is_killed(watching: Watching) -> None:
    watching.process.kill()
    until(lambda: not any(map(is_there, watching.pids)))
    until(lambda: sum(line.endswith("ends") for line in watching.written()) == 4)

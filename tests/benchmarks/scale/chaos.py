"""Whether anything is lost when workers are killed all the time, the database restarts and Redis forgets.

While the runs are worked on, a worker chosen at random is killed (SIGKILL) every 5 s, at a third of them PostgreSQL is
restarted, at two thirds Redis is emptied (FLUSHALL). `specloop up` starts it again. Clients know one address for all
workers, and try again what failed.
"""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.benchmarks.scale.audit import audited
from tests.benchmarks.scale.balancer import Balancer
from tests.benchmarks.scale.crowd import Story, follow, projects, stories
from tests.benchmarks.scale.processes import processes
from tests.benchmarks.scale.served import Up, drafts, paced
from tests.systems.imitation_server import ImitationServer

RUNS, WORKERS, RUNS_A_PROJECT = 200, 6, 10
KILL_SECONDS, LOOK_SECONDS, ANSWER_SECONDS, MOST_SECONDS = 5, 0.5, 1.0, 3600.0


class Trouble(threading.Thread):
    """Who kills, restarts and empties, until told to stop.

    Attributes:
        killed: workers that were killed.
        restarted: how often PostgreSQL was.
        flushed: how often Redis was emptied.
    """

    def __init__(self, up: Up, told: Sequence[Story], every: float, *, seed: int = 7) -> None:
        super().__init__(daemon=True)
        self.killed: list[int] = []
        self.restarted = self.flushed = 0
        self.over = threading.Event()
        self._up, self._told, self._every, self._chance = up, told, every, random.Random(seed)

    def run(self) -> None:
        """Make trouble."""
        due = time.monotonic() + self._every
        while not self.over.wait(LOOK_SECONDS):
            ended = sum(bool(story.ended) for story in self._told)
            if time.monotonic() > due and (workers := self._up.pids("workers")):
                due += self._every
                self.killed.append(self._chance.choice(workers))
                os.kill(self.killed[-1], signal.SIGKILL)
            if not self.restarted and 3 * ended >= len(self._told):
                self.restarted += 1
                os.kill(self._up.pids("postgres")[0], signal.SIGINT)
            if not self.flushed and 3 * ended >= 2 * len(self._told):
                self.flushed += _flush(self._up)


def measured(folder: Path, runs: int = RUNS, workers: int = WORKERS, every: int = KILL_SECONDS) -> dict[str, Any]:
    """The numbers."""
    places = projects(folder, -(-runs // RUNS_A_PROJECT))
    told = stories(places, runs)
    up = Up(folder, workers)
    given_up = threading.Event()
    try:
        one = Balancer([int(url.rpartition(":")[2]) for url in up.urls])
        with one, ImitationServer(paced(ANSWER_SECONDS)) as model:
            threads = ThreadPoolExecutor(runs)
            trouble = Trouble(up, told, every)
            working = [threads.submit(follow, story, [one.url], model.url, given_up) for story in told]
            began = time.monotonic()
            trouble.start()
            while not all(each.done() for each in working) and time.monotonic() - began < MOST_SECONDS:
                time.sleep(0.5)
            given_up.set()
            threads.shutdown(wait=False)  # who still follows a run ends when the server does
            seconds = time.monotonic() - began
            trouble.over.set()
            trouble.join()
            asked = len(drafts(model))
        return {
            "runs": runs,
            "workers": workers,
            "seconds": round(seconds),
            "kill_seconds": every,
            "killed": len(trouble.killed),
            "postgres_restarted": trouble.restarted,
            "redis_flushed": trouble.flushed,
            "ended": dict(Counter(story.status or "not ended" for story in told)),
            "clients_told": dict(Counter(_shape(words) for story in told for words in story.told).most_common(12)),
            "drafted": asked,
            **audited(told, up.store),
            "exit": up.end(),
            "left_behind": sum(each.session in trouble.killed for each in processes().values()),
        }
    finally:
        given_up.set()
        if up.process.poll() is None:
            up.end()


def _flush(up: Up) -> int:
    """Have Redis forget everything."""
    port = int(re.findall(r"Redis answers on port (\d+)", up.log())[-1])
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        return int(connection.recv(16).startswith(b"+OK"))


def _shape(words: str) -> str:
    """A sentence without what differs from run to run."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=:)\d{4,5}|(?<=schema )\w+", "*", words)[:160]

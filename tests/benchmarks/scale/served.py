"""A server of runs as a person starts it, for benchmarks: `specloop up`, and a scripted model beside it.

`specloop up` says what is missing: PostgreSQL, Redis, an environment with Aegra.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.scale.processes import descendants, started_by
from tests.graph.conftest import PROGRAM
from tests.graph.scripted import scripted_reply
from tests.systems.imitation_server import ImitationServer, Reply

PORT = 8323
READY_SECONDS, END_SECONDS = 400, 120
DRAFTS = {"Proposal", "SpecDelta", "Design", "Tasks"}
_PARTS = {"workers": "aegra_api.main", "postgres": "postgres", "redis": "redis-server"}


class Up:
    """`specloop up` in a folder of its own, which may have been used before.

    Attributes:
        urls: where each worker answers, the first one first.
        store: URL of the database.
    """

    def __init__(self, folder: Path, workers: int = 2, **environment: str) -> None:
        self._log = folder / "up.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [*PROGRAM, "up", "--workers", str(workers), "--port", str(PORT), "--data", str(folder / "data")],
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.store = self.said(r"SPECLOOP_STORE=(\S+)")[0]
        self.urls = [f"http://127.0.0.1:{port}" for port in self.said(r"worker \d+ answers on port (\d+)", workers)]

    def said(self, pattern: str, times: int = 1) -> list[str]:
        """What it has said that looks so, once it has said it so often."""
        end = time.monotonic() + READY_SECONDS
        while len(found := re.findall(pattern, self._log.read_text())) < times:
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit(self._log.read_text())
            time.sleep(0.2)
        return found

    def log(self) -> str:
        """All that it has said."""
        return self._log.read_text()

    def pids(self, part: str) -> list[int]:
        """The processes that it has started and that live: `workers`, `postgres` or `redis`."""
        marks = started_by(self.process.pid)
        return [pid for pid, command in marks.items() if _PARTS[part] in command.partition(" -D ")[0]]

    def seconds(self) -> dict[str, float]:
        """Processor seconds so far, with those of what has ended: of workers, of what they start, of the stores."""
        told = {part: descendants(self.pids(part)) for part in _PARTS}
        own = {part: sum(each.own for each in found if each.pid in self.pids(part)) for part, found in told.items()}
        whole = {part: sum(each.own + each.ended for each in found) for part, found in told.items()}
        return {
            "workers": own["workers"],
            "their programs": whole["workers"] - own["workers"],
            "PostgreSQL": whole["postgres"],
            "Redis": whole["redis"],
        }

    def end(self) -> int:
        """End it in order; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END_SECONDS)


def paced(seconds: float) -> Callable[[dict[str, Any]], Reply]:
    """A scripted model that takes its time for every answer."""
    return lambda request: Reply(json.dumps(scripted_reply(request)), seconds=seconds)


def drafts(model: ImitationServer) -> list[str]:
    """The documents that were asked for so far."""
    named = [each["response_format"]["json_schema"]["name"] for each in model.requests if "response_format" in each]
    return [name for name in named if name in DRAFTS]

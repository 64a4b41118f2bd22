"""Whether one person with one process pays for what many need: this commit against an older one.

The same run, with SQLite and a scripted model that answers at once, by either commit in turn, each in a work tree and
an environment of its own (`make setup`). The ratio of the medians is over 1 where it became slower; its interval is
that of 95 % over redrawn pairs. Processor time is that of the command and all that it started.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from systems.demo import lay_out
from tests.benchmarks.scale.served import paced
from tests.graph.conftest import copied
from tests.systems.imitation_server import ImitationServer

BEFORE = "5facfdafde99"
"""The last commit before stores could be in PostgreSQL."""
PAIRS, REDRAWN = 10, 2_000
GOAL = "Add a --json flag to the list command"
ROOT = Path(__file__).parents[3]


class Took(NamedTuple):
    """What one run took.

    Attributes:
        seconds: from start to end.
        processor: seconds in user and in system mode.
    """

    seconds: float
    processor: float


def measured(folder: Path, pairs: int = PAIRS) -> dict[str, Any]:
    """The numbers."""
    before = folder / "before"
    _called("git", "-C", str(ROOT), "worktree", "add", "--detach", str(before), BEFORE)
    try:
        _called("make", "-C", str(before), "setup")
        programs = [tree / ".venv" / "bin" / "specloop" for tree in (before, ROOT)]
        took: list[list[Took]] = [[], []]
        template = lay_out(folder / "template")
        with ImitationServer(paced(0)) as model:
            for pair in range(-1, pairs):
                for which in random.sample((0, 1), 2):
                    project = copied(template, folder / f"project-{pair}-{which}")
                    run = _run(programs[which], project, model.url)
                    if pair >= 0:  # the first pair warms caches
                        took[which].append(run)
    finally:
        _called("git", "-C", str(ROOT), "worktree", "remove", "--force", str(before))
    told = {
        name: _compared(*([each[place] for each in one] for one in took)) for place, name in enumerate(Took._fields)
    }
    return {"before": BEFORE, "pairs": pairs, **told}


def _run(program: Path, project: Path, model: str) -> Took:
    argv = [str(program), "run", GOAL, "--project", str(project), "--model", model, "--max-loops", "6", "--json"]
    began = time.monotonic()
    running = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=project)
    assert running.stderr
    said = running.stderr.read()
    _, status, used = os.wait4(running.pid, 0)
    if status:
        raise SystemExit(said.decode())
    return Took(time.monotonic() - began, used.ru_utime + used.ru_stime)


def _compared(before: Sequence[float], after: Sequence[float]) -> dict[str, Any]:
    """Medians, the ratio of after to before, and its interval."""
    chance = random.Random(7)
    redrawn = []
    for _ in range(REDRAWN):
        drawn = chance.choices(range(len(before)), k=len(before))
        redrawn.append(median(after[one] for one in drawn) / median(before[one] for one in drawn))
    redrawn.sort()
    return {
        "before": round(median(before), 2),
        "after": round(median(after), 2),
        "ratio": round(median(after) / median(before), 3),
        "interval": [round(redrawn[int(REDRAWN * share)], 3) for share in (0.025, 0.975)],
    }


def _called(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")

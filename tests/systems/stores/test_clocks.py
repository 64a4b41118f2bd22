"""Workers whose clocks differ by minutes: order, working time and retention are those of the store's clock."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from systems.errors import Busy
from systems.runs import Runs
from systems.stores.place import schema_of
from tests import postgres

SKEW = 300
WORKER = """
import sys, time
real, skew = time.time, float(sys.argv[3])
time.time = lambda: real() + skew
from pathlib import Path
from systems.runs import Runs
from systems.stores.place import schema_of
runs = Runs(schema_of(Path(sys.argv[1]), sys.argv[2]))
runs.start("theirs", goal="g", change=None, settings={})
runs.note_policy("theirs", policy="p", model="m")
with runs.alive("theirs"):
    runs.update("theirs", node="next_step")
    print("works", flush=True)
    sys.stdin.readline()
    runs.update("theirs", status="done")
"""


@contextmanager
def worker(project: Path, url: str, skew: int) -> Iterator[subprocess.Popen[str]]:
    """Another worker, at work on a run of its own."""
    argv = [sys.executable, "-c", WORKER, str(project), url, str(skew)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "works\n"
        yield process
        process.kill()


@pytest.mark.parametrize("skew", [SKEW, -SKEW])
def test_a_worker_whose_clock_is_minutes_off_changes_no_order_no_time_and_no_retention(
    skew: int, tmp_path: Path, database: postgres.Server
) -> None:
    place = schema_of(tmp_path, database.url)
    with closing(Runs(place)) as runs:
        runs.start("first", goal="g", change=None, settings={})
        runs.note_policy("first", policy="p", model="m")
        runs.update("first", status="done")
        with worker(tmp_path, database.url, skew) as other:
            assert runs.get("theirs").seconds < SKEW / 2, "shown by another clock than it was begun by"
            with pytest.raises(Busy), runs.alive("theirs"):
                pytest.fail("another worker is at it")
            runs.start("last", goal="g", change=None, settings={})
            other.kill()
            other.wait()
        with runs.alive("theirs"):  # goes on here, and is done
            runs.update("theirs", status="done")
        assert [run.run_id for run in runs.all()] == ["last", "theirs", "first"]
        assert runs.get("theirs").seconds < SKEW / 2
        runs.note_policy("last", policy="p", model="m")
        runs.update("last", status="unfinished")
        lived = runs.lived(policy="p", model="m")
        assert [each.success for each in lived] == [True, True, False], "in the order in which they were entered"
        assert runs.done_before(runs._tables.now() - SKEW / 2) == ()
        assert runs.done_before(runs._tables.now() + SKEW / 2) == ("first", "theirs")

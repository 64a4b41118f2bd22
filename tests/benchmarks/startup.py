"""`specloop --help` and `specloop status` against a bare `python -c pass`: wall seconds, medians of ten, in turn.

Run: python -m tests.benchmarks.startup
Limit: --help below 0.4 s.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from systems.demo import lay_out

RUNS = 10


def seconds(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    specloop = str(Path(sys.executable).with_name("specloop"))
    with tempfile.TemporaryDirectory() as folder:
        listing = (specloop, "status", "--json", "--project", str(lay_out(Path(folder) / "todo")))
        commands = ((specloop, "--help"), listing, (sys.executable, "-c", "pass"))
        rows = [[seconds(*command) for command in commands] for _ in range(RUNS + 1)][1:]
    shown, listed, bare = (statistics.median(column) for column in zip(*rows, strict=True))
    told = {"help_s": shown, "status_s": listed, "python_s": bare, "ratio": shown / bare, "status_ratio": listed / bare}
    print(json.dumps({name: round(value, 3) for name, value in told.items()} | {"limit_s": 0.4}))


if __name__ == "__main__":
    main()

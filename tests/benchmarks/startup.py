"""`specloop --help` against a bare `python -c pass`: wall seconds, medians of ten runs each, in turn.

Run: python -m tests.benchmarks.startup
Limit: --help below 0.4 s.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 10


def seconds(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    specloop = str(Path(sys.executable).with_name("specloop"))
    pairs = [(seconds(specloop, "--help"), seconds(sys.executable, "-c", "pass")) for _ in range(RUNS + 1)][1:]
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        json.dumps(
            {"help_s": round(ours, 3), "python_s": round(bare, 3), "limit_s": 0.4, "ratio": round(ours / bare, 2)}
        )
    )


if __name__ == "__main__":
    main()

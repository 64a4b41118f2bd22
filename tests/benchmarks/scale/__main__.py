"""What a server of runs bears, with PostgreSQL and Redis of its own on this machine.

    python -m tests.benchmarks.scale [workers|chaos|single|paper] [NUMBER...]

Without a part, all of them; `paper` measures what `workers` does and computes from it. The numbers are those of the
part: runs of `workers` and `paper`; runs, workers and seconds between kills of `chaos`; pairs of `single`. Needs what
`specloop up` needs, and says what is missing. Prints a table, and one line of JSON last.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from systems.stores.place import VARIABLE
from tests.benchmarks.scale import chaos, paper, single, workers

PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "workers": workers.measured,
    "chaos": chaos.measured,
    "single": single.measured,
}


def main(arguments: list[str]) -> None:
    """Measure, and print."""
    os.environ.pop(VARIABLE, None)
    wanted, numbers = arguments[:1], list(map(int, arguments[1:]))
    parts = ["workers" if part == "paper" else part for part in wanted] or list(PARTS)
    told = {part: _measured(part, numbers) for part in parts}
    if "workers" in told:
        told["paper"] = paper.computed(told["workers"])
        print(paper.table(told["paper"]))
    print(json.dumps(told))


def _measured(part: str, numbers: list[int]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        return PARTS[part](Path(folder), *numbers)


if __name__ == "__main__":
    main(sys.argv[1:])

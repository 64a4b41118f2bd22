"""The demo's run, set-up aside: seconds, and the share of them outside of the model and the tools.

Run: python -m tests.benchmarks.demo_run
Limit: 60 s with the embedded model.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from graph import Workspace
from nodes.feedback_loop.node import working_seconds
from systems.demo import GOAL, lay_out
from systems.spans import Store


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = lay_out(Path(folder) / "demo")
        began = time.perf_counter()
        outcome = Workspace(project, model="embedded").run(GOAL)
        wall = time.perf_counter() - began
        store = Store(project / ".specloop" / "specloop.db")
        spans = store.spans(trace_id=outcome.trace_id)
        store.close()
    outside = [span for span in spans if span.name.startswith(("chat ", "execute_tool "))]
    share = 1 - working_seconds(outside) / wall
    result = {
        "status": outcome.status,
        "wall_s": round(wall, 1),
        "limit_s": 60,
        "model_and_tools_s": round(working_seconds(outside), 1),
    }
    print(json.dumps({**result, "share_outside_model_and_tools": round(share, 2)}))


if __name__ == "__main__":
    main()

"""What the analysis adds to a loop of an ordinary run, beside how long the loop itself took.

    python -m tests.benchmarks.loop

The time is that of the `feedback_loop` node as the run's own trace has it: reading the spans from the store, findings,
profile, improvements, the next plan, and storing the record. Measured in the demo's run with the embedded model, and in
a run of 20 loops with a scripted model, because the node reads the trace of the whole run at every loop.
Prints one line of JSON last: median and worst of the node, and median of the loops, in ms. Limit: 50 ms a loop.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from statistics import median

from graph import Workspace
from nodes.feedback_loop.node import loop_of, working_seconds
from systems.demo import GOAL, lay_out
from systems.records import Span
from systems.spans import Store
from tests.benchmarks.growth import twenty_loops

NODE = "feedback_loop"


def measured(words: str, project: Path, trace_id: str) -> dict[str, float]:
    """What the node took in the loops of a run, and what the loops took."""
    with closing(Store(project / ".specloop" / "specloop.db")) as store:
        spans = store.spans(trace_id=trace_id)
    loops: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        loops[loop_of(span) or 0].append(span)
    nodes = [span.seconds for span in spans if span.name == NODE]
    whole = [working_seconds(loop) for loop in loops.values() if any(span.name == NODE for span in loop)]
    return {
        f"{words}_loops": len(nodes),
        f"{words}_median_ms": _ms(median(nodes)),
        f"{words}_worst_ms": _ms(max(nodes)),
        f"{words}_last_ms": _ms(nodes[-1]),
        f"{words}_loop_ms": _ms(median(whole)),
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1_000, 1)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = lay_out(Path(folder) / "demo")
        result = measured("demo", project, Workspace(project, model="embedded").run(GOAL).trace_id)
        project = Path(folder) / "twenty"
        result |= measured("twenty", project, twenty_loops(project, extra=0).trace_id)
    print(json.dumps({**result, "limit_ms": 50}))


if __name__ == "__main__":
    main()

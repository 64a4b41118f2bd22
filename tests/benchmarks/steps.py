"""What whole steps show of a policy: trials on steps whose four questions go to a real MCP server that is slow.

    python -m tests.benchmarks.steps [SECONDS]

Ten working steps; an answer takes so many seconds (default 0.2). `at_once`: four questions side by side instead of one
after another. `skip_useless`: the three questions that nothing came of are not asked. `skip_mattering`: the one whose
answer was taken up is not asked; that must be refused. All are tried for seconds. Prints one line of JSON last: whether
each was accepted, what it saved a case in seconds, looks, and why.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from graph.learning.trial import Ground, Pairing
from nodes.feedback_loop.trial.verdict import judged
from systems.results import Results
from systems.trials import Asked, Case, Check, Proposal, Requested, Stepped, Verdict
from tests.graph.learning.test_step_plays import QUESTIONS, STEP, asking, stage

TRIALS: Mapping[str, dict[str, Any]] = {
    "at_once": {"parallel": 4},
    "skip_useless": {"skip": QUESTIONS[:3]},
    "skip_mattering": {"skip": QUESTIONS[3:]},
}
PLAIN = asking(parallel=1)


def steps(count: int) -> list[Case]:
    """Steps about different goals."""
    goals = (f"Trade in gold {number}" for number in range(count))
    requests = (Requested(artifact="tasks", goal=goal, about="the tasks") for goal in goals)
    return [STEP.model_copy(update={"given": Stepped(requests=(one,))}) for one in requests]


async def tried(ground: Ground, edit: dict[str, Any]) -> Verdict:
    """One trial, until it is decided."""
    changed = {"questions": edit}
    proposal = Proposal(
        policy=PLAIN.hash, edit=changed, what=str(edit), metric="seconds", predicted=0.01, origin="person"
    )
    pairing = Pairing(ground, proposal, PLAIN, PLAIN.edited(changed))
    verdict = judged(pairing.trial(), proposal=proposal, number=1, unchanged=pairing.unchanged)
    while verdict.more:
        await pairing.again(verdict.more)
        verdict = judged(pairing.trial(), proposal=proposal, number=1, unchanged=pairing.unchanged)
    return verdict


async def measured(folder: Path, delay: float) -> dict[str, dict[str, Any]]:
    """What came of each trial."""
    guard = Case(kind="route", given=Asked(question=QUESTIONS[0]), check=Check(server="bad"), origin="person")
    said = {}
    async with stage(folder, delay) as on:
        with closing(Results(folder / ".specloop" / "specloop.db")) as results:
            ground = Ground({"working": steps(10), "guard": [guard]}, on.player, results, "scripted")
            for name, edit in TRIALS.items():
                verdict = await tried(ground, edit)
                said[name] = {
                    "accepted": verdict.accepted,
                    "saved": round(verdict.effect, 3),
                    "looks": verdict.looks,
                    "reason": verdict.reason,
                }
                print(f"{name}: {verdict.reason}", flush=True)
    return said


def main() -> None:
    """Measure and print."""
    delay = float(sys.argv[1]) if len(sys.argv) > 1 else 0.2
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measured(Path(folder), delay))))


if __name__ == "__main__":
    main()

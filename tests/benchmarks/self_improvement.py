"""The proof: from the plain baseline, `improve` until it stops, then the sealed cases; three times, with other seeds.

    python -m tests.benchmarks.self_improvement [--seeds 1 2 3]

The embedded model, the real OpenSpec CLI and real MCP servers on a project of click's sources
(`tests/benchmarks/improvement_cases.py`): questions to be routed, questions to be answered from a tool, spec deltas and
lists of tasks that must pass strict validation. Beside it the rule "keep everything": the same proposals, every one of
them kept without a trial, for as long as `improve` took (the plays of the first policy are shared, and their time is
taken off). Prints what happens to standard error and one JSON object a seed; each has success with Wilson's 95%
interval, seconds and tokens a case on sealed cases, before and after.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from graph.context import Context
from graph.learning.final_report import final_report
from graph.learning.improvement import Plan, Prepared, improve, prepared
from graph.learning.play import NOTICED, noticed
from graph.learning.trial import OutOfTime
from systems.cases import Cases
from systems.ledger import Ledger
from systems.policy import BASELINE, Policy
from systems.results import Results
from systems.stores import STORE
from systems.trials import Improved, Played, Proposal, Standing, Verdict
from tests.benchmarks.improvement_cases import cases, lay_out


def project(folder: Path) -> Path:
    """The project with its cases."""
    laid_out = lay_out(folder)
    with closing(Cases(laid_out / STORE)) as store:
        for case in cases():
            store.add(case)
    return laid_out


def told(began: float) -> Any:
    """Prints lines with the time since the beginning."""
    return lambda line: print(f"{time.monotonic() - began:7.1f} s  {line}", file=sys.stderr, flush=True)


async def proven(folder: Path, start: Policy, seed: int) -> Improved:
    """`improve` until it stops."""
    context = Context(project=str(folder), model="embedded")
    return await improve(context, Plan(start=start, seed=seed, watch=told(time.monotonic())))


async def kept(folder: Path, start: Policy, seed: int, budget: float) -> tuple[Standing, ...]:
    """Every proposal kept, round after round, for as long; before and after on the sealed cases."""
    context = Context(project=str(folder), model="embedded")
    plan = Plan(start=start, seed=seed, budget=budget, watch=told(time.monotonic()))
    async with prepared(context, plan) as bench:
        policy = await _kept(bench, start)
        bench.ground.deadline = None
        return (await final_report(bench.ground, project=folder, before=start, after=policy)).standings


async def _kept(bench: Prepared, policy: Policy) -> Policy:
    seen: set[str] = set()
    while True:
        try:
            plays = await bench.rounds.noise(policy)
            proposals = await bench.rounds.suggest(policy, plays)
        except OutOfTime:
            return policy
        fresh = [one for one in proposals if json.dumps(one.edit, sort_keys=True) not in seen]
        if not fresh:
            return policy
        seen.update(json.dumps(one.edit, sort_keys=True) for one in fresh)
        for one in fresh:
            policy = policy.edited(one.edit)


def share(one: Path, other: Path, start: Policy) -> float:
    """Let the plays of the first policy in one project be known in the other, where they would come out the same.

    Returns:
        Seconds that they took.
    """
    first, seconds = {noticed(start, kind) for kind in NOTICED}, 0.0
    with closing(Database(one / STORE)) as plays, closing(Results(other / STORE)) as results:
        for kept_play in plays["results"].rows:
            if kept_play["policy"] in first:
                played = Played.model_validate_json(kept_play["played"])
                key = (kept_play["policy"], kept_play["case_key"], kept_play["model"], kept_play["repetition"])
                results.put(*key, played)
                seconds += played.seconds
    return seconds


def row(standings: tuple[Standing, ...]) -> list[dict[str, Any]]:
    """Numbers of sealed cases."""
    return [
        {
            "success": round(one.success, 3),
            "interval": [round(one.success_low, 3), round(one.success_high, 3)],
            "seconds": round(one.seconds, 2),
            "tokens": round(one.tokens),
            "by_kind": {kind: round(share, 3) for kind, share in one.by_kind.items()},
        }
        for one in standings
    ]


def decided(folder: Path) -> dict[str, Any]:
    """What was accepted and what was refused, in words."""
    with closing(Ledger(folder / STORE)) as ledger:
        verdicts = [entry.read(Verdict) for entry in ledger.entries("verdict")]
        words = {one.proposal: ledger.get(Proposal, one.proposal) for one in verdicts}
        lines = [(one.accepted, getattr(words[one.proposal], "what", ""), one.reason) for one in verdicts]
        return {
            "accepted": [f"{what}: {reason}" for accepted, what, reason in lines if accepted],
            "refused": [f"{what}: {reason}" for accepted, what, reason in lines if not accepted],
            "rolled_back": len(ledger.entries("rolled_back")),
            "ledger_agrees": ledger.verify() == (),
        }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    kinds = Counter(case.kind for case in cases())
    for seed in parser.parse_args().seeds:
        start = BASELINE.edited({"draft": {"seed": 1_000 * seed}})
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            one, other = project(Path(folder) / "one"), project(Path(folder) / "other")
            report = asyncio.run(proven(one, start, seed))
            budget = report.seconds - share(one, other, start)
            everything = asyncio.run(kept(other, start, seed, budget))
            result = {
                "seed": seed,
                "cases": kinds,
                "stopped": report.stopped,
                "rounds": report.rounds,
                "improve_seconds": report.seconds,
                "tokens": report.tokens,
                "sealed_before_and_after": row(report.sealed),
                "sealed_repairs": report.repairs,
                "sealed_regressions": report.regressions,
                "sealed_kept_everything": row(everything[1:]),
                "seconds": round(time.monotonic() - began),
                **decided(one),
            }
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()

"""How often a policy is rolled back that is no worse than its parent, and how soon one that is.

    python -m tests.benchmarks.watch [HISTORIES]

For each base rate of success and number of live runs of the parent, 1,000 simulated histories: `false` is the share
rolled back within 500 runs where nothing changed (`exact`: the same by enumeration instead of simulation), `found` the
share rolled back within 60 runs where success dropped by 20 points, and `runs` how many runs that took (median of those
found). Parents differ from history to history, as their runs are drawn too. `bound` is the power of the best unbiased
test of 5% that looks once, after 60 runs (Fisher's exact test, randomised: Tocher 1950): no unbiased test that keeps 5%
finds more by then. `blocks_` are the same two shares for e-values of blocks of parent and policy runs (Turner, Ly,
Grünwald 2024), with the parent's runs spread over 60 runs. Prints one line of JSON last.
"""

from __future__ import annotations

import json
import sys
from functools import cache

import numpy
from numpy.typing import NDArray
from scipy.stats import binom, hypergeom

from nodes.feedback_loop.trial.watch import THRESHOLD, Parent, e_values

BASES = (0.95, 0.9, 0.8, 0.7, 0.6)
PARENTS = (40, 100, 300)
RUNS, SOON, DROP, LEVEL = 500, 60, 0.2, 0.05

Runs = NDArray[numpy.bool_]
Rates = NDArray[numpy.float64]


def histories(base: float, drop: float, parents: int, runs: int, count: int, seed: int) -> tuple[Runs, Runs]:
    """Runs of the parent, and under the policy."""
    chance = numpy.random.default_rng(seed)
    return chance.random((count, parents)) < base, chance.random((count, runs)) < base - drop


def rolled_back(parents: Runs, runs: Runs) -> NDArray[numpy.int64]:
    """After how many runs each history is rolled back; 0: never."""
    found = numpy.zeros(len(runs), dtype=numpy.int64)
    successes = parents.sum(axis=1)
    for known in numpy.unique(successes):
        alike = successes == known
        found[alike] = _first(e_values(runs[alike], Parent(parents.shape[1], float(known))))
    return found


def rolled_back_by_blocks(parents: Runs, runs: Runs) -> NDArray[numpy.int64]:
    """The same for the product of e-values of blocks; rates are learned from the blocks before (Beta(0.18, 0.18))."""
    size = max(round(SOON / parents.shape[1]), 1)
    width = max(parents.shape[1] * size // SOON, 1)
    blocks = min(parents.shape[1] // width, runs.shape[1] // size)
    old = parents[:, : blocks * width].reshape(len(parents), blocks, width).sum(axis=2)
    new = runs[:, : blocks * size].reshape(len(runs), blocks, size).sum(axis=2)
    before = [numpy.cumsum(one, axis=1) - one for one in (old, new)]
    at = numpy.arange(blocks)
    first, second = ((seen + 0.18) / (at * each + 0.36) for seen, each in zip(before, (width, size), strict=True))
    second = numpy.minimum(first, second)
    both = (width * first + size * second) / (width + size)
    logs = _log(old, width, first, both) + _log(new, size, second, both)
    values = numpy.exp(numpy.concatenate([numpy.zeros((len(runs), 1)), logs.cumsum(axis=1)], axis=1))
    return numpy.asarray(_first(values) * size)


def _log(good: NDArray[numpy.int64], size: int, rate: Rates, null: Rates) -> Rates:
    return numpy.asarray(good * numpy.log(rate / null) + (size - good) * numpy.log((1 - rate) / (1 - null)))


def _first(values: NDArray[numpy.float64]) -> NDArray[numpy.int64]:
    crossed = values >= THRESHOLD
    return numpy.asarray(numpy.where(crossed.any(axis=1), crossed.argmax(axis=1), 0), dtype=numpy.int64)


@cache
def bound(base: float, parents: int) -> float:
    """Power of the best unbiased test that looks once."""
    policy = numpy.arange(SOON + 1)
    likely = numpy.outer(binom.pmf(numpy.arange(parents + 1), parents, base), binom.pmf(policy, SOON, base - DROP))
    power = 0.0
    for successes in range(parents + SOON + 1):
        good = numpy.arange(max(0, successes - parents), min(SOON, successes) + 1)
        chances = hypergeom.pmf(good, parents + SOON, successes, SOON)
        left = LEVEL - (chances.cumsum() - chances)
        rejects = numpy.clip(left / chances, 0, 1)
        power += float((likely[successes - good, good] * rejects).sum())
    return power


def exact(rate: float, parents: int, runs: int = RUNS) -> float:
    """Probability that a policy as good as its parent is rolled back, by enumeration of what runs can come to."""
    total = 0.0
    for known, likely in enumerate(binom.pmf(numpy.arange(parents + 1), parents, rate)):
        if likely > 1e-9:
            total += float(likely) * _crossing(rate, _stops(parents, known, runs))
    return total


def _crossing(rate: float, stops: NDArray[numpy.bool_]) -> float:
    """Probability that runs come to a number of successes at which it stops; stops are runs by successes."""
    here, crossed = numpy.zeros(len(stops)), 0.0
    here[0] = 1.0
    for stop in stops[1:]:
        here = here * (1 - rate) + numpy.concatenate([[0.0], here[:-1]]) * rate
        crossed += float(here[stop].sum())
        here[stop] = 0.0
    return crossed


@cache
def _stops(parents: int, known: int, runs: int) -> NDArray[numpy.bool_]:
    """Whether a policy is rolled back after so many runs (rows) with so many successes (columns)."""
    first_good = numpy.arange(runs)[None, :] < numpy.arange(runs + 1)[:, None]
    values = e_values(first_good, Parent(parents, float(known))).T
    reachable = numpy.arange(runs + 1)[None, :] <= numpy.arange(runs + 1)[:, None]
    return numpy.asarray((values >= THRESHOLD) & reachable)


def cell(base: float, parents: int, count: int, seed: int) -> dict[str, float]:
    """One row of the table."""
    same = histories(base, 0.0, parents, RUNS, count, seed)
    worse = histories(base, DROP, parents, SOON, count, seed + 1)
    took = rolled_back(*worse)
    return {
        "false": float((rolled_back(*same) > 0).mean()),
        "exact": exact(base, parents),
        "found": float((took > 0).mean()),
        "bound": bound(base, parents),
        "runs": float(numpy.median(took[took > 0])) if took.any() else 0.0,
        "blocks_false": float((rolled_back_by_blocks(*same) > 0).mean()),
        "blocks_found": float((rolled_back_by_blocks(*worse) > 0).mean()),
    }


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    said = {}
    for seed, (base, parents) in enumerate((base, parents) for base in BASES for parents in PARENTS):
        said[f"{base:.2f}_{parents}"] = row = cell(base, parents, count, 2 * seed)
        shares = ", ".join(f"{name} {row[name]:.1%}" for name in row if name != "runs")
        print(f"rate {base:.0%}, {parents} parent runs: {shares}, after {row['runs']:.0f} runs", flush=True)
    worst = max((exact(rate / 50, parents), rate / 50, parents) for rate in range(5, 50) for parents in PARENTS)
    said["worst"] = dict(zip(("exact", "rate", "parents"), worst, strict=True))
    print(f"rolled back wrongly most often: {worst[0]:.1%} (rate {worst[1]:.0%}, {worst[2]} parent runs)")
    print(json.dumps({name: {key: round(one, 4) for key, one in row.items()} for name, row in said.items()}))


if __name__ == "__main__":
    main()

"""Watch: is an accepted policy worse than its parent after all? Looked at after every live run, wrong in at most 5%.

    runs of the parent, runs of the policy -> e-value, and whether to roll back

The parent's success rate is known only from its own runs. Were the policy no worse, the next run would succeed with the
probability that all runs so far predict (Beta-binomial, Jeffreys' prior, the parent's runs first). Against that, three
tests of falling below the parent are laid out, over 60, 240 and 960 runs, that together reject with 5%; the e-value is
20 times the sum of the probabilities, after the runs so far, that they will. So it is a test martingale: it starts at 1
at most and cannot be expected to grow, so that it ever reaches 20 in at most 5% (Ville 1939; Ramdas, Grünwald, Vovk,
Shafer: "Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38, 2023; a test turned into
one that may be looked at any time, at no price: Koning, van Meer: "Sequentializing a test: anytime validity is free",
2025). That holds on average over Jeffreys' prior; at any one rate it was enumerated (`tests/benchmarks/watch.py`): at
most 4.3% are rolled back wrongly in 500 runs, for rates from 10 to 98% and 40, 100 or 300 runs of the parent. Most of
the 5% goes to the first 60 runs: who waits longer for a drop has lost more.

What no test can do. With both rates known, Wald's sequential test, which needs the fewest runs on average (Wald,
Wolfowitz 1948), takes log 20 over the relative entropy, 29 runs to tell 60% from 80% and 37 to tell 40% from 60%, and
often many more. With the parent's rate known from 100 runs only, the best unbiased test of 5% that looks once, after 60
runs (Fisher's, randomised: Tocher 1950), finds a drop of 20 points from 95, 90, 80, 70, 60% in 98, 93, 85, 81, 79%; so
90% within 60 runs is out of reach for any test there. This one finds it in 97, 92, 81, 76, 76%, looking after every
run. Products of e-values of blocks of parent and policy runs (Turner, Ly, Grünwald: "Generic E-variables for exact
sequential k-sample tests", 2024) are valid at every rate by proof, but find 61, 46, 36, 27, 26%.

The rates are taken to stay as they are: when the model server changes, runs before and after do not compare.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from systems.hashed import Record

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

THRESHOLD = 20.0
"""E-value at which a policy is rolled back: 1 / 5%."""
HORIZONS = ((60, 0.045), (240, 0.003), (960, 0.002))
"""Runs over which a test is laid out, and its error rate."""
ENOUGH = 40
"""With fewer live runs of the parent, cases of the trial stand in for the missing ones."""


class Live(NamedTuple):
    """A live run.

    Attributes:
        sequence: where it stands in the store. Runs are ordered by it, never by a clock.
        success: whether it reached its goal.
    """

    sequence: int
    success: bool


class Watched(Record):
    """What the live runs say about a policy."""

    roll_back: bool = Field(description="Whether it is worse than its parent")
    over: bool = Field(description="Whether it was watched to the end; it stays")
    e_value: float = Field(ge=0, description="Evidence that it is worse, against the bet that it is not")
    runs: int = Field(ge=0, description="Runs under the policy that were counted; no more after it is rolled back")
    rate: float = Field(description="Share of them that succeeded")
    parent_runs: float = Field(ge=0, description="Runs of the parent, and cases that stand in for them")
    parent_rate: float = Field(description="Share of them that succeeded")
    reason: str = Field(description="What is done, and why, in one sentence")


class Parent(NamedTuple):
    """What is known of the parent.

    Attributes:
        runs: live runs, and cases of the trial that stand in for missing ones.
        successes: of them.
        cases: how many of `runs` are cases.
    """

    runs: float
    successes: float
    cases: float = 0.0


def watched(runs: Iterable[Live], parent: Iterable[Live], *, trial: tuple[int, float] = (0, 0.0)) -> Watched:
    """Whether to roll a policy back.

    Args:
        runs: all live runs under the policy since it was adopted.
        parent: live runs under its parent.
        trial: cases of the trial, and the share of plays that succeeded there under the parent. Where the parent has
            fewer than 40 live runs, cases stand in for the missing ones, a case for a run. A case is not a live run,
            so they are not counted beyond that.
    """
    known = _known(_ordered(parent), trial)
    ours = _ordered(runs)[: HORIZONS[-1][0]]
    values = e_values([ours], known)[0]
    crossed = [at for at, value in enumerate(values) if value >= THRESHOLD]
    at = crossed[0] if crossed else len(ours)
    rate = sum(ours[:at]) / at if at else 0.0
    over = at == HORIZONS[-1][0] and not crossed
    return Watched(
        roll_back=bool(crossed),
        over=over,
        e_value=float(values[at]),
        runs=at,
        rate=rate,
        parent_runs=known.runs,
        parent_rate=known.successes / known.runs if known.runs else 0.0,
        reason=_reason(float(values[at]), at, rate, known, over=over),
    )


def e_values(histories: Iterable[Iterable[bool]], parent: Parent) -> NDArray[float64]:
    """E-values before the first run and after every run; a row a history. All histories are of the same length."""
    import numpy

    outcomes = numpy.asarray([list(one) for one in histories], dtype=numpy.int64)
    counts = numpy.concatenate([numpy.zeros((len(outcomes), 1), numpy.int64), outcomes.cumsum(axis=1)], axis=1)
    if not parent.successes:
        return numpy.full(counts.shape, 1.0)
    return numpy.asarray(THRESHOLD * sum(_rejecting(counts, parent, *one) for one in HORIZONS), dtype=numpy.float64)


def _rejecting(counts: NDArray[int64], parent: Parent, horizon: int, level: float) -> NDArray[float64]:
    """Probability, after each run, that so few succeed within the horizon as the parent's runs make a rare event.

    Args:
        counts: successes before the first run and after every run.
        parent: what predicts the runs.
        horizon: runs at which the test decides.
        level: how often it may reject.
    """
    import numpy
    from scipy.stats import betabinom

    good, bad = parent.successes + 0.5, parent.runs - parent.successes + 0.5
    chances = betabinom.pmf(numpy.arange(horizon + 1), horizon, good, bad)
    most = int(numpy.searchsorted(chances.cumsum(), level, "right")) - 1
    rejects = (numpy.arange(horizon + 1) <= most).astype(numpy.float64)
    found = numpy.empty(counts.shape)
    last = counts.shape[1] - 1
    if last >= horizon:
        found[:, horizon:] = rejects[counts[:, horizon]][:, None]
    for run in range(horizon - 1, -1, -1):
        success = (good + numpy.arange(run + 1)) / (good + bad + run)
        rejects = success * rejects[1 : run + 2] + (1 - success) * rejects[: run + 1]
        if run <= last:
            found[:, run] = rejects[counts[:, run]]
    return found


def _ordered(runs: Iterable[Live]) -> list[bool]:
    """Oldest first, each once."""
    return [success for _, success in sorted({one.sequence: one.success for one in runs}.items())]


def _known(parent: list[bool], trial: tuple[int, float]) -> Parent:
    cases, share = trial
    stand_in = float(min(cases, max(ENOUGH - len(parent), 0)))
    return Parent(len(parent) + stand_in, sum(parent) + stand_in * share, stand_in)


def _reason(e_value: float, runs: int, rate: float, parent: Parent, *, over: bool) -> str:
    if not parent.runs:
        return f"{_runs(runs)} under the policy, but nothing is known of its parent: it cannot be judged."
    cases = f", {parent.cases:.0f} of them cases of its trial" if parent.cases else ""
    numbers = (
        f"{rate:.0%} of {_runs(runs)} succeeded, {parent.successes / parent.runs:.0%} of {_runs(parent.runs)} "
        f"under its parent{cases}"
    )
    if e_value >= THRESHOLD:
        return f"Rolled back: {numbers}; the e-value {e_value:.3g} has reached {THRESHOLD:.0f}."
    if over:
        return f"Kept, and no longer watched: {numbers}."
    few = "; that is few, only a large drop can be seen" if parent.runs < ENOUGH else ""
    if not parent.successes:
        return f"Kept: {numbers}; nothing is worse than that."
    return f"Kept: {numbers}; e-value {e_value:.2g}, {THRESHOLD:.0f} would roll it back{few}."


def _runs(count: float) -> str:
    return "1 run" if count == 1 else f"{count:.0f} runs"

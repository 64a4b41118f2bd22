"""Two sets of runs side by side: before and after a change, policy A and policy B.

    Profiles before, Profiles after -> Measures -> Estimates (see `estimates`) -> Differences, in words

The unit is a run: calls within one run are not independent of each other, runs are. Durations, tokens, costs and counts
of a run are compared by ranks (Mann-Whitney test, Hodges-Lehmann shift), so that one slow run decides nothing; that a
call failed in a run is compared as a proportion of runs (Newcombe's interval, Fisher's exact test). Several metrics are
several chances to be fooled: what is called better or worse stands after Holm's correction over all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import fmean, median
from typing import NamedTuple

from pydantic import Field

from nodes.feedback_loop import comparison_words as words
from nodes.feedback_loop.comparison_words import Metric, Verdict
from nodes.feedback_loop.estimates import (
    CONFIDENCE,
    Estimate,
    holm,
    least_runs,
    proportion_shift,
    runs_for_proportions,
    runs_for_shift,
    shift,
)
from systems.records import Profile, Record, Totals


class Difference(Record):
    """One metric before and after. Of all metrics less is better."""

    metric: Metric = Field(description="What is compared; `failed_runs`: share of runs in which a call failed")
    where: str = Field("", description="Tool (server.tool) or model; empty for the whole run")
    before: float = Field(description="Median of the runs before, of `failed_runs` their share")
    after: float = Field(description="Likewise, after")
    runs: tuple[int, int] = Field(description="Runs before and after that were compared")
    difference: float | None = Field(None, description="After less before; None: too few runs")
    low: float | None = Field(None, description="Lower bound of its interval")
    high: float | None = Field(None, description="Upper bound of its interval")
    p: float | None = Field(None, description="p value, after Holm's correction over all metrics")
    verdict: Verdict = Field(
        description="better or worse: p below 1 - confidence; unclear: not so; same: in every run; too_few: runs"
    )
    runs_needed: int | None = Field(
        None, description="Runs on each side that it would take to tell; None: it is told, or there is nothing to tell"
    )
    words: str = Field(description="What changed, and how sure that is")


class Comparison(Record):
    """What changed from one set of runs to another."""

    runs: tuple[int, int] = Field(description="Runs before and after")
    confidence: float = Field(description="Of every interval")
    differences: tuple[Difference, ...] = Field(description="The whole run first; then by tool and model")
    words: str = Field(description="What changed, and how sure that is, a line each")


class _Measured(NamedTuple):
    metric: Metric
    where: str
    before: Sequence[float]
    after: Sequence[float]

    @property
    def runs(self) -> tuple[int, int]:
        return len(self.before), len(self.after)

    @property
    def values(self) -> tuple[float, float]:
        """The medians; of `failed_runs` the shares."""
        middle = fmean if self.metric == "failed_runs" else median
        return middle(self.before) if self.before else 0.0, middle(self.after) if self.after else 0.0

    def can_differ(self, enough: int) -> bool:
        """Whether there are enough runs, and not all of them the same."""
        return min(self.runs) >= enough and len({*self.before, *self.after}) > 1


def compare(before: Sequence[Profile], after: Sequence[Profile], *, confidence: float = CONFIDENCE) -> Comparison:
    """Compare two sets of runs, one profile a run.

    Tools and models are compared where enough runs on both sides called them, by their calls in a run: seconds a call,
    tokens a run.

    Args:
        before: runs before the change, or under policy A.
        after: runs after it, or under policy B.
        confidence: of every interval; 1 - confidence is what p values are held against.
    """
    enough = least_runs(confidence)
    measured = [*_of_runs(before, after), *_of_calls(before, after, enough)]
    tested = [one for one in measured if one.can_differ(enough)]
    estimates = [_estimate(one, confidence) for one in tested]
    corrected = iter(one._replace(p=p) for one, p in zip(estimates, holm([one.p for one in estimates]), strict=True))
    differences = tuple(
        _difference(one, next(corrected), confidence, len(tested)) if one.can_differ(enough) else _untested(one, enough)
        for one in measured
    )
    counts = len(before), len(after)
    told = words.summary([one.verdict for one in differences], [one.words for one in differences], counts, confidence)
    return Comparison(runs=counts, confidence=confidence, differences=differences, words=told)


_RUN: dict[Metric, Callable[[Profile], float | None]] = {
    "seconds": lambda run: run.seconds,
    "failed_runs": lambda run: float(run.total.failures > 0),
    "failures": lambda run: float(run.total.failures),
    "retries": lambda run: float(run.total.retries),
    "tokens": lambda run: float(run.total.input_tokens + run.total.output_tokens),
    "cost_usd": lambda run: _cost(run.total),
}
_CALL: dict[Metric, Callable[[Totals], float | None]] = {
    "seconds": lambda calls: calls.seconds / calls.calls if calls.calls else None,
    "failed_runs": lambda calls: float(calls.failures > 0),
    "tokens": lambda calls: float(calls.input_tokens + calls.output_tokens),
    "cost_usd": lambda calls: _cost(calls),
}


def _cost(totals: Totals) -> float | None:
    """The cost, where that of every call is known."""
    return None if totals.unpriced else totals.cost_usd


def _of_runs(before: Sequence[Profile], after: Sequence[Profile]) -> Iterator[_Measured]:
    for metric, measure in _RUN.items():
        found = [[value for run in runs if (value := measure(run)) is not None] for runs in (before, after)]
        if any(found) or metric != "cost_usd":
            yield _Measured(metric, "", *found)


def _of_calls(before: Sequence[Profile], after: Sequence[Profile], enough: int) -> Iterator[_Measured]:
    for group in ("tools", "models"):
        sides: list[list[dict[str, Totals]]] = [[getattr(run, group) for run in runs] for runs in (before, after)]
        for name in dict.fromkeys(name for side in sides for run in side for name in run):
            for metric, measure in _CALL.items():
                found = [[v for run in side if name in run and (v := measure(run[name])) is not None] for side in sides]
                if min(map(len, found)) >= enough and not (metric == "tokens" and group == "tools"):
                    yield _Measured(metric, name, *found)


def _estimate(measured: _Measured, confidence: float) -> Estimate:
    if measured.metric != "failed_runs":
        return shift(measured.before, measured.after, confidence)
    first, second = ((int(sum(values)), len(values)) for values in (measured.before, measured.after))
    return proportion_shift(first, second, confidence)


def _difference(measured: _Measured, estimate: Estimate, confidence: float, tested: int) -> Difference:
    metric, where, values = measured.metric, measured.where, measured.values
    verdict: Verdict = "unclear" if estimate.p > 1 - confidence else "better" if estimate.larger < 0.5 else "worse"
    needed = _runs_needed(measured, estimate, (1 - confidence) / tested) if verdict == "unclear" else None
    return Difference(
        metric=metric,
        where=where,
        before=values[0],
        after=values[1],
        runs=measured.runs,
        difference=estimate.difference,
        low=estimate.low,
        high=estimate.high,
        p=estimate.p,
        verdict=verdict,
        runs_needed=needed,
        words=words.changed(metric, where, values, estimate, verdict, confidence, needed),
    )


def _runs_needed(measured: _Measured, estimate: Estimate, level: float) -> int | None:
    if measured.metric == "failed_runs":
        return runs_for_proportions(*measured.values, level)
    return runs_for_shift(estimate.larger, level)


def _untested(measured: _Measured, enough: int) -> Difference:
    """What is the same in all runs, or was measured in too few of them."""
    metric, where, (before, after), runs = measured.metric, measured.where, measured.values, measured.runs
    if min(runs) < enough:
        told = words.too_few(metric, where, runs, enough)
        return Difference(
            metric=metric,
            where=where,
            before=before,
            after=after,
            runs=runs,
            verdict="too_few",
            runs_needed=enough,
            words=told,
        )
    told = words.same(metric, where, before)
    return Difference(
        metric=metric,
        where=where,
        before=before,
        after=after,
        runs=runs,
        difference=0.0,
        low=0.0,
        high=0.0,
        p=1.0,
        verdict="same",
        words=told,
    )

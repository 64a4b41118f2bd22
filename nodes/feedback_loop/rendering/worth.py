"""What a policy was worth in a trial: success, seconds and tokens before and after, with intervals."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from pydantic import Field

from nodes.feedback_loop.rendering import figures
from systems.hashed import Record
from systems.trials import METRICS, Metric, Pair, Played, Side, Verdict

CONFIDENCE = 0.95
WHAT: Mapping[Metric, str] = {"success": "success", "seconds": "seconds a case", "tokens": "tokens a case"}


class Worth(Record):
    """One metric of a trial: means of the cases, each case the mean of its repetitions."""

    metric: Metric
    before: float = Field(description="Mean under the old policy: a share, seconds, tokens")
    after: float = Field(description="Mean under the new policy")
    change: float = Field(description="after - before")
    low: float | None = Field(description="Lower end of the change's 95% interval; None for fewer than two cases")
    high: float | None = Field(description="Upper end of it")
    cases: int = Field(ge=1)

    @property
    def better(self) -> bool | None:
        """Whether the interval says better, worse, or neither (None)."""
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return None
        return (self.low > 0) == (self.metric == "success")


def worth(pairs: Sequence[Pair], side: Side = "working") -> tuple[Worth, ...]:
    """Every metric of a trial's cases of one side; empty where it has none.

    The interval is that of the mean of paired differences, by Student's t (scipy.stats.t.interval).
    """
    cases = [pair for pair in pairs if pair.side == side and pair.old and pair.new]
    return tuple(_worth(metric, cases) for metric in METRICS) if cases else ()


def amount(value: float, metric: Metric, *, sign: bool = False) -> str:
    """A mean, or with `sign` a change, as people read it: `83%`, `+12 points`, `1.24 s`, `-310 tokens`."""
    if not math.isfinite(value):
        return "unknown"
    mark = "" if not sign or not value else "+" if value > 0 else "-"
    size = abs(value) if sign else value
    if metric == "success":
        return f"{mark}{_digits(100 * size)} points" if sign else f"{_digits(100 * size)}%"
    if metric == "seconds":
        return mark + figures.seconds(size)
    return f"{mark}{_digits(size)} tokens" if sign else _digits(size)


def interval(low: float | None, high: float | None, metric: Metric) -> str:
    """An interval of a change: `+3 to +21 points`."""
    if low is None or high is None:
        return "one case has no interval"
    ends = [amount(end, metric, sign=True) for end in (low, high)]
    unit = f" {ends[1].rpartition(' ')[2]}"
    return f"{ends[0].removesuffix(unit)} to {ends[1]}" if metric != "seconds" else " to ".join(ends)


def effect(verdict: Verdict) -> str:
    """What a verdict measured, in a line: a gain is better, whatever the metric."""
    sign = 1 if verdict.metric == "success" else -1
    ends = sorted((sign * verdict.low, sign * verdict.high))
    told = amount(sign * verdict.effect, verdict.metric, sign=True)
    return f"{WHAT[verdict.metric]} {told} ({interval(ends[0], ends[1], verdict.metric)})"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.1f}"


def _worth(metric: Metric, cases: Sequence[Pair]) -> Worth:
    before = [_mean(pair.old, metric) for pair in cases]
    after = [_mean(pair.new, metric) for pair in cases]
    changes = [new - old for old, new in zip(before, after, strict=True)]
    change = statistics.fmean(changes)
    low, high = _interval(changes, change)
    means = {"before": statistics.fmean(before), "after": statistics.fmean(after)}
    return Worth(metric=metric, **means, change=change, low=low, high=high, cases=len(cases))


def _mean(plays: Sequence[Played], metric: Metric) -> float:
    return statistics.fmean(float(getattr(play, metric)) for play in plays)


def _interval(changes: Sequence[float], mean: float) -> tuple[float | None, float | None]:
    if len(changes) < 2:
        return None, None
    if not (error := statistics.stdev(changes) / math.sqrt(len(changes))):
        return mean, mean
    from scipy import stats

    low, high = stats.t.interval(CONFIDENCE, len(changes) - 1, loc=mean, scale=error)
    return float(low), float(high)

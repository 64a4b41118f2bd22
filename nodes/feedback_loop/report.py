"""The analyzer from end to end: spans in, one report out.

spans -> operations -> Profile
                   `-> Findings -> Improvements
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from pydantic import Field

from nodes.feedback_loop.analysis import Analysis
from nodes.feedback_loop.critic import Critique
from nodes.feedback_loop.evaluations import Evaluation, Evaluations
from nodes.feedback_loop.profile import Profiler
from nodes.feedback_loop.reading.operations import Operation, read
from nodes.feedback_loop.reading.ordering import in_order
from nodes.feedback_loop.remedies import remedies, told
from systems.policy import DEFAULT, LoopKnobs
from systems.prices import NO_PRICES, Prices
from systems.records import Finding, Improvement, Profile, Record, Span


class ReportedFinding(Finding):
    """A finding with what can be done about it."""

    remedies: tuple[str, ...] = Field(description="What to change and what that should save, best first")


class Report(Record):
    """What one file, run or trace shows; `specloop analyze --json` prints it."""

    file: str = Field(description="File, run or `-` for standard input")
    traces: int = Field(description="Traces with at least one span")
    spans: int = Field(description="Spans that could be read")
    dropped: dict[str, int] = Field(description="Spans that could not, by reason")
    profile: Profile
    findings: tuple[ReportedFinding, ...] = Field(description="Worst first")
    improvements: tuple[Improvement, ...] = Field(description="By expected gain and confidence, best first")
    evaluations: tuple[Evaluation, ...] = Field((), description="What people and checkers made of it")
    critic: Critique | None = Field(None, description="What a model adds; None where none was asked")


def analyze(
    spans: Iterable[Span],
    *,
    file: str,
    dropped: Mapping[str, int] | None = None,
    knobs: LoopKnobs = DEFAULT.loop,
    prices: Prices = NO_PRICES,
    watch: Callable[[Operation], None] | None = None,
) -> Report:
    """Analyze spans as they come; memory is bounded by open state, not by their number.

    Args:
        spans: in any order.
        file: where they come from, for the report.
        dropped: counts of what could not be read; looked at when the spans are used up.
        knobs: when numbers are remarkable.
        prices: of models whose spans do not tell their cost.
        watch: called with every operation, in the order of ends, e.g. to draw it.
    """
    analysis, profiler, traces, count = Analysis(knobs), Profiler(prices), set[str](), 0
    evaluations = Evaluations()

    def seen() -> Iterator[Operation]:
        nonlocal count
        for operation in in_order(map(read, evaluations.watched(spans))):
            profiler.observe(operation)
            traces.add(operation.trace_id)
            count += 1
            if watch:
                watch(operation)
            yield operation

    analysis.observe_all(seen())
    profile, findings = profiler.profile(), analysis.close()
    improvements = tuple(one for finding in findings for one in remedies(finding))
    return Report(
        file=file,
        traces=len(traces),
        spans=count,
        dropped=dict(dropped or {}),
        profile=profile,
        findings=tuple(
            ReportedFinding(**finding.model_dump(), remedies=tuple(map(told, remedies(finding))))
            for finding in findings
        ),
        improvements=ranked(improvements, findings),
        evaluations=evaluations.all(),
    )


def ranked(improvements: Iterable[Improvement], findings: Iterable[Finding]) -> tuple[Improvement, ...]:
    """By expected gain and confidence, best first: failures before seconds before tokens."""
    sure = {finding.hash: finding.confidence for finding in findings}
    rank = {"failures": 0, "seconds": 1, "tokens": 2}
    return tuple(sorted(improvements, key=lambda one: (rank[one.metric], one.predicted * sure[one.finding], one.what)))

"""A report as Markdown, for files and chats; trace text stands in code spans or is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nodes.feedback_loop.rendering import figures
from nodes.feedback_loop.rendering.differences import HEADS, Compared, differences
from nodes.feedback_loop.rendering.escaping import cell, code, prose
from nodes.feedback_loop.rendering.tables import Table, tables

if TYPE_CHECKING:
    from nodes.feedback_loop.report import Report, ReportedFinding

MOST_FINDINGS = 50
MOST_PLACES = 10
MOST_SPANS = 10
MOST_JUDGED = 20


def markdown(reports: Sequence[Report], compared: Compared | None = None) -> str:
    """Reports as CommonMark with tables, the worst findings of each first."""
    lines = [line for report in reports for line in _report(report)]
    return "\n".join([*lines, *(comparison(compared) if compared else ())])


def facts(report: Report) -> str:
    """Spans, seconds, tokens and cost, in one line."""
    size = f"{figures.counted(report.spans, 'span')} in {figures.counted(report.traces, 'trace')}"
    return ", ".join([size, *(figures.cost(report.profile) if report.spans else ())]).replace("$", "\\$")


def listed(finding: ReportedFinding, spans: str) -> Iterator[str]:
    """What there is to say of a finding, as list items."""
    yield f"- Evidence: {code(finding.evidence)}"
    if cost := figures.impact(finding):
        yield f"- Cost: {prose(cost)}"
    yield f"- Spans: {spans}"
    yield f"- Confidence: {finding.confidence:.0%}"
    yield from (f"- To do: {prose(remedy)}" for remedy in finding.remedies)


def table(of: Table, most: int = MOST_PLACES) -> Iterator[str]:
    """A profile's table."""
    yield f"| {of.title} | {' | '.join(column.title for column in of.columns)} |"
    yield f"| --- |{' ---: |' * len(of.columns)}"
    for row in of.rows[:most]:
        values = (value.replace("$", "\\$").replace("<", "&lt;") for value in row.shown(of.columns))
        yield f"| {cell(row.place, 80)} | {' | '.join(values)} |"
    if (more := len(of.rows) + of.left_out - most) > 0:
        yield f"\n{more:,} more are not shown."


def comparison(compared: Compared) -> Iterator[str]:
    """What changed between two sets of runs, in words and as a table."""
    yield f"## Compared with {code(compared.against)}\n"
    yield from (f"{prose(line, 400)}  " for line in compared.comparison.words.splitlines())
    yield f"\n| {' | '.join(HEADS)} |\n| --- | ---: | ---: | ---: | ---: | --- |"
    for what, *values in differences(compared.comparison):
        yield f"| {prose(what)} | {' | '.join(values)} |"
    yield ""


def _report(report: Report) -> Iterator[str]:
    yield f"## {code(report.file)}\n\n{facts(report)}"
    if report.dropped:
        yield f"\n{prose(figures.dropped(report.dropped))}"
    yield f"\n**{figures.verdict(report.findings, report.spans)}**\n"
    for number, finding in enumerate(report.findings[:MOST_FINDINGS], start=1):
        yield f"### {number}. {finding.severity}: `{finding.kind}` in {code(finding.where, 100)}\n"
        yield f"{prose(finding.explanation)}\n"
        yield from listed(finding, spans(finding))
        yield ""
    if (more := len(report.findings) - MOST_FINDINGS) > 0:
        yield f"{more:,} more findings are in `--json`.\n"
    if report.critic and report.critic.claims:
        yield f"### {code(report.critic.model)} adds\n"
        for claim in report.critic.claims:
            cited = ", ".join(code(one, 32) for one in claim.span_ids)
            yield f"- `{claim.kind}` in {cited}: {prose(claim.explanation)} Quote: {code(claim.quote)}"
        yield ""
    if report.evaluations:
        yield "### Judged\n"
        for each in report.evaluations[:MOST_JUDGED]:
            words = f": {prose(each.explanation)}" if each.explanation else ""
            yield f"- {code(each.name, 60)} {prose(each.verdict, 60)}{words}"
        yield ""
    if places := tables(report.profile, brief=True):
        yield "### Where the time went\n"
        for place in places:
            yield from table(place)
            yield ""


def spans(finding: ReportedFinding, page: str = "", most: int = MOST_SPANS) -> str:
    """Ids of the culprits; links into the HTML page where there is one."""
    ids = [code(one, 32) for one in finding.span_ids[:most]]
    if page:
        ids = [f"[{shown}](<{page}#span={one[:32]}>)" for shown, one in zip(ids, finding.span_ids, strict=False)]
    more = len(finding.span_ids) - most
    return ", ".join(ids) + (f" and {more:,} more" if more > 0 else "")

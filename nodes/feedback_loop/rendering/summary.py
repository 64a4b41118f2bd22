"""Reports as a GitHub job summary or pull-request comment: a short table, details folded away.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from nodes.feedback_loop.rendering import figures
from nodes.feedback_loop.rendering.escaping import cell, code, html_text, prose
from nodes.feedback_loop.rendering.markdown import comparison, facts, listed, spans, table
from nodes.feedback_loop.rendering.tables import tables
from systems.records import SEVERITIES

if TYPE_CHECKING:
    from nodes.feedback_loop.rendering.differences import Compared
    from nodes.feedback_loop.report import Report, ReportedFinding

MOST_FINDINGS = 30
"""A comment may have 65,536 characters."""
MOST_FILES = 100


def summary(reports: Sequence[Report], compared: Compared | None = None, *, page: str = "") -> str:
    """Findings of all reports together, worst first.

    Args:
        reports: of one trace or of many.
        compared: with what these runs were compared.
        page: where the HTML page will be, relative to the summary; span ids link into it.
    """
    found = [(report, finding) for report in reports for finding in report.findings]
    found.sort(key=lambda one: -SEVERITIES.index(one[1].severity))
    lines = [*_lines(reports, found, quote(page, safe="/.~-_"))]
    return "\n".join([*lines, "", *(comparison(compared) if compared else ())])


def _lines(reports: Sequence[Report], found: Sequence[tuple[Report, ReportedFinding]], page: str) -> Iterator[str]:
    several = len(reports) > 1
    counts = figures.verdict([finding for _, finding in found], sum(report.spans for report in reports))
    yield f"## Trace analysis\n\n**{counts}**\n"
    if several:
        yield from _files(reports)
    else:
        yield from (f"{code(report.file)}: {facts(report)}\n" for report in reports)
    lost = [f"{code(one.file)}: {prose(figures.dropped(one.dropped))}\n" for one in reports if one.dropped]
    yield from lost[:MOST_FILES]
    if found:
        yield from _findings(found[:MOST_FINDINGS], several, page)
    if (more := len(found) - MOST_FINDINGS) > 0:
        yield f"{more:,} more findings are not shown.\n"
    if not several:
        for report in reports:
            yield from _profile(report)


def _findings(found: Sequence[tuple[Report, ReportedFinding]], several: bool, page: str) -> Iterator[str]:
    yield f"| Severity | Finding | Where | Cost |{' Trace |' if several else ''}"
    yield f"| --- | --- | --- | --- |{' --- |' if several else ''}"
    for report, finding in found:
        trace = f" {cell(report.file, 80)} |" if several else ""
        cost = prose(figures.impact(finding))
        yield f"| {_word(finding)} | `{finding.kind}` | {cell(finding.where, 80)} | {cost} |{trace}"
    yield ""
    for report, finding in found:
        places = (finding.where, report.file) if several else (finding.where,)
        where = " in ".join(f"<code>{html_text(place, 80)}</code>" for place in places)
        yield f"<details><summary>{finding.severity}: <code>{finding.kind}</code> in {where}</summary>\n"
        yield f"{prose(finding.explanation)}\n"
        yield from listed(finding, spans(finding, page))
        yield "\n</details>\n"


def _word(finding: ReportedFinding) -> str:
    return f"**{finding.severity}**" if finding.severity in ("critical", "error") else finding.severity


def _files(reports: Sequence[Report]) -> Iterator[str]:
    yield "| Trace | Spans | Time | Findings |\n| --- | ---: | ---: | --- |"
    ordered = sorted(reports, key=lambda report: -len(report.findings))
    for report in ordered[:MOST_FILES]:
        counts = ", ".join(f"{count} {word}" for word, count in figures.severities(report.findings).items()) or "none"
        yield f"| {cell(report.file, 80)} | {report.spans:,} | {figures.seconds(report.profile.seconds)} | {counts} |"
    yield ""
    if (more := len(reports) - MOST_FILES) > 0:
        yield f"{more:,} more traces are not shown.\n"


def _profile(report: Report) -> Iterator[str]:
    places = tables(report.profile, brief=True)
    if places:
        yield "<details><summary>Where the time went</summary>\n"
        for place in places:
            yield from table(place)
            yield ""
        yield "</details>"

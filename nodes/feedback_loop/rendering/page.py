"""One HTML page with everything in it: findings, waterfall, profile, several runs side by side. No network, no build.

`page.html` is its template (see `template`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nodes.feedback_loop.rendering import figures
from nodes.feedback_loop.rendering.differences import HEADS, Compared, differences
from nodes.feedback_loop.rendering.escaping import visible
from nodes.feedback_loop.rendering.rows import MOST_TEXT, Row, Rows, excerpt
from nodes.feedback_loop.rendering.tables import MEANINGS, Table, tables
from nodes.feedback_loop.rendering.template import filled

if TYPE_CHECKING:
    from nodes.feedback_loop.critic import Critique
    from nodes.feedback_loop.evaluations import Evaluation
    from nodes.feedback_loop.report import Report, ReportedFinding

TEMPLATE = Path(__file__).with_name("page.html")
MOST_FINDINGS = 2_000
MOST_CULPRITS = 200
LONGEST_EVIDENCE = 4_000


class Run(NamedTuple):
    """One report with its spans."""

    report: Report
    rows: Rows


def page(runs: Sequence[Run], compared: Compared | None = None) -> str:
    """The page, complete; write it as UTF-8.

    Args:
        runs: at least one; several are listed first, a single one is shown at once.
        compared: with what these runs were compared.
    """
    most = min(1_000, max(80, MOST_TEXT // (3 * sum(len(run.rows) for run in runs) or 1)))
    reports = [run.report for run in runs]
    names = figures.short_names([visible(report.file) for report in reports])
    data = {
        "title": figures.counted(len(runs), "run"),
        "verdict": figures.verdict(
            [one for report in reports for one in report.findings], sum(one.spans for one in reports)
        ),
        "runs": [{"name": name, **_index(report)} for name, report in zip(names, reports, strict=True)],
        "meanings": MEANINGS,
        "comparison": _comparison(compared) if compared else None,
    }
    elements = {"index": data} | {f"run-{number}": _run(run, most) for number, run in enumerate(runs)}
    return filled(TEMPLATE, elements)


def _index(report: Report) -> dict[str, Any]:
    total = report.profile.total
    return {
        "file": visible(report.file),
        "spans": report.spans,
        "failures": total.failures,
        "seconds": report.profile.seconds,
        "time": figures.seconds(report.profile.seconds),
        "tokens": total.input_tokens + total.output_tokens,
        "cost": figures.figure(total.cost_usd, "dollars"),
        "dollars": total.cost_usd,
        "severities": figures.severities(report.findings),
        "kinds": sorted({finding.kind for finding in report.findings}),
    }


def _comparison(compared: Compared) -> dict[str, Any]:
    return {
        "against": visible(compared.against),
        "words": visible(compared.comparison.words).split("\n"),
        "heads": HEADS,
        "rows": [list(map(visible, row)) for row in differences(compared.comparison)],
    }


def _run(run: Run, most: int) -> dict[str, Any]:
    report, rows = run
    return {
        "facts": _facts(report),
        "verdict": figures.verdict(report.findings, report.spans),
        "dropped": visible(figures.dropped(report.dropped)),
        "left_out": rows.left_out,
        "findings": [*map(_finding, report.findings[:MOST_FINDINGS]), *_claims(report.critic)],
        "judged": [_judged(each) for each in report.evaluations],
        "more_findings": max(0, len(report.findings) - MOST_FINDINGS),
        "tables": [_table(table) for table in tables(report.profile)],
        "critical": [span_id for span_id, _, _ in report.profile.critical_path],
        "rows": list(_rows(rows, most)),
    }


def _facts(report: Report) -> list[list[str]]:
    total = report.profile.total
    facts: Mapping[str, str] = {
        "spans": f"{report.spans:,}",
        "traces": f"{report.traces:,}",
        "time": figures.seconds(report.profile.seconds),
        "critical path": figures.seconds(report.profile.critical_seconds) if report.profile.critical_seconds else "",
        "calls": f"{total.calls:,}" if total.calls else "",
        "failed": f"{total.failures:,}" if total.failures else "",
        "tokens in": f"{total.input_tokens:,}" if total.input_tokens else "",
        "tokens out": f"{total.output_tokens:,}" if total.output_tokens else "",
        "cost": figures.figure(total.cost_usd, "dollars"),
    }
    return [[label, told] for label, told in facts.items() if told]


def _finding(finding: ReportedFinding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "confidence": f"{finding.confidence:.0%}",
        "where": excerpt(visible(finding.where), 200),
        "explanation": excerpt(visible(finding.explanation), LONGEST_EVIDENCE),
        "evidence": excerpt(visible(finding.evidence), LONGEST_EVIDENCE),
        "cost": figures.impact(finding),
        "remedies": [excerpt(visible(remedy), LONGEST_EVIDENCE) for remedy in finding.remedies],
        "spans": finding.span_ids[:MOST_CULPRITS],
        "more_spans": max(0, len(finding.span_ids) - MOST_CULPRITS),
    }


def _judged(one: Evaluation) -> list[str]:
    """Who judged, how, in which words, and the span that says so."""
    about = f"{', '.join(one.about)}: " if one.about else ""
    words = excerpt(visible(f"{about}{one.explanation}"), LONGEST_EVIDENCE)
    return [excerpt(visible(one.name), 100), excerpt(visible(one.verdict), 100), words, one.span_id]


def _claims(critic: Critique | None) -> Iterator[dict[str, Any]]:
    """What a model adds, in the form of findings; their quotes are checked, their judgement is not."""
    if critic is None:
        return
    for claim in critic.claims:
        yield {
            "kind": claim.kind,
            "severity": "info",
            "confidence": f"that of {critic.model}",
            "where": f"said by {critic.model}",
            "explanation": visible(claim.explanation),
            "evidence": visible(claim.quote),
            "cost": "",
            "remedies": [f"{claim.effect} ({claim.metric})"],
            "spans": claim.span_ids,
            "more_spans": 0,
        }


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": [column.title for column in table.columns],
        "rows": [[excerpt(visible(row.place), 200), row.values, row.shown(table.columns)] for row in table.rows],
        "left_out": table.left_out,
    }


def _rows(rows: Rows, most: int) -> Iterator[list[Any]]:
    """Rows as the template's script reads them; a row of its own above each trace where there are several.

    Times are microseconds since the start of the trace.
    """
    drawn = list(rows.tree())
    starts: dict[str, int] = {}
    ends: dict[str, int] = {}
    for _, row in drawn:
        starts[row.trace_id] = min(row.start_ns, starts.get(row.trace_id, row.start_ns))
        ends[row.trace_id] = max(row.end_ns, ends.get(row.trace_id, row.end_ns))
    several, current = len(starts) > 1, ""
    for depth, row in drawn:
        start = starts[row.trace_id]
        if several and row.trace_id != current:
            current = row.trace_id
            length = (ends[current] - start) / 1_000
            yield [current, 0, 0, length, "trace", f"trace {current[:8]}", "", 0, 0, 0, None, {"start": clock(start)}]
        yield _drawn(row, depth + several, start, most)


def _drawn(row: Row, depth: int, start: int, most: int) -> list[Any]:
    texts = {label: excerpt(visible(text), most) for label, text in row.texts.items()}
    return [
        row.span_id,
        depth,
        (row.start_ns - start) / 1_000,
        max(0, row.end_ns - row.start_ns) / 1_000,
        row.kind,
        visible(row.title),
        visible(row.name),
        int(row.failed),
        row.input_tokens,
        row.output_tokens,
        row.cost,
        {"start": clock(row.start_ns), **texts},
    ]


def clock(nanoseconds: int) -> str:
    """A time as ISO 8601, UTC; empty where there is no such date."""
    try:
        return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat(sep=" ", timespec="milliseconds")[:23] + " UTC"
    except (OverflowError, ValueError, OSError):
        return ""

"""A report on the terminal: worst first, short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nodes.feedback_loop.rendering import figures
from nodes.feedback_loop.rendering.escaping import plain
from nodes.feedback_loop.rendering.tables import tables
from systems.records import Severity

if TYPE_CHECKING:
    from nodes.feedback_loop.critic import Critique
    from nodes.feedback_loop.rendering.differences import Compared
    from nodes.feedback_loop.report import Report, ReportedFinding

STYLES: Mapping[Severity, str] = {"critical": "bold red", "error": "red", "warning": "yellow", "info": "cyan"}
MOST_FINDINGS = 10
MOST_FINDINGS_OF_MANY = 3
MOST_PLACES = 5
MOST_SPANS = 3
MOST_JUDGED = 10
NUMBERS = ("calls", "failed", "critical", "p95", "tokens", "cost")


def text(reports: Sequence[Report], compared: Compared | None = None) -> RenderableType:
    """Reports for a person; of several the ones with the worst findings come first."""
    if len(reports) == 1:
        return Group(*_report(reports[0]), *_comparison(compared))
    parts: list[RenderableType] = [_overview(reports)]
    for report in sorted((one for one in reports if one.findings), key=worst_first):
        parts += [Text(), Text(plain(report.file), style="bold"), *_findings(report, MOST_FINDINGS_OF_MANY)]
    return Group(*parts, *_comparison(compared))


def worst_first(report: Report) -> tuple[int, ...]:
    """Sorts reports: more critical findings first, then more errors, warnings, infos."""
    counts = figures.severities(report.findings)
    return tuple(-counts.get(severity, 0) for severity in STYLES)


def _report(report: Report) -> list[RenderableType]:
    parts: list[RenderableType] = [_header(report)]
    if report.dropped:
        parts.append(Text(plain(figures.dropped(report.dropped)), style="yellow"))
    parts += [Text(), _verdict(report), *_findings(report, MOST_FINDINGS)]
    parts += _claims(report.critic)
    parts += _judged(report)
    if places := _places(report):
        parts += [Text(), places]
    return parts


def _header(report: Report) -> Text:
    size = f"{figures.counted(report.spans, 'span')} in {figures.counted(report.traces, 'trace')}"
    told = ", ".join([size, *(figures.cost(report.profile) if report.spans else ())])
    return Text.assemble((plain(report.file), "bold"), ": ", told)


def _verdict(report: Report) -> Text:
    style = "bold" if report.findings else "green" if report.spans else "yellow"
    return Text(figures.verdict(report.findings, report.spans), style=style)


def _findings(report: Report, most: int) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for finding in report.findings[:most]:
        parts += [Text(), _finding(finding)]
    if rest := report.findings[most:]:
        counts = ", ".join(f"{count} {severity}" for severity, count in figures.severities(rest).items())
        parts += [Text(), Text(f"and {len(rest)} more ({counts}): --json and --html FILE have all of them", "dim")]
    return parts


def _finding(finding: ReportedFinding) -> RenderableType:
    style = STYLES[finding.severity]
    head = Text.assemble((f"{finding.severity:<9}", style), (finding.kind, "bold"), " in ", plain(finding.where, 100))
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for label, told in _facts(finding):
        if told:
            facts.add_row(label, Text(told))
    body = Group(Text(plain(finding.explanation)), facts)
    return Group(head, Padding(body, (0, 0, 0, 9)))


def _facts(finding: ReportedFinding) -> tuple[tuple[str, str], ...]:
    spans = " ".join(plain(one, 32) for one in finding.span_ids[:MOST_SPANS])
    more = len(finding.span_ids) - MOST_SPANS
    remedy = plain(finding.remedies[0], 200) if finding.remedies else ""
    return (
        ("evidence", plain(finding.evidence)),
        ("cost", figures.impact(finding)),
        ("spans", f"{spans} and {more} more" if more > 0 else spans),
        ("to do", remedy),
    )


def _claims(critic: Critique | None) -> list[RenderableType]:
    if critic is None or not critic.claims:
        return []
    told = [f"{one.kind} in {' '.join(one.span_ids)}: {one.explanation} ({one.quote!r})" for one in critic.claims]
    cost = f"{critic.input_tokens + critic.output_tokens:,} tokens"
    head = Text(f"{plain(critic.model)} adds (its quotes were checked, its judgement was not; {cost}):", "bold")
    return [Text(), head, *(Text(f"  {plain(line, 500)}") for line in told)]


def _judged(report: Report) -> list[RenderableType]:
    """What people and checkers made of the trace."""
    if not report.evaluations:
        return []
    shown = Table.grid(padding=(0, 2))
    shown.add_column(no_wrap=True)
    shown.add_column(no_wrap=True)
    shown.add_column(overflow="fold")
    for each in report.evaluations[:MOST_JUDGED]:
        about = f"({plain(', '.join(each.about), 100)}) " if each.about else ""
        shown.add_row(plain(each.name, 40), plain(each.verdict, 40), f"{about}{plain(each.explanation)}")
    more = len(report.evaluations) - MOST_JUDGED
    rest = [Text(f"and {more} more: --json has all of them", "dim")] if more > 0 else []
    return [Text(), Text("Judged:", "bold"), Padding(shown, (0, 0, 0, 2)), *rest]


def _places(report: Report) -> RenderableType | None:
    found = [table for table in tables(report.profile, brief=True) if table.title in ("Tools", "Models", "Nodes")]
    shown = _grid("where the time went", *NUMBERS)
    for table in found:
        at = {column.title: number for number, column in enumerate(table.columns)}
        for row in table.rows[:MOST_PLACES]:
            values = dict(zip(at, row.shown(table.columns), strict=True))
            tokens = sum(row.values[at[name]] or 0 for name in ("tokens in", "tokens out") if name in at)
            values["tokens"] = figures.short(tokens) if tokens else ""
            place = Text.assemble((f"{table.title[:-1].lower()} ", "dim"), plain(row.place, 60))
            shown.add_row(place, *(values.get(name, "") for name in NUMBERS))
    return shown if found else None


def _grid(first: str, *columns: str) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    shown.add_column(first, overflow="fold", min_width=24)
    for column in columns:
        shown.add_column(column, justify="right", no_wrap=True)
    return shown


def _comparison(compared: Compared | None) -> list[RenderableType]:
    if compared is None:
        return []
    lines = [Text(plain(line, 400)) for line in compared.comparison.words.splitlines()]
    return [Text(), Text(f"Compared with {plain(compared.against)}", style="bold"), *lines]


def _overview(reports: Sequence[Report]) -> Table:
    shown = _grid("trace", "spans", "time", "tokens", "cost")
    shown.add_column("findings", overflow="fold")
    names = dict(zip((id(one) for one in reports), figures.short_names([one.file for one in reports]), strict=True))
    for report in sorted(reports, key=worst_first):
        total = report.profile.total
        tokens = figures.short(total.input_tokens + total.output_tokens)
        cost = figures.figure(total.cost_usd, "dollars")
        counts = [(f"{count} {word}", STYLES[word]) for word, count in figures.severities(report.findings).items()]
        told = Text(", ").join(Text(*one) for one in counts) if counts else Text("nothing found", style="green")
        time = figures.seconds(report.profile.seconds)
        shown.add_row(Text(plain(names[id(report)])), figures.short(report.spans), time, tokens, cost, told)
    return shown

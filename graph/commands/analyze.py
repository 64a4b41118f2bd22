"""`specloop analyze` and `specloop report`: what went wrong in traces, where, and what it cost.

The result goes to standard output, everything else to standard error. Exit codes: 0; 1 when a finding is as severe as
`--fail-on` says; 2 wrong usage, or something could not be read; 4 the span store is damaged; 130 interrupted.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click

from graph.commands import traces
from graph.commands.moments import Moment
from graph.commands.options import place_options
from graph.commands.pages import check_page, write_page
from graph.commands.reporting import print_json, reported
from graph.commands.there import at_server, said_there
from systems.errors import SpecloopError, UsageError

if TYPE_CHECKING:
    from graph.commands.analyzed import Analyzed, Critic
    from graph.commands.traces import Trace
    from nodes.feedback_loop.rendering import Compared
    from nodes.feedback_loop.report import Report
    from systems.records import Severity

Form = Literal["text", "json", "markdown", "summary"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error", "critical")
"""Those of `systems.records`, which takes too long to import for `specloop --help`."""
UNKNOWN_WIDTH, LOG_WIDTH = 80, 120
"""Columns that rich takes where nobody says how many there are, and those of logs, where names of files stay whole."""
FAILED_ON = 1
INTERRUPTED = 130

_html = click.option("--html", type=click.Path(path_type=Path), help="Also write one self-contained page to this file.")
_fail_on = click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit with 1 if a finding is as severe.")


class Wanted(NamedTuple):
    """What the person asked for.

    Attributes:
        form: of the result on standard output.
        html: where to write the page besides.
        fail_on: least severity that makes the command fail.
        against: traces to compare with.
        no_critic: ask no model.
    """

    form: Form
    html: Path | None
    fail_on: Severity | None = None
    against: str | None = None
    no_critic: bool = True


@click.command()
@click.argument("target", metavar="[FILE|RUN|FOLDER|-]", required=False)
@place_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for a folder one a line.")
@click.option("--markdown", is_flag=True, help="Print Markdown, for files and chats.")
@click.option("--summary", is_flag=True, help="Print a summary for GitHub jobs and pull requests.")
@_html
@_fail_on
@click.option("--no-critic", is_flag=True, help="Do not let a language model look for what rules cannot see.")
@click.option("--against", metavar="FILE|RUN|FOLDER", help="Say what changed since these runs, and how sure that is.")
@click.option("--since", type=Moment(), help="All stored traces that began since then: 7d, 12h, 2026-11-16.")
@click.option("--until", type=Moment(), help="All stored traces that began before then.")
@click.option("--workers", type=click.IntRange(1, 256), default=1, help="Processes that analyze them (default: 1).")
@click.option("--stored", is_flag=True, help="RUN is no file, whatever files there are.")
def analyze(
    target: str | None,
    project: Path | str,
    server: str | None,
    as_json: bool,
    markdown: bool,
    summary: bool,
    since: datetime | None,
    until: datetime | None,
    workers: int,
    stored: bool,
    **wanted: Any,
) -> None:
    """Find out what went wrong in a trace, where, and what it cost.

    FILE is a trace of any OpenTelemetry exporter (JSON, JSON lines or protobuf, also gzipped), - is standard input, RUN
    a run of the project or a trace in its span store. In a FOLDER every trace is analyzed. With --since or --until it
    is every trace in the project's span store that began then, without a model. What a server worked is read there.
    """
    forms: dict[Form, bool] = {"json": as_json, "markdown": markdown, "summary": summary}
    chosen: list[Form] = [form for form, asked in forms.items() if asked]
    if len(chosen) > 1:
        raise click.UsageError("Choose one of --json, --markdown and --summary.")
    asked = Wanted(form=chosen[0] if chosen else "text", **wanted)
    if target is None or not traces.is_here(target):
        said_there()
    project = project if isinstance(project, Path) else Path()
    if since or until:
        if target or asked.html or asked.against or asked.form in ("markdown", "summary"):
            raise click.UsageError(
                "--since and --until go with --workers, --json and --fail-on, and without a FILE or RUN."
            )
        _analyze_stored(project, since, until, workers, asked)
    elif target is None:
        raise click.UsageError("Name a FILE, RUN or FOLDER, or a time with --since.")
    else:
        _analyze(target, project, asked, stored=stored)


@click.command()
@click.argument("run_id", metavar="RUN")
@place_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_html
@at_server
def report(run_id: str, project: Path, as_json: bool, html: Path | None) -> None:
    """Show what RUN cost, where, and what went wrong in it."""
    _analyze(run_id, project, Wanted("json" if as_json else "text", html), stored=True)


def _analyze_stored(
    project: Path, since: datetime | None, until: datetime | None, workers: int, wanted: Wanted
) -> None:
    with reported(wanted.form == "json", project), _interruptible():
        from graph.commands.stored import Window, analyze_stored

        tally = analyze_stored(project, Window(since, until, workers), as_json=wanted.form == "json")
        failing = _failing((severity for severity, _ in tally.found.elements()), wanted.fail_on)
        sys.exit(UsageError.exit_code if tally.unreadable else FAILED_ON if failing else 0)


def _analyze(target: str, project: Path, wanted: Wanted, *, stored: bool = False) -> None:
    with reported(wanted.form == "json", project), _interruptible():
        from graph.commands.analyzed import Analyzed, profiles
        from systems.settings import load_prices

        if wanted.html:
            check_page(wanted.html)
        before = profiles(wanted.against, project, stored=stored) if wanted.against else []
        critic = None if wanted.no_critic else _critic(project)
        done = Analyzed(
            draw=wanted.html is not None,
            compare=wanted.against is not None,
            critic=critic,
            prices=load_prices(project),
        )
        several = not stored and traces.is_folder(target)
        with (traces.stored if stored else traces.traces)(target, project) as each:
            whole = _each(each, done, wanted, several=several)
        compared = done.compared(wanted.against, before) if wanted.against else None
        if done.runs:
            _tell(done.reports, compared, wanted, several=several)
        if wanted.html and done.runs:
            from nodes.feedback_loop.rendering import page

            write_page(wanted.html, page(done.runs, compared))
        found = (finding.severity for report in done.reports for finding in report.findings)
        failing = _failing(found, wanted.fail_on)
        sys.exit(UsageError.exit_code if not whole else FAILED_ON if failing else 0)


def _critic(project: Path) -> Critic:
    from graph.commands.criticism import criticised

    return functools.partial(criticised, project=project)


def _each(found: Iterator[Trace], done: Analyzed, wanted: Wanted, *, several: bool) -> bool:
    """Analyze one trace after the other; of several, one that cannot be read is told and stepped over.

    Returns:
        Whether all could be read.
    """
    whole = True
    for trace in found:
        try:
            report = done.add(trace)
        except SpecloopError as error:
            if not several:
                raise
            whole = False
            _tell_unreadable(trace.name, error, as_json=wanted.form == "json")
        else:
            if wanted.form == "json" and several:
                print_json(report.model_dump(mode="json"))
    return whole


def _tell(reports: Sequence[Report], compared: Compared | None, wanted: Wanted, *, several: bool) -> None:
    from nodes.feedback_loop import rendering

    if wanted.form == "markdown":
        click.echo(rendering.markdown(reports, compared))
    elif wanted.form == "summary":
        click.echo(rendering.summary(reports, compared, page=wanted.html.name if wanted.html else ""))
    elif wanted.form == "text":
        from rich.console import Console

        console = Console(highlight=False)
        if not console.is_terminal and console.width == UNKNOWN_WIDTH:
            console.width = LOG_WIDTH
        console.print(rendering.text(reports, compared))
    elif not several or compared:
        told = {} if several else reports[0].model_dump(mode="json")
        if compared:
            told |= {"against": compared.against, "comparison": compared.comparison.model_dump(mode="json")}
        print_json(told)


def _tell_unreadable(name: str, error: SpecloopError, *, as_json: bool) -> None:
    from nodes.feedback_loop.rendering.escaping import plain

    if as_json:
        told = {"kind": type(error).__name__, "message": error.message, "mend": error.mend}
        print_json({"file": name, "error": told})
    click.echo(f"{type(error).__name__}: {plain(str(error), 1_000)}", err=True)


def _failing(found: Iterable[Severity], fail_on: Severity | None) -> int:
    """How many findings are as severe as `--fail-on`; said on standard error where there are any."""
    if fail_on is None:
        return 0
    bad = SEVERITIES[SEVERITIES.index(fail_on) :]
    count = sum(severity in bad for severity in found)
    if count:
        what = "1 finding is" if count == 1 else f"{count:,} findings are"
        click.echo(f"{what} of severity {' or '.join(bad)} (--fail-on {fail_on}).", err=True)
    return count


@contextmanager
def _interruptible() -> Iterator[None]:
    """Nothing is resumable here, so that an interruption says so, unlike one of a run."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nInterrupted.", err=True)
        sys.exit(INTERRUPTED)

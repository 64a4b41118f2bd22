"""The command line. Results go to standard output, everything else to standard error; `--json` prints one JSON object.

Exit codes: 0 done; 1 unfinished, and it says what is missing; 2 wrong usage; 3 waiting for a person; 4 an outside
system is missing or failed for good; 130 interrupted, resumable. Heavy imports happen inside the commands.
"""

from __future__ import annotations

import functools
import json
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from graph.commands.analyze import analyze, report
from graph.commands.archive import archive
from graph.commands.asking import asked_all, at_terminal
from graph.commands.cases import case
from graph.commands.collect import collect
from graph.commands.feedback import feedback
from graph.commands.history import history
from graph.commands.improve import improve
from graph.commands.ledger import ledger, rollback
from graph.commands.next import next_
from graph.commands.options import fresh_option, json_option, project_option, settings_options
from graph.commands.serve_mcp import serve_mcp
from graph.commands.status import status, stop
from graph.commands.trust import offered, trust

if TYPE_CHECKING:
    from rich.console import Console

    from graph.workspace import Workspace
    from systems.person import Person
    from systems.records import Outcome

T = TypeVar("T")
EXIT_CODES = {"done": 0, "unfinished": 1, "failed": 1, "waiting": 3, "interrupted": 130}
INTERRUPTED = 130


class Program(click.Group):
    """The commands; what is wrong with the options is said as JSON too, where `--json` is among them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remember whether JSON is asked for, whatever else is wrong."""
        ctx.obj = {"json": "--json" in args}
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if ctx.obj["json"]:
                _print_error("UsageError", error.format_message(), f"See `{(error.ctx or ctx).command_path} --help`.")
            raise


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="specloop")
def main() -> None:
    """A goal in, a complete OpenSpec change out, and a system that learns from its own traces."""


main.add_command(analyze)
main.add_command(report)
main.add_command(collect)
main.add_command(ledger)
main.add_command(rollback)
main.add_command(case)
main.add_command(feedback)
main.add_command(improve)
main.add_command(archive)
main.add_command(history)
main.add_command(trust)
main.add_command(serve_mcp)
main.add_command(next_)
main.add_command(status)
main.add_command(stop)


@main.command()
@click.argument("goal")
@click.option("--change", help="Take up this existing change instead of making a new one.")
@project_option
@settings_options
@json_option
def run(goal: str, change: str | None, project: Path, as_json: bool, **settings: Any) -> None:
    """Take GOAL to a complete OpenSpec change."""
    with reported(as_json, project):
        workspace = _workspace(project, settings, can_ask=can_ask(as_json))
        outcome = carried_out(workspace, functools.partial(workspace.run, goal, change=change), as_json)
        if (after := outcome.followed) and after.run_id != outcome.run_id:  # the person was asked by a follow-up
            outcome = workspace.outcome(after.run_id).model_copy(update={"followed": after})
        _finish(outcome, as_json, project)


@main.command()
@click.argument("run_id", metavar="RUN")
@click.option("--answer", help="approve, reject:REASON, JSON, or the answer to a question the run waits for.")
@project_option
@settings_options
@json_option
def resume(run_id: str, answer: str | None, project: Path, as_json: bool, **settings: Any) -> None:
    """Go on with RUN, where it was interrupted, waits or ended unfinished."""
    with reported(as_json, project):
        workspace = _workspace(project, settings)
        if answer is None and workspace.status(run_id)[0].status == "waiting" and can_ask(as_json):
            outcome = talked(workspace.outcome(run_id), workspace, as_json)
        else:
            outcome = watched(workspace, functools.partial(workspace.resume, run_id, answer), as_json)
            outcome = talked(outcome, workspace, as_json)
        _finish(outcome, as_json, project)


@main.command()
@click.argument("question")
@project_option
@click.option("--mcp", type=click.Path(resolve_path=True), help="File with the MCP servers (mcp.json form).")
@click.option("--model", help="auto, embedded, a model's name, or the URL of an OpenAI-compatible server.")
@click.option("--approve", type=click.Choice(["ask", "auto"]), help="Whether you allow calls that change something.")
@fresh_option
@json_option
def ask(question: str, project: Path, as_json: bool, **settings: Any) -> None:
    """Answer one QUESTION about the project from an MCP server.

    On a terminal you are asked before a tool is called that may change something, unless --approve says auto.
    """
    with reported(as_json, project):
        workspace = _workspace(project, settings)
        answer = workspace.ask(question, person=_person(workspace, as_json))
        if as_json:
            _print_json(answer.model_dump(mode="json"))
        else:
            from graph.view import answer_text

            _stdout().print(answer_text(answer))
        sys.exit(0 if answer.answered else 1)


@main.command()
@project_option
@click.option("--mcp", type=click.Path(resolve_path=True), help="File with the MCP servers (mcp.json form).")
@click.option("--model", help="auto, embedded, a model's name, or the URL of an OpenAI-compatible server.")
@json_option
def doctor(project: Path, as_json: bool, **settings: Any) -> None:
    """Check Node, OpenSpec, the model, every MCP server and the stores, and say what mends each."""
    with reported(as_json, project):
        from graph.commands.doctor import checks_table, examine

        checks = examine(project, settings)
        if as_json:
            _print_json({"checks": [check.model_dump(mode="json") for check in checks]})
        else:
            _stdout().print(checks_table(checks))
        sys.exit(0 if all(check.ok for check in checks) else 4)


@main.command()
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Where to put the demo project (default: a new folder)."
)
@click.option("--model", default="embedded", show_default=True, help="Model to use.")
@json_option
def demo(folder: Path | None, model: str, as_json: bool) -> None:
    """Lay out a small repository and run the main job on it."""
    from systems.demo import GOAL, lay_out

    with reported(as_json, None):
        project = lay_out(folder)
    with reported(as_json, project):
        _stderr().print(f"A small todo program with its history is in [bold]{project}[/]. Its goal: [bold]{GOAL}[/]")
        workspace = _workspace(project, {"model": model})
        outcome = watched(workspace, functools.partial(workspace.run, GOAL), as_json)
        _finish(outcome, as_json, project)


@contextmanager
def reported(as_json: bool, project: Path | None) -> Iterator[None]:
    """Errors as a sentence and an exit code, interruptions as how to go on."""
    from systems.errors import SpecloopError

    _heed_stop()
    try:
        yield
    except SpecloopError as error:
        if as_json:
            _print_error(type(error).__name__, error.message, error.mend)
        console = _stderr()
        console.print(f"{type(error).__name__}: ", style="red", end="")
        console.print(error.message, highlight=False, markup=False)
        if error.mend:
            console.print(error.mend, highlight=False, markup=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        where = f" --project {project}" if project else ""
        mend = f"Go on with: {_program()} resume {_newest(project)}{where}"
        if as_json:
            _print_error("Interrupted", "Interrupted; nothing is lost.", mend)
        _stderr().print(f"\nInterrupted; nothing is lost. {mend}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(INTERRUPTED)


def _heed_stop() -> None:
    """Stop on SIGTERM as at Ctrl-C, also where Ctrl-C is ignored: in the background of a script.

    asyncio stops in order only where SIGINT has Python's own handler. There it gets it, and is held back instead.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    interrupt = signal.getsignal(signal.SIGINT)
    (interrupt if callable(interrupt) else signal.default_int_handler)(number, frame)


def _program() -> str:
    """How the person can start this program again: by name where that works, else by its path."""
    return "specloop" if shutil.which("specloop") else sys.argv[0]


def _newest(project: Path | None) -> str:
    from systems.errors import SpecloopError
    from systems.runs import Runs

    store = (project or Path()) / ".specloop" / "specloop.db"
    if not store.exists():
        return "RUN"
    try:
        with closing(Runs(store)) as runs:
            stopped = {run.status: run.run_id for run in reversed(runs.all())}
    except SpecloopError:
        return "RUN"
    return stopped.get("interrupted") or stopped.get("running") or "RUN"


def _workspace(project: Path, settings: dict[str, Any], *, can_ask: bool = False) -> Workspace:
    """The project, after the person was asked about programs it wants to start, where they are asked at all."""
    from systems.repository import check_project
    from systems.settings import load_settings

    folder = check_project(project)
    given = load_settings(folder, settings)
    if can_ask and given.approve == "ask":
        offered(folder, given)
    from graph.workspace import Workspace

    return Workspace(project, **settings)


def carried_out(workspace: Workspace, work: Callable[..., Outcome], as_json: bool) -> Outcome:
    """What a run comes to; on a terminal it is shown, and the person is asked what it waits for."""
    return talked(watched(workspace, work, as_json), workspace, as_json)


def watched(workspace: Workspace, work: Callable[..., T], as_json: bool) -> T:
    """Do something that can be watched, and show what happens on standard error."""
    from graph.view import View

    with View(_stderr(), drafts=not as_json, look=lambda run_id: workspace.status(run_id)[0]) as view:
        return work(watch=view)


def can_ask(as_json: bool) -> bool:
    """Whether a person is there to be asked on a terminal."""
    return not as_json and sys.stdin.isatty() and sys.stderr.isatty()


def _person(workspace: Workspace, as_json: bool) -> Person | None:
    """The person at the terminal, unless they said that they are not to be asked."""
    settings = workspace.settings
    if not can_ask(as_json) or ("approve" in settings.model_fields_set and settings.approve == "auto"):
        return None
    return at_terminal(_stderr(), knows=False)


def talked(outcome: Outcome, workspace: Workspace, as_json: bool) -> Outcome:
    """Ask the person on the terminal what the run waits for, until it waits no more."""
    while outcome.status == "waiting" and can_ask(as_json):
        answers = asked_all(outcome.waiting_for, _stderr())
        outcome = watched(workspace, functools.partial(workspace.resume, outcome.run_id, answers), as_json)
    return outcome


def _finish(outcome: Outcome, as_json: bool, project: Path) -> None:
    if as_json:
        _print_json(outcome.model_dump(mode="json"))
    else:
        from graph.view import outcome_panel

        _stdout().print(outcome_panel(outcome, project=str(project), program=_program()))
    sys.exit(EXIT_CODES[outcome.status])


def _print_error(kind: str, message: str, mend: str) -> None:
    _print_json({"error": {"kind": kind, "message": message, "mend": mend}})


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def _stdout() -> Console:
    from rich.console import Console

    return Console()


def _stderr() -> Console:
    from rich.console import Console

    return Console(stderr=True)

"""What the command line shows: a run as it happens, and what it came to. Everything here goes to standard error."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterable
from contextlib import ExitStack

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from graph.families import tree
from graph.progress import Event, Tone
from graph.pulse import Look, Pulse, spent
from systems.models.streaming import watched
from systems.records import SEVERITIES, Answer, Delivery, Followed, Implementation, Outcome, RunSummary
from systems.stores.line import Queue

STYLES: dict[Tone, str] = {"plain": "", "good": "green", "warning": "yellow", "bad": "red"}
MARKS: dict[Tone, str] = {"plain": "·", "good": "✓", "warning": "!", "bad": "✗"}
WORDS = {"done": "[green]done[/]", "unfinished": "[yellow]unfinished[/]", "waiting": "[yellow]waiting for you[/]"}
MOST_FINDINGS = 6
LAST_WORDS = 48  # characters
BETWEEN_SECONDS = 0.1


class View:
    """Prints the events of a run as they come; pass it as `watch`. On a terminal, drafts show as they are written."""

    def __init__(self, console: Console, *, drafts: bool = True, look: Look | None = None) -> None:
        """Nothing is shown yet.

        Args:
            console: where.
            drafts: whether drafts are shown while they are written.
            look: finds a run by its id, to show what it has spent so far.
        """
        self._console = console
        self._pulse = Pulse(look)
        self._status = console.status(self._pulse)
        self._node, self._shown = "", 0.0
        self._open = ExitStack()
        self._drafts = drafts and console.is_terminal

    def __enter__(self) -> View:
        self._open.enter_context(self._status)
        if self._drafts:
            self._open.enter_context(watched(self.written))
        return self

    def __exit__(self, *exception: object) -> None:
        self._open.close()

    @property
    def run_id(self) -> str:
        """The run that is shown; empty before it has begun."""
        return self._pulse.run_id

    def written(self, text: str) -> None:
        """Show how long a draft is by now, and its last words."""
        now = time.monotonic()
        if now - self._shown >= BETWEEN_SECONDS:
            self._shown = now
            words = shorten(text[-3 * LAST_WORDS :][::-1], LAST_WORDS)[::-1]
            self._pulse.doing = Text.assemble(f"{self._node}: {len(text):,} characters  ", (words, "dim"))

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if event.kind == "begun":
            self._pulse.run_id = event.text
            self._console.print(Text(f"run {event.text}", style="dim"))
        elif event.kind == "started":
            self._node = self._pulse.doing = event.text
        elif event.kind == "step":
            self._console.print(f"\n[bold cyan]{escape(event.text)}[/]  [dim]{escape(event.detail)}[/]")
        else:
            self._console.print(_line(event))


def _line(event: Event) -> RenderableType:
    style = STYLES[event.tone]
    row = Table.grid(padding=(0, 1))
    row.add_column(width=15, style="dim", no_wrap=True)
    row.add_column(width=1)
    row.add_column(overflow="fold")
    text = Text(event.text, style=style if event.kind in ("finding", "revision", "draft") else "")
    if event.detail:
        text.append(f"  {shorten(event.detail, 160)}", style="dim")
    row.add_row(event.node, Text(MARKS[event.tone], style=style), text)
    return row


def shorten(text: str, most: int) -> str:
    """One line of at most so many characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def outcome_panel(outcome: Outcome, *, project: str, program: str, server: str | None = None) -> RenderableType:
    """What was made, where it is, what was found out, and what to do next."""
    parts: list[RenderableType] = []
    if outcome.artifacts:
        parts.append(_artifacts(outcome))
    parts.append(_numbers(outcome))
    if outcome.implementation:
        parts += _section("What it implemented", _branch(outcome.implementation))
    serious = [item for item in outcome.findings if item.severity != "info"]
    parts += _section("What it found out about its own run", (_finding(item) for item in _worst_first(outcome)))
    if not outcome.findings:
        parts.append(Text("\nIt found nothing wrong with its own run.", style="dim"))
    reasons = [reason for revision in outcome.plan_revisions for reason in revision.reasons]
    parts += _section("How it revised its plan", reasons)
    parts += _section("Follow-up changes it opened", (f"{item.change}: {item.finding}" for item in outcome.follow_ups))
    parts += _section("Follow-ups that were run", _followed(outcome.followed) if outcome.followed else ())
    parts += _section("Archived in", (outcome.archived,) if outcome.archived else ())
    parts += _section("Documents it looked at", (f"{item.path}: {item.status}" for item in outcome.documents))
    parts += _section("Delivered", _delivered(outcome.delivered) if outcome.delivered else ())
    parts += _section("Still missing", outcome.missing)
    parts += _section("Waiting for you", (str(item.get("text", "")) for item in outcome.waiting_for))
    parts += _section("Good to know", outcome.notes)
    parts += _section("Next", next_steps(outcome, project, program, server))
    title = f"{outcome.change or 'no change'} - {WORDS.get(outcome.status, outcome.status)}"
    border = "green" if outcome.status == "done" and not serious else "yellow"
    return Panel(Group(*parts), title=title, border_style=border, padding=(1, 2))


def _artifacts(outcome: Outcome) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(overflow="fold")
    for artifact in outcome.artifacts:
        mark = "[green]✓ valid[/]" if artifact.valid else "[yellow]- not valid[/]"
        table.add_row(f"[bold]{artifact.id}[/]", escape(artifact.path), mark)
    return table


def _numbers(outcome: Outcome) -> Text:
    answered, asked = sum(question.answered for question in outcome.questions), len(outcome.questions)
    return Text(
        f"\n{outcome.loops} loops, {outcome.seconds:.1f} s, {outcome.tokens.input:,} tokens in and"
        f" {outcome.tokens.output:,} out with {outcome.model}; {answered} of {asked} questions answered",
        style="dim",
    )


def _branch(done: Implementation) -> Iterable[str]:
    """The branch, what it changes, and what became of each task."""
    if done.stat:
        changed = f"{len(done.stat.files)} files, +{done.stat.insertions} -{done.stat.deletions}"
        yield f"branch {done.branch} ({changed}), in {done.worktree}; check: {done.command}, {done.isolation}"
    if done.before.verdict != "green":
        yield "the check failed already before the first task: only what it names anew was held against a task"
    for result in done.results:
        tokens = f"{result.input_tokens + result.output_tokens:,} tokens"
        how = f"check {result.check.verdict}, {result.tries} tries, {tokens}"
        yield f"{'done' if result.done else 'left open'}: {result.task} ({how})"
        if result.reason:
            yield f"why: {result.reason}"
    if done.conflicts:
        yield f"it cannot be merged as it is; conflicts in {', '.join(done.conflicts)}"
    yield from done.notes


def _delivered(delivery: Delivery) -> Iterable[str]:
    yield f"branch {delivery.branch} of {delivery.url}, commit {delivery.commit[:10]}"
    yield f"text for a pull request: {delivery.title}"
    yield from delivery.body.splitlines()


def _followed(followed: Followed) -> Iterable[str]:
    """What became of each follow-up, those of later generations further in, and why there were no more."""
    for depth, run in tree(followed.runs[::-1]):
        yield f"{'└ ' * depth}{run.change}: {run.status}, {spent(run)} (run {run.run_id})"
    yield followed.ended
    if followed.left:
        yield f"not run: {', '.join(followed.left)}"


def _worst_first(outcome: Outcome) -> list[tuple[str, str]]:
    ranked = sorted(outcome.findings, key=lambda item: -SEVERITIES.index(item.severity))
    return [(item.severity, f"{item.kind} in {item.where}: {item.explanation}") for item in ranked[:MOST_FINDINGS]]


def _finding(item: tuple[str, str]) -> str:
    return f"{item[0]}: {item[1]}"


def _section(title: str, lines: Iterable[str]) -> list[RenderableType]:
    texts = [Text(f"  • {shorten(line, 400)}") for line in lines]
    return [Text(f"\n{title}", style="bold"), *texts] if texts else []


def next_steps(outcome: Outcome, project: str, program: str, server: str | None = None) -> list[str]:
    """What the person can do now, as commands."""
    place = f"--project {project}" + (f" --server {server}" if server else "")
    if outcome.status == "waiting":
        return [f"{program} resume {outcome.run_id} {place}"]
    if outcome.archived:
        return [f"see {project}/openspec/specs for what holds now", f"{program} run 'ANOTHER GOAL' {place}"]
    if outcome.status == "done":
        return [
            *_reading(outcome, project),
            f"{program} status {place}   # this and earlier runs",
            *_following(outcome, place, program),
            f"{program} run 'ANOTHER GOAL' {place}",
        ]
    return [
        *_following(outcome, place, program),
        f"{program} resume {outcome.run_id} {place}   # once what is missing is mended",
    ]


def _reading(outcome: Outcome, project: str) -> list[str]:
    """Where the result is to be read, and how it comes into the person's branch."""
    if outcome.delivered:
        branch = outcome.delivered.branch
        return [f"git fetch origin {branch}, read it, and open a pull request with the text above"]
    plan = f"openspec/changes/{outcome.change}"
    return [
        *_merging(outcome.implementation, plan, project),
        f"read {project}/{plan}, edit what you want said otherwise",
    ]


def _merging(done: Implementation | None, plan: str, project: str) -> list[str]:
    """How the branch comes into the person's; a list that is ticked in both has to be committed first."""
    if done is None:
        return []
    git = f"git -C {project}"
    ticked = done.stat is not None and any(f"{plan}/" in f"/{path}" for path in done.stat.files)
    commit = f"{git} commit -m 'Tick tasks' -- {plan} (its boxes are ticked on both sides), " if ticked else ""
    return [f"{git} diff HEAD...{done.branch}, then {commit}{git} merge {done.branch}"]


def _following(outcome: Outcome, place: str, program: str) -> list[str]:
    if not outcome.follow_ups or outcome.followed or "--server" in place:
        return []
    return [f"{program} resume {outcome.run_id} --follow-ups 3 {place}   # runs the follow-ups in turn"]


def runs_table(runs: Iterable[RunSummary], servers: Iterable[Queue] = ()) -> Table:
    """The runs of a project, each with those of its follow-ups below it, and who waits for a model server."""
    lines = [f"{one.server} works on {one.asked}, {one.waiting} waiting for their turn" for one in servers]
    table = Table(
        box=None, pad_edge=False, header_style="bold", caption=escape("\n".join(lines)), caption_justify="left"
    )
    for column in ("run", "status", "loops", "node", "spent", "change", "goal"):
        table.add_column(column, overflow="fold", no_wrap=column in ("run", "status"))  # what is copied stays whole
    for depth, run in tree(tuple(runs)):
        goal, below = escape(shorten(run.goal, 60)), f"{'  ' * (depth - 1)}└ " if depth else ""
        row = (
            f"{below}{run.run_id}",
            _standing(run),
            str(run.loops),
            run.node or "",
            spent(run),
            run.change or "",
            goal,
        )
        table.add_row(*row)
    return table


def _standing(run: RunSummary) -> str:
    """The status, and which process is at it."""
    if run.status != "running":
        return WORDS.get(run.status, run.status)
    if run.pid is None:  # between two nodes, or in the queue of a server
        return "[cyan]running[/]"
    elsewhere = f" on {escape(str(run.host))}" if run.host not in (None, platform.node()) else ""
    return f"[cyan]running[/], pid {run.pid}{elsewhere}"


def answer_text(answer: Answer) -> RenderableType:
    """An answer with its source, and why it was asked there."""
    route = answer.route
    why = Text(f"{route.decided_by}, margin {route.margin:.2f}: {route.reason}" if route else "", style="dim")
    if not answer.answered:
        return Group(Text(f"No server could answer: {answer.text}", style="yellow"), why)
    source = answer.sources[0]
    origin = f"\n{source.server}.{source.tool}, sha256 {source.content_hash[:12]}, span {source.span_id}"
    return Group(Text(answer.text), Text(origin, style="dim"), why)

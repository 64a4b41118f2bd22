"""What to do next in a project, from its runs and its changes; no model is asked.

In this order: a person is waited for, by a run or a policy; a run stopped on the way; changes, the one nearest to its
end first; a run is at work; what went wrong last; nothing is open.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence

from pydantic import Field

from systems.openspec.documents import TASKS
from systems.openspec.standing import Standing
from systems.records import SEVERITIES, Outcome, Record, RunSummary

STOPPED = ("interrupted", "failed", "unfinished")
MOST_CHARACTERS = 160


class Advice(Record):
    """The next thing to do."""

    do: str = Field(description="What, in a few words")
    why: str = Field(description="Why that, and why now")
    command: str = Field(description="How: a command, or the file to work on")
    change: str | None = Field(None, description="OpenSpec change it is about")
    run_id: str | None = Field(None, description="Run it is about")

    @property
    def line(self) -> str:
        """All of it in one line."""
        return f"{self.do}, because {self.why}: {self.command}"


def advice(
    runs: Sequence[RunSummary],
    changes: Sequence[Standing],
    outcome: Callable[[str], Outcome | None],
    place: str,
    policies: Sequence[str] = (),
) -> Advice:
    """The next thing to do.

    Args:
        runs: of the project, newest first.
        changes: the active ones.
        outcome: what a run came to.
        place: options by which a command names the project; empty where the person stands in it.
        policies: verdicts, by their ids, whose policies wait for a person.
    """
    latest = _latest(runs)
    busy = {run.change for run in runs if run.status == "running"}
    free = [standing for standing in changes if standing.change not in busy]
    return (
        _waiting(runs, place)
        or _proven(policies, place)
        or _stopped(runs, latest, {standing.change: standing for standing in free}, outcome, place)
        or next((_change(each, latest, place) for each in sorted(free, key=_distance)), None)
        or _running(runs, place)
        or _went_wrong(runs, outcome, place)
        or Advice(
            do="Start a change",
            why="no change is open" if runs else "specloop was not run here yet",
            command=f'specloop run "GOAL"{place}',
        )
    )


def _latest(runs: Sequence[RunSummary]) -> Mapping[str, RunSummary]:
    """The newest run of each change."""
    return {run.change: run for run in reversed(runs) if run.change}


def _waiting(runs: Sequence[RunSummary], place: str) -> Advice | None:
    waiting = [run for run in runs if run.status == "waiting"]
    if not waiting:
        return None
    run = waiting[0]
    more = f" and {len(run.waiting_for) - 1} more" if len(run.waiting_for) > 1 else ""
    asked = _short(run.waiting_for[0]) if run.waiting_for else "an answer"
    return Advice(
        do=f"Answer run {run.run_id}",
        why=f"it waits for you ({asked}{more})",
        command=f"specloop resume {run.run_id}{place}",
        change=run.change,
        run_id=run.run_id,
    )


def _proven(policies: Sequence[str], place: str) -> Advice | None:
    if not policies:
        return None
    name = policies[0][:12]
    return Advice(
        do="Decide about a policy",
        why=f"it has won its trial and waits for your word (specloop ledger show {name}{place})",
        command=f"specloop ledger apply {name}{place}, or specloop ledger decline {name}{place}",
    )


def _stopped(
    runs: Sequence[RunSummary],
    latest: Mapping[str, RunSummary],
    changes: Mapping[str, Standing],
    outcome: Callable[[str], Outcome | None],
    place: str,
) -> Advice | None:
    """A run to be resumed: the newest of a change that it left undone, or the newest of all without a change."""
    left = [run for change, run in latest.items() if change in changes and _leaves(run, changes[change])]
    begun = [run for run in runs[:1] if run.change is None]
    stopped = [run for run in runs if run.status in STOPPED and run in (*left, *begun)]
    if not stopped:
        return None
    run = stopped[0]
    if run.status == "interrupted":
        why = f"it was interrupted at {run.node}" if run.node else "it was interrupted before it began"
    elif run.status == "failed":
        why = "what it needs was missing or failed (specloop doctor says what)"
    else:
        found = outcome(run.run_id)
        why = f"it ended unfinished ({_short(found.missing[0])})" if found and found.missing else "it ended unfinished"
    return Advice(
        do=f"Resume run {run.run_id}",
        why=why,
        command=f"specloop resume {run.run_id}{place}",
        change=run.change,
        run_id=run.run_id,
    )


def _leaves(run: RunSummary, change: Standing) -> bool:
    """Whether there is something left for a stopped run; one that came to its end leaves open tasks to the person."""
    planned = not change.problem and not change.undone and change.valid
    return not planned or (run.status != "unfinished" and change.complete < change.total)


def _distance(change: Standing) -> tuple[int, int, str]:
    """How far a change is from its end: archive, tasks begun, documents to mend, tasks, documents to draft."""
    left = change.total - change.complete
    if change.problem:
        rank = 2
    elif change.undone:
        rank = 4 if len(change.undone) < len(change.artifacts) else 5
    elif not change.valid or _without_tasks(change):
        rank = 2
    elif left:
        rank = 1 if change.complete else 3
    else:
        rank = 0
    return rank, left, change.change


def _without_tasks(change: Standing) -> bool:
    """Whether the task list has no check box; a schema of the user's own may have no task list."""
    return not change.total and any(each.id == TASKS and each.status == "done" for each in change.artifacts)


def _change(change: Standing, latest: Mapping[str, RunSummary], place: str) -> Advice:
    name, folder = change.change, f"openspec/changes/{change.change}"
    goal = shlex.quote(latest[name].goal if name in latest else f"Complete {name}")
    run = f"specloop run {goal} --change {name}{place}"
    if change.problem:
        do, why, command = f"Mend {name}", f"OpenSpec cannot read it ({_short(change.problem)})", folder
    elif change.undone:
        missing = ", ".join(each.id for each in change.undone)
        do, why = f"Go on planning {name}", f"{missing} {'is' if len(change.undone) == 1 else 'are'} not written yet"
        command = run
    elif not change.valid:
        issue = _short(change.issues[0]) if change.issues else "it does not say why"
        do, why, command = f"Mend {name}", f"OpenSpec does not accept it ({issue})", folder
    elif _without_tasks(change):
        do, why, command = f"Give {name} tasks", "its task list has no check boxes", f"{folder}/tasks.md"
    elif change.complete < change.total:
        task = _short(change.first_open_task) or "the next one"
        why = f"{change.complete} of {change.total} tasks are done, and the next is: {task}"
        do, command = f"Implement {name}", f"{folder}/tasks.md, or with a model that calls tools {run}"
    else:
        done = f"all {change.total} tasks are done and " if change.total else ""
        do, why = f"Archive {name}", f"{done}OpenSpec accepts it"
        command = f"specloop archive {name}{place}"
    return Advice(do=do, why=why, command=command, change=name)


def _running(runs: Sequence[RunSummary], place: str) -> Advice | None:
    run = next((run for run in runs if run.status == "running"), None)
    if run is None:
        return None
    return Advice(
        do=f"Wait for run {run.run_id}",
        why=f"it is at work{f' ({run.node})' if run.node else ''} and nothing else is open",
        command=f"specloop status --watch{place}",
        change=run.change,
        run_id=run.run_id,
    )


def _went_wrong(runs: Sequence[RunSummary], outcome: Callable[[str], Outcome | None], place: str) -> Advice | None:
    """The findings of the newest run, where they are serious."""
    found = outcome(runs[0].run_id) if runs else None
    serious = [each for each in found.findings if each.severity in SEVERITIES[1:]] if found else []
    if found is None or not serious:
        return None
    count = "1 serious finding" if len(serious) == 1 else f"{len(serious)} serious findings"
    return Advice(
        do=f"See what went wrong in run {found.run_id}",
        why=f"no change is open and it has {count} ({serious[0].kind} in {serious[0].where})",
        command=f"specloop report {found.run_id}{place}",
        run_id=found.run_id,
    )


def _short(text: str) -> str:
    """One line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_CHARACTERS else f"{line[: MOST_CHARACTERS - 3].rstrip()}..."

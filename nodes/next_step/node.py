"""next_step: asks OpenSpec what is ready and picks one step, or ends the run and says why."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Literal, TypedDict

from langgraph.config import get_stream_writer
from langgraph.types import Command

from nodes.next_step.redrafting import again
from nodes.next_step.tasks import Next, next_task
from systems.connections import Run, Systems
from systems.documents import read_file
from systems.errors import Busy, Rejected, UsageError
from systems.feedback import Redraft
from systems.openspec import ArtifactStatus, ChangeStatus, archived_as, capabilities, says_nothing
from systems.records import Hash, Implementation, PlanRevision, Step

MOST_GOAL_CHARACTERS = 4_000
SLUG_WORDS = 6
FILLER = frozenset({"a", "an", "the", "to", "of", "in", "on", "for", "and", "that", "so", "it", "is", "with", "please"})
CREATE_ATTEMPTS = 5


class Reads(TypedDict, total=False):
    """Keys next_step reads."""

    goal: str
    change: str | None
    archived: bool
    loop: int
    revision_ref: Hash | None
    history_ref: Hash | None
    redraft_ref: Hash | None
    implementation_ref: Hash | None
    check: str | None
    input_tokens: int
    output_tokens: int
    seconds: float


class Writes(TypedDict, total=False):
    """Keys next_step writes."""

    change: str
    loop: int
    step: dict[str, Any] | None
    route_refs: list[Hash]
    answer_refs: None
    draft_ref: None
    update_refs: list[Hash]
    redraft_ref: Hash | None
    missing: list[str]
    check: str | None
    notes: list[str]


async def next_step(state: Reads, run: Run) -> Command[Literal["question_routing", "execution", "workflow_end"]]:
    """Pick the step of the next loop."""
    goal = checked_goal(state.get("goal") or "")
    run.systems.begun(run.id, goal)
    if reference := state.get("redraft_ref"):
        return await _again(run.systems.documents.get_record(reference, Redraft), state, run)
    if state.get("archived"):
        _check_archived(state.get("change") or "", run)
        return Command(goto="workflow_end", update=Writes(step=None, missing=[], notes=[]))
    change = await take_up(goal, state.get("change"), run, loop=state.get("loop", 0))
    revision = run.systems.revision(state.get("revision_ref"))
    status = await run.systems.openspec.status(change)
    step, missing = await choose(status, revision, run.systems, loop=state.get("loop", 0) + 1)
    tasks = Next() if step or missing else await _tasks(change, revision, state, run)
    step = step or tasks.step
    spent = overspent(state, run) if step else ()
    if step is None or spent:
        unfinished = [*spent, *_undone(status)] if spent else [*missing, *tasks.missing]
        ended = Writes(change=change, step=None, missing=unfinished, notes=list(tasks.notes))
        return Command(goto="workflow_end", update=ended)
    run.systems.runs.update(run.id, change=change, loops=step.loop)
    fresh = _begun(step)
    if tasks.check:
        fresh["check"] = tasks.check
    return Command(goto="execution" if step.kind == "implement" else "question_routing", update=fresh)


async def _again(
    redraft: Redraft, state: Reads, run: Run
) -> Command[Literal["question_routing", "execution", "workflow_end"]]:
    """Draft again what feedback is about, from the answers it was drafted from; then end."""
    systems, loop = run.systems, state.get("loop", 0) + 1
    change = state.get("change") or systems.runs.change(run.id) or ""
    await _claim(change, run)
    found = await again(redraft, change, run, loop=loop)
    writes = Writes(change=change, redraft_ref=systems.documents.put_record(found.redraft))
    if found.step is None:
        revision = systems.revision(state.get("revision_ref"))
        missing = [] if found.redraft.finished else await _still_missing(change, revision, run)
        ended = Writes(step=None, missing=missing, notes=[each.line for each in found.redraft.done])
        return Command(goto="workflow_end", update={**writes, **ended})
    systems.runs.update(run.id, loops=loop)
    answers = systems.documents.answers_for(found.step.artifact, state.get("history_ref"))
    return Command(goto="execution" if answers else "question_routing", update={**writes, **_begun(found.step)})


async def _still_missing(change: str, revision: PlanRevision, run: Run) -> list[str]:
    """What the change lacks, which a run that goes on for feedback leaves to `resume`."""
    status = await run.systems.openspec.status(change)
    step, missing = await choose(status, revision, run.systems, loop=0)
    return list(missing) if step is None else _undone(status) or [f"{step.artifact}: {step.reason}"]


def _check_archived(change: str, run: Run) -> None:
    if archived_as(run.systems.project, change) is None:
        raise UsageError(f"No change {change} is archived.", mend=f"Archive it: specloop archive {change}.")


def _begun(step: Step) -> Writes:
    """The state at the beginning of a loop."""
    fresh = Writes(change=step.change, loop=step.loop, step=step.model_dump(), missing=[], notes=[])
    return {**fresh, "route_refs": [], "answer_refs": None, "draft_ref": None, "update_refs": []}


async def _tasks(change: str, revision: PlanRevision, state: Reads, run: Run) -> Next:
    reference = state.get("implementation_ref")
    so_far = run.systems.documents.get_record(reference, Implementation) if reference else None
    return await next_task(change, revision, so_far, state.get("check"), run, loop=state.get("loop", 0) + 1)


def checked_goal(goal: str) -> str:
    """The goal as sound text without surrounding space.

    Raises:
        UsageError: it is empty or longer than a goal should be.
    """
    goal = goal.encode("utf-8", "replace").decode().strip()
    if not goal:
        raise UsageError("The goal is empty.", mend='Say what is to change, e.g. specloop run "Add a --json flag".')
    if len(goal) > MOST_GOAL_CHARACTERS:
        raise UsageError(
            f"The goal has {len(goal):,} characters; at most {MOST_GOAL_CHARACTERS:,} are taken.",
            mend="Say it in a paragraph, put the rest into a file of the repository, and name that file.",
        )
    return goal


async def take_up(goal: str, change: str | None, run: Run, *, loop: int) -> str:
    """The change this run works on, created the first time; nobody else works on it meanwhile."""
    openspec, runs = run.systems.openspec, run.systems.runs
    wanted = change or runs.change(run.id)
    if not (wanted and loop):
        await openspec.prepare()
        known = await openspec.changes()
        if change and change not in known:
            listing = ", ".join(known) or "none"
            raise UsageError(f"There is no change {change!r} in this project.", mend=f"Active changes: {listing}.")
        if wanted not in known:
            wanted = await _created(slug(goal), goal, run)
    await _claim(wanted, run)
    return wanted


async def _created(name: str, goal: str, run: Run) -> str:
    for _ in range(CREATE_ATTEMPTS):
        free = free_name(name, await run.systems.openspec.changes())
        run.systems.runs.update(run.id, change=free)
        try:
            await run.systems.openspec.new_change(free, goal.splitlines()[0][:200])
        except Rejected:
            if free not in await run.systems.openspec.changes():
                raise
        else:
            return free
    raise Busy(f"Other runs keep creating changes named {name}.", mend="Run again when they are done.")


async def _claim(change: str, run: Run) -> None:
    say = get_stream_writer()
    await run.systems.claims.take(
        change,
        run_id=run.id,
        seconds=run.options.max_seconds,
        waiting=lambda: say({"waiting": f"another run is working on change {change}; waiting until it is done"}),
    )


def slug(goal: str) -> str:
    """A kebab-case change id from a goal: its first words, or a hash where it has no ASCII letters."""
    folded = "".join(mark for mark in unicodedata.normalize("NFKD", goal.lower()) if not unicodedata.combining(mark))
    words = [word for word in re.findall(r"[a-z0-9]+", folded) if word not in FILLER][:SLUG_WORDS]
    name = "-".join(words)[:60].strip("-")
    if not name or not name[0].isalpha():
        name = f"change-{name or hashlib.sha256(goal.encode()).hexdigest()[:8]}"
    return name


def free_name(name: str, taken: Sequence[str]) -> str:
    """The name, numbered when it is taken."""
    number = 2
    free = name
    while free in taken:
        free = f"{name}-{number}"
        number += 1
    return free


async def choose(
    status: ChangeStatus, revision: PlanRevision, systems: Systems, *, loop: int
) -> tuple[Step | None, tuple[str, ...]]:
    """The step to take, or None with what is missing (nothing, when the change is complete and valid)."""
    for artifact, reason in _drafted_next(status):
        if artifact.id not in revision.give_up:
            return _step(artifact, status, loop, reason), ()
    lacking = _lacking(status, revision)
    if lacking:
        return None, lacking
    validation = await systems.openspec.validate(status.change)
    if validation.valid:
        return None, ()
    specs = _artifact(status, "specs")
    if specs and _ours(specs, systems) and specs.id not in revision.give_up:
        step = _step(specs, status, loop, "OpenSpec does not accept what was drafted")
        return step.model_copy(update={"asked": validation.issues}), ()
    return None, tuple(f"OpenSpec does not accept the change: {issue}" for issue in validation.issues)


def _drafted_next(status: ChangeStatus) -> Iterator[tuple[ArtifactStatus, str]]:
    """The artifacts that can be drafted now, in OpenSpec's order, each with the reason."""
    for artifact in status.artifacts:
        if artifact.status == "ready":
            yield artifact, "OpenSpec says it is ready"
        elif artifact.id == "specs" and artifact.status == "done" and _unspecified(status):
            yield artifact, f"{_unspecified(status)[0]} of the proposal has no spec yet"


def _artifact(status: ChangeStatus, name: str) -> ArtifactStatus | None:
    return next((artifact for artifact in status.artifacts if artifact.id == name), None)


def _ours(artifact: ArtifactStatus, systems: Systems) -> bool:
    """Whether every file of an artifact is as specloop wrote it; a person's words are never drafted over."""
    return bool(artifact.existing) and all(systems.wrote(path) for path in artifact.existing)


def _unspecified(status: ChangeStatus) -> tuple[str, ...]:
    """Capabilities of the proposal without a spec; one spec file is enough for OpenSpec to call the specs done."""
    listed = capabilities(read_file(status.root / "proposal.md") or "")
    return tuple(name for name in listed if says_nothing(read_file(status.root / "specs" / name / "spec.md") or ""))


def _step(artifact: ArtifactStatus, status: ChangeStatus, loop: int, reason: str) -> Step:
    return Step(kind="draft", artifact=artifact.id, change=status.change, loop=loop, reason=reason)


def _undone(status: ChangeStatus) -> list[str]:
    return [
        f"{artifact.id}: not written yet" for artifact in status.artifacts if artifact.status in ("ready", "blocked")
    ]


def _lacking(status: ChangeStatus, revision: PlanRevision) -> tuple[str, ...]:
    """What stands between the change and its completion, in words."""
    lacking = []
    for artifact in status.artifacts:
        open_ = artifact.status in ("ready", "blocked")
        if open_ and artifact.id in revision.give_up:
            lacking.append(f"{artifact.id}: given up after repeated attempts")
        elif open_:
            lacking.append(f"{artifact.id}: waits for {', '.join(artifact.requires) or 'OpenSpec'}")
        elif artifact.id == "specs" and artifact.status == "done":
            lacking += [f"specs: {name} of the proposal has none" for name in _unspecified(status)]
    return tuple(lacking)


def overspent(state: Reads, run: Run) -> tuple[str, ...]:
    """The budgets that are used up, in words."""
    options = run.options
    tokens = state.get("input_tokens", 0) + state.get("output_tokens", 0)
    used = (
        ("loops", state.get("loop", 0), options.max_loops),
        ("seconds", state.get("seconds", 0.0), options.max_seconds),
        ("tokens", tokens, options.max_tokens),
    )
    return tuple(f"budget of {limit:g} {name} used up ({spent:g})" for name, spent, limit in used if spent >= limit)

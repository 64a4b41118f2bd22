"""workflow_end: archives what is done and allowed, opens follow-ups, sums the run up, and says what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal, TypedDict

from langgraph.types import Command

from nodes.workflow_end.archiving import Filed, filed
from nodes.workflow_end.documentation import documentation
from nodes.workflow_end.follow_ups import open_follow_ups, open_for_feedback
from systems.connections import Run, Systems
from systems.feedback import Redraft
from systems.openspec import ArtifactStatus
from systems.project.worktrees import Worktree
from systems.records import (
    Answer,
    Artifact,
    AskedQuestion,
    Hash,
    Implementation,
    LoopRecord,
    Outcome,
    PlanRevision,
    Tokens,
)
from systems.telemetry import trace_id


class Reads(TypedDict, total=False):
    """Keys workflow_end reads."""

    change: str | None
    loop: int
    history_ref: Hash | None
    redraft_ref: Hash | None
    input_tokens: int
    output_tokens: int
    seconds: float
    missing: list[str]
    notes: list[str]
    implementation_ref: Hash | None
    allowed: list[str]


class Writes(TypedDict, total=False):
    """Keys workflow_end writes."""

    draft_ref: Hash | None
    outcome_ref: Hash | None
    allowed: list[str]


async def workflow_end(state: Reads, run: Run) -> Command[Literal["documentation", "__end__"]]:
    """Report what the run came to; the report is kept and its hash is the run's outcome."""
    systems = run.systems
    loops = systems.history(state.get("history_ref"))
    change = state.get("change")
    missing = tuple(state.get("missing", []))
    artifacts = await _artifacts(change, systems) if change else ()
    worked = await _branch(state.get("implementation_ref"), change, systems)
    redraft = _redraft(state.get("redraft_ref"), systems)
    allowed = state.get("allowed") or ()
    archived = await filed(change, worked, run, allowed, offer=redraft is None) if change and not missing else Filed()
    before = systems.runs.get(run.id).tokens
    edits = await documentation(archived.path, run) if archived.path and redraft is None else None
    tokens, seconds = _tokens(state, before, systems.runs.get(run.id).tokens), round(state.get("seconds", 0.0), 3)
    follow_ups = await open_follow_ups(loops, change, tokens, seconds, run)
    outcome = Outcome(
        run_id=run.id,
        change=change,
        status="unfinished" if missing else "done",
        loops=state.get("loop", 0),
        artifacts=artifacts,
        archived=archived.path,
        questions=tuple(_asked(answer) for loop in loops for answer in loop.answers),
        findings=tuple(finding for loop in loops for finding in loop.findings),
        plan_revisions=_revisions(loops),
        follow_ups=(*follow_ups, *(await open_for_feedback(redraft, change, run) if redraft else ())),
        tokens=tokens,
        seconds=seconds,
        trace_id=trace_id(run.id),
        missing=missing,
        notes=(*archived.notes, *(edits.notes if edits else ()), *state.get("notes", []), *_notes(loops, systems)),
        implementation=worked,
        model=systems.model.choice.name,
    )
    kept = Writes(allowed=list(archived.allowed))
    if edits and edits.files:
        kept |= {"draft_ref": systems.documents.put_record(edits), "outcome_ref": systems.documents.put_record(outcome)}
        return Command(goto="documentation", update=kept)
    return Command(goto="__end__", update={**kept, "outcome_ref": systems.ended(outcome)})


def _tokens(state: Reads, before: Tokens, now: Tokens) -> Tokens:
    """What the loops took, and what was spent since on documents."""
    return Tokens(
        input=state.get("input_tokens", 0) + now.input - before.input,
        output=state.get("output_tokens", 0) + now.output - before.output,
    )


def _redraft(reference: Hash | None, systems: Systems) -> Redraft | None:
    return systems.documents.get_record(reference, Redraft) if reference else None


async def _branch(reference: Hash | None, change: str | None, systems: Systems) -> Implementation | None:
    """The branch with what it changes by now, where tasks were worked."""
    if reference is None or change is None:
        return None
    worktree = Worktree(systems.project, change)
    summed = {"stat": await worktree.stat(), "conflicts": await worktree.conflicts()}
    return systems.documents.get_record(reference, Implementation).model_copy(update=summed)


async def _artifacts(change: str, systems: Systems) -> tuple[Artifact, ...]:
    """Where the artifacts are and whether OpenSpec accepts them; nothing of a change that is archived already."""
    if change not in await systems.openspec.changes():
        return ()
    status, validation = await asyncio.gather(systems.openspec.status(change), systems.openspec.validate(change))
    return tuple(
        Artifact(
            id=artifact.id,
            path=_place(artifact, systems)
            or (status.root / artifact.output_path).relative_to(systems.project).as_posix(),
            valid=artifact.status == "done" and validation.valid,
        )
        for artifact in status.artifacts
    )


def _place(artifact: ArtifactStatus, systems: Systems) -> str | None:
    first = next(iter(artifact.existing), None)
    return first.relative_to(systems.project).as_posix() if first else None


def _asked(answer: Answer) -> AskedQuestion:
    return AskedQuestion(
        text=answer.question,
        server=answer.server,
        tool=answer.tool,
        answered=answer.answered,
        sources=answer.sources,
    )


def _revisions(loops: Sequence[LoopRecord]) -> tuple[PlanRevision, ...]:
    return tuple(dict.fromkeys(loop.revision for loop in loops if loop.revision.number))


def _notes(loops: Sequence[LoopRecord], systems: Systems) -> tuple[str, ...]:
    kept = [
        f"{update.path}: a person's text stands there and was kept{''.join(f'; {issue}' for issue in update.issues)}"
        for loop in loops
        for update in loop.updates
        if update.status == "kept_theirs"
    ]
    unfollowed = [note for loop in loops if loop.draft for note in loop.draft.notes]
    left_out = [f"MCP server {name} was left out: {why}" for name, why in sorted(systems.servers.unavailable.items())]
    embedded = ["the embedded model's prose is a stand-in; use LM Studio for text that you want to keep"]
    stand_in = embedded if systems.model.choice.embedded else []
    return (*dict.fromkeys([*kept, *unfollowed]), *left_out, *systems.telemetry.problems, *stand_in)

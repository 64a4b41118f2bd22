"""workflow_end: opens follow-up changes, sums the run up, and says what is missing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import TypedDict

from systems.connections import Run, Systems
from systems.documents import write_file
from systems.errors import Rejected
from systems.openspec import ArtifactStatus
from systems.records import (
    Answer,
    Artifact,
    AskedQuestion,
    Finding,
    FollowUp,
    Hash,
    Implementation,
    LoopRecord,
    Outcome,
    PlanRevision,
    Tokens,
    content_hash,
)
from systems.telemetry import trace_id
from systems.worktrees import Worktree


class Reads(TypedDict, total=False):
    """Keys workflow_end reads."""

    change: str | None
    loop: int
    history_ref: Hash | None
    input_tokens: int
    output_tokens: int
    seconds: float
    missing: list[str]
    notes: list[str]
    implementation_ref: Hash | None


class Writes(TypedDict, total=False):
    """Keys workflow_end writes."""

    outcome_ref: Hash | None


async def workflow_end(state: Reads, run: Run) -> Writes:
    """Report what the run came to; the report is kept and its hash is the run's outcome."""
    systems = run.systems
    loops = systems.history(state.get("history_ref"))
    change = state.get("change")
    missing = tuple(state.get("missing", []))
    outcome = Outcome(
        run_id=run.id,
        change=change,
        status="unfinished" if missing else "done",
        loops=state.get("loop", 0),
        artifacts=await _artifacts(change, systems) if change else (),
        questions=tuple(_asked(answer) for loop in loops for answer in loop.answers),
        findings=tuple(finding for loop in loops for finding in loop.findings),
        plan_revisions=_revisions(loops),
        follow_ups=await open_follow_ups(loops, change, run),
        tokens=Tokens(input=state.get("input_tokens", 0), output=state.get("output_tokens", 0)),
        seconds=round(state.get("seconds", 0.0), 3),
        trace_id=trace_id(run.id),
        missing=missing,
        notes=(*state.get("notes", []), *_notes(loops, systems)),
        implementation=await _branch(state.get("implementation_ref"), change, systems),
        model=systems.model.choice.name,
    )
    reference = systems.documents.put_record(outcome)
    systems.runs.update(run.id, status=outcome.status, outcome=reference, loops=outcome.loops)
    systems.release(run.id)
    return Writes(outcome_ref=reference)


async def _branch(reference: Hash | None, change: str | None, systems: Systems) -> Implementation | None:
    """The branch with what it changes by now, where tasks were worked."""
    if reference is None or change is None:
        return None
    worktree = Worktree(systems.project, change)
    summed = {"stat": await worktree.stat(), "conflicts": await worktree.conflicts()}
    return systems.documents.get_record(reference, Implementation).model_copy(update=summed)


async def _artifacts(change: str, systems: Systems) -> tuple[Artifact, ...]:
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
        f"{update.path}: a person's text stands there and was kept"
        for loop in loops
        for update in loop.updates
        if update.status == "kept_theirs"
    ]
    unfollowed = [note for loop in loops if loop.draft for note in loop.draft.notes]
    left_out = [f"MCP server {name} was left out: {why}" for name, why in sorted(systems.servers.unavailable.items())]
    embedded = ["the embedded model's prose is a stand-in; use LM Studio for text that you want to keep"]
    stand_in = embedded if systems.model.choice.embedded else []
    return (*dict.fromkeys([*kept, *unfollowed]), *left_out, *systems.telemetry.problems, *stand_in)


async def open_follow_ups(loops: Sequence[LoopRecord], change: str | None, run: Run) -> tuple[FollowUp, ...]:
    """A change for each finding that no revision mended, with its evidence; never one that is open already."""
    wanted = {
        improvement.finding for loop in loops for improvement in loop.improvements if improvement.change == "follow_up"
    }
    findings = {finding.hash: finding for loop in loops for finding in loop.findings if finding.hash in wanted}
    by_name = {follow_up_name(finding): finding for finding in findings.values()}
    opened = []
    for name, finding in list(by_name.items())[: run.systems.policy.loop.follow_ups]:
        follow_up = await _opened(name, finding, change, run)
        if follow_up:
            opened.append(follow_up)
    return tuple(opened)


async def _opened(name: str, finding: Finding, change: str | None, run: Run) -> FollowUp | None:
    systems = run.systems
    proposal = systems.project / "openspec" / "changes" / name / "proposal.md"
    path = proposal.relative_to(systems.project).as_posix()
    text = follow_up_proposal(finding, change, run.id)
    ours = systems.documents.last_write(path) == (content_hash(text), None)
    if not ours:
        if name in await systems.openspec.changes():
            return None
        systems.documents.note_write(path, after=systems.documents.put(text), before=None, run_id=run.id)
    if not proposal.parent.exists():
        try:
            await systems.openspec.new_change(name, f"Mend {finding.kind} in {finding.where}")
        except Rejected:
            return None
    write_file(proposal, text)
    return FollowUp(change=name, finding=f"{finding.kind} in {finding.where}", path=path)


def follow_up_name(finding: Finding) -> str:
    """The change id of a finding: the same finding always has the same."""
    words = re.findall(r"[a-z0-9]+", f"{finding.kind} {finding.where}".lower())
    return "-".join(["mend", *words])[:60].strip("-")


def follow_up_proposal(finding: Finding, change: str | None, run_id: str) -> str:
    """proposal.md of a follow-up, with the evidence that asked for it."""
    impact = ", ".join(f"{value:g} {unit}" for unit, value in finding.impact.items()) or "not measured"
    spans = ", ".join(finding.span_ids)
    return (
        f"# Proposal\n\n## Why\n\nRun {run_id} of change {change} met {finding.kind} in {finding.where}, and no"
        f" revision of its plan mended it. {finding.explanation}\n\n## What Changes\n\n- Find and remove the cause of"
        f" {finding.kind} in {finding.where}\n\n## Evidence\n\n- Severity: {finding.severity}, confidence"
        f" {finding.confidence:.2f}\n- Impact: {impact}\n- Seen: {finding.evidence}\n- Spans: {spans} (trace"
        f" {trace_id(run_id)})\n\n## Impact\n\n- {finding.where}\n"
    )

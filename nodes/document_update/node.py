"""document_update: writes a draft atomically, validates it with OpenSpec, and keeps it or puts the old text back.

What a person wrote or changes meanwhile always wins. Before a file is written the store knows what stood there and
what is to come, so that a run killed at any moment neither loses a document nor writes one twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

from langgraph.types import interrupt
from opentelemetry.trace import Status, StatusCode
from pydantic import BaseModel, Field

from nodes.document_update.writing import FileWrite
from systems import names
from systems.connections import Run
from systems.documents import PERSON, read_file, write_file
from systems.feedback import Redraft
from systems.openspec import ChangeStatus, ticked
from systems.records import DocumentUpdate, Draft, Hash, Implementation, Step


class Reads(TypedDict, total=False):
    """Keys document_update reads."""

    step: dict[str, Any] | None
    draft_ref: Hash | None
    implementation_ref: Hash | None
    redraft_ref: Hash | None


class Writes(TypedDict, total=False):
    """Keys document_update writes."""

    update_refs: list[Hash]


class Approval(BaseModel):
    """What a person decides about a draft."""

    decision: Literal["approve", "edit", "reject"] = Field(description="approve, edit (give the text) or reject")
    text: str = Field("", description="edit: the whole new text of the first file; reject: the reason")


async def document_update(state: Reads, run: Run) -> Writes:
    """Bring the draft into the project, if it is sound and welcome."""
    documents = run.systems.documents
    step = Step.model_validate(state["step"]) if state.get("step") else None
    if step and step.kind == "implement":
        worked = documents.get_record(state.get("implementation_ref") or "", Implementation)
        return Writes(update_refs=[documents.put_record(update) for update in await _ticked(step, worked, run)])
    reference = state.get("draft_ref")
    draft = documents.get_record(reference, Draft) if reference else None
    if step is None or draft is None or not draft.files:
        return Writes(update_refs=[])
    status = await run.systems.openspec.status(step.change)
    pending = [FileWrite(file, status.root / file.path, run) for file in draft.files]
    for write in pending:
        await write.merge()
    asks = _asks(step, state, run)
    changes = any(write.diff() for write in pending)
    approval = _approval(draft, status, pending) if asks and changes else Approval(decision="approve")
    if approval.decision == "reject":
        updates = [write.rejected(draft.artifact, approval.text) for write in pending]
    else:
        if approval.decision == "edit" and approval.text.strip():
            pending[0].take(approval.text.rstrip("\n") + "\n")
        async with run.systems.openspec.write_lock():
            updates = await _updated(draft, pending, status, run, asked=asks)
        updates = [update.model_copy(update={"approved": asks and changes}) for update in updates]
    return Writes(update_refs=[documents.put_record(update) for update in updates])


def _asks(step: Step, state: Reads, run: Run) -> bool:
    """Whether a person approves what is written: as the run is set, and for feedback as that was given."""
    if not step.feedback:
        return run.options.approve == "ask"
    return run.systems.documents.get_record(state.get("redraft_ref") or "", Redraft).ask


async def _ticked(step: Step, worked: Implementation, run: Run) -> list[DocumentUpdate]:
    """Tick the box of a task that is done, and nothing else in the list, which a person may be editing."""
    openspec = run.systems.openspec
    if worked.last is None or not worked.last.done:
        return []
    async with openspec.write_lock():
        for path in (await openspec.tasks(step.change)).files:
            text = read_file(path) or ""
            new = ticked(text, step.task)
            if new is not None:
                return [_tick(path.relative_to(run.systems.project).as_posix(), text, new, run)]
    return []


def _tick(key: str, text: str, new: str, run: Run) -> DocumentUpdate:
    documents = run.systems.documents
    last = documents.last_write(key)
    before, after = documents.put(text), documents.put(new)
    if last and last[0] == before:  # nobody has changed what specloop wrote there
        documents.note_write(key, after=after, before=before, run_id=run.id)
    documents.note_version(key, before, by=PERSON)
    documents.note_version(key, after, by=run.id)
    write_file(run.systems.project / key, new)
    return DocumentUpdate(artifact="tasks", path=key, status="written", valid=True, before=before, after=after)


async def _updated(
    draft: Draft, pending: Sequence[FileWrite], status: ChangeStatus, run: Run, *, asked: bool
) -> list[DocumentUpdate]:
    for write in pending:
        if not write.conflicts or asked:
            write.make()
    made = [write for write in pending if write.made]
    issues = await _issues(draft, [write.file.path for write in made], status, run) if made else ()
    if issues:
        for write in made:
            write.undo()
    return [write.update(draft.artifact, issues) for write in pending]


async def _issues(draft: Draft, paths: Sequence[str], status: ChangeStatus, run: Run) -> tuple[str, ...]:
    """What OpenSpec has against the files just written; issues that name another file are not theirs."""
    tracer = run.systems.telemetry.tracer
    with tracer.start_as_current_span(f"{names.VALIDATE} {draft.artifact}") as span:
        if draft.artifact == "specs":
            validation = await run.systems.openspec.validate(status.change)
            issues = tuple(issue for issue in validation.issues if not validation.valid and _concerns(issue, paths))
        elif draft.artifact == "tasks":
            state = await run.systems.openspec.tasks(status.change)
            issues = () if state.total else ("tasks.md: OpenSpec finds no tasks in it",)
        else:
            issues = ()
        verdict = {names.EVALUATION_NAME: "openspec", names.EVALUATION_LABEL: "fail" if issues else "pass"}
        span.add_event(names.EVALUATION_EVENT, verdict)
        if issues:
            span.set_status(Status(StatusCode.ERROR, "; ".join(issues)[:500]))
        return issues


def _concerns(issue: str, paths: Sequence[str]) -> bool:
    place = issue.partition(":")[0]
    return not place.endswith(".md") or any(path.endswith(place) for path in paths)


def _approval(draft: Draft, status: ChangeStatus, pending: Sequence[FileWrite]) -> Approval:
    files = [{"path": write.key, "diff": write.diff(), "conflicts": write.conflicts} for write in pending]
    disputed = " ".join(words for write in pending for words in write.conflict_words())
    text = f"Write the {draft.artifact} of {status.change}? {disputed}".rstrip()
    reply: Any = interrupt({"kind": "approval", "text": text, "files": files}, response_schema=Approval)
    return Approval.model_validate(reply)

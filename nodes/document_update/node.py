"""document_update: writes a draft atomically, validates it with OpenSpec, and keeps it or puts the old text back.

What a person wrote or changes meanwhile always wins. Before a file is written the store knows what stood there and
what is to come, so that a run killed at any moment neither loses a document nor writes one twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypedDict

from opentelemetry.trace import Status, StatusCode

from nodes.document_update.writing import FileWrite, texts_by_path
from systems import names
from systems.connections import Run
from systems.documents import PERSON, read_file, write_file
from systems.feedback import Redraft
from systems.forms import DocumentDecision
from systems.openspec import ChangeStatus, ticked
from systems.person import Person, in_charge
from systems.records import DocumentUpdate, Draft, Hash, Implementation, Step


class Reads(TypedDict, total=False):
    """Keys document_update reads."""

    step: dict[str, Any] | None
    draft_ref: Hash | None
    implementation_ref: Hash | None
    allowed: list[str]
    redraft_ref: Hash | None


class Writes(TypedDict, total=False):
    """Keys document_update writes."""

    update_refs: list[Hash]
    allowed: list[str]


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
    person = _person(step, state, run)
    changes = any(write.shown()["diff"] for write in pending)
    asked = person if changes or not step.feedback else None
    decision = await _decision(draft, status, pending, asked, anyway=bool(step.feedback)) if asked else None
    if decision and decision.rejected:
        updates = [write.rejected(draft.artifact, decision.reason) for write in pending]
    else:
        _take(decision.edited if decision else "", pending)
        async with run.systems.openspec.write_lock():
            updates = await _updated(draft, pending, status, run, asked=person is not None)
        updates = [update.model_copy(update={"approved": decision is not None}) for update in updates]
    references = [documents.put_record(update) for update in updates]
    return Writes(update_refs=references, allowed=person.allowed if person else [])


def _person(step: Step, state: Reads, run: Run) -> Person | None:
    """Who approves what is written: as the run is set, and for feedback as that was given."""
    ask = None
    if step.feedback:
        ask = run.systems.documents.get_record(state.get("redraft_ref") or "", Redraft).ask
    return in_charge(run.options, state.get("allowed"), ask=ask)


async def _ticked(step: Step, worked: Implementation, run: Run) -> list[DocumentUpdate]:
    """Tick the box of a task that is done, and nothing else in the list, which a person may be editing.

    Where the person has reworded the task meanwhile, the box is theirs: it stays open, and they are told.
    """
    openspec = run.systems.openspec
    if worked.last is None or not worked.last.done:
        return []
    async with openspec.write_lock():
        listed = await openspec.tasks(step.change)
        run.check()
        for path in listed.files:
            text = read_file(path) or ""
            new = ticked(text, step.task)
            if new is not None:
                return [_tick(path.relative_to(run.systems.project).as_posix(), text, new, run)]
    if any(task.description == step.task for task in listed.tasks) or not listed.files:
        return []  # ticked already, by the person or before this run was killed
    said = f"{step.task!r} is done and committed; its words are not in the list any more, so no box was ticked"
    key = listed.files[0].relative_to(run.systems.project).as_posix()
    return [DocumentUpdate(artifact="tasks", path=key, status="kept_theirs", valid=True, issues=(said,))]


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
            issues = await _issues_of_tasks(paths, status, run)
        else:
            issues = ()
        verdict = {names.EVALUATION_NAME: "openspec", names.EVALUATION_LABEL: "fail" if issues else "pass"}
        span.add_event(names.EVALUATION_EVENT, verdict)
        if issues:
            span.set_status(Status(StatusCode.ERROR, "; ".join(issues)[:500]))
        return issues


async def _issues_of_tasks(paths: Sequence[str], status: ChangeStatus, run: Run) -> tuple[str, ...]:
    openspec = run.systems.openspec
    state, validation = await asyncio.gather(openspec.tasks(status.change), openspec.validate(status.change))
    if not state.total:
        return ("tasks.md: OpenSpec finds no tasks in it",)
    named = tuple(issue for issue in validation.issues if issue.partition(":")[0] in paths)
    return () if validation.valid else named


def _concerns(issue: str, paths: Sequence[str]) -> bool:
    place = issue.partition(":")[0]
    return not place.endswith(".md") or any(path.endswith(place) for path in paths)


async def _decision(
    draft: Draft, status: ChangeStatus, pending: Sequence[FileWrite], person: Person, *, anyway: bool
) -> DocumentDecision:
    """What the person says to the draft; where it disputes their own words, or `anyway`, whatever they always allow."""
    files = [write.shown() for write in pending]
    disputed = " ".join(words for write in pending for words in write.conflict_words())
    text = f"Write the {draft.artifact} of {status.change}? {disputed}".rstrip()
    return await person.asked(DocumentDecision, text, anyway=anyway or bool(disputed), files=files)


def _take(edited: str, pending: Sequence[FileWrite]) -> None:
    """Write the person's texts instead: of the first file, or by path."""
    texts = texts_by_path(edited, [write.key for write in pending])
    for write in pending:
        if write.key in texts:
            write.take(texts[write.key].rstrip("\n") + "\n")

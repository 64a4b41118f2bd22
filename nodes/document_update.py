"""document_update: writes a draft atomically, validates it with OpenSpec, and keeps it or puts the old text back.

What a person wrote or changes meanwhile always wins. Before a file is written the store knows what stood there and
what is to come, so that a run killed at any moment neither loses a document nor writes one twice.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict

from langgraph.types import interrupt
from opentelemetry.trace import Status, StatusCode
from pydantic import BaseModel, Field

from systems import names
from systems.connections import Run
from systems.documents import read_file, write_file
from systems.openspec import ChangeStatus, says_nothing, ticked
from systems.records import DocumentUpdate, Draft, File, Hash, Implementation, Step, content_hash


class Reads(TypedDict, total=False):
    """Keys document_update reads."""

    step: dict[str, Any] | None
    draft_ref: Hash | None
    implementation_ref: Hash | None


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
    step = Step.model_validate(state.get("step"))
    if step.kind == "implement":
        worked = documents.get_record(state.get("implementation_ref") or "", Implementation)
        return Writes(update_refs=[documents.put_record(update) for update in await _ticked(step, worked, run)])
    reference = state.get("draft_ref")
    draft = documents.get_record(reference, Draft) if reference else None
    if draft is None or not draft.files:
        return Writes(update_refs=[])
    status = await run.systems.openspec.status(step.change)
    approval = _approval(draft, status, run) if run.options.approve == "ask" else Approval(decision="approve")
    if approval.decision == "reject":
        updates = [_rejected(file, draft, status, approval.text, run) for file in draft.files]
    else:
        async with run.systems.openspec.write_lock():
            updates = await _updated(_edited(draft, approval, run), status, run)
    return Writes(update_refs=[documents.put_record(update) for update in updates])


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
    write_file(run.systems.project / key, new)
    return DocumentUpdate(artifact="tasks", path=key, status="written", valid=True, before=before, after=after)


async def _updated(draft: Draft, status: ChangeStatus, run: Run) -> list[DocumentUpdate]:
    pending = [_Write(file, status.root / file.path, run) for file in draft.files]
    for write in pending:
        write.make()
    made = [write for write in pending if write.made]
    issues = await _issues(draft, [write.file.path for write in made], status, run) if made else ()
    if issues:
        for write in made:
            write.undo()
    return [write.update(draft.artifact, issues) for write in pending]


class _Write:
    """One file on its way into the project."""

    def __init__(self, file: File, path: Path, run: Run) -> None:
        self.file = file
        self.made = False
        self._path = path
        self._run = run
        self._key = path.relative_to(run.systems.project).as_posix()
        self._before: Hash | None = None
        self._undone = False

    def make(self) -> None:
        """Write, unless a person's text stands there."""
        documents = self._run.systems.documents
        text = read_file(self._path)
        current = None if text is None else content_hash(text)
        last = documents.last_write(self._key)
        if current == self.file.content and last and last[0] == current:
            self._before, self.made = last[1], True
            return
        blank = text is None or says_nothing(text)
        ours = last is not None and (last[0] == current or last == (self.file.content, current))
        if not (blank or ours):
            return
        self._before = None if text is None else documents.put(text)
        documents.note_write(self._key, after=self.file.content, before=self._before, run_id=self._run.id)
        write_file(self._path, documents.get(self.file.content))
        self.made = True

    def undo(self) -> None:
        """Put the old text back, unless a person changed the file in between."""
        documents = self._run.systems.documents
        text = read_file(self._path)
        if text is None or content_hash(text) != self.file.content:
            return
        write_file(self._path, documents.get(self._before) if self._before else None)
        if self._before:
            documents.note_write(self._key, after=self._before, before=None, run_id=self._run.id)
        else:
            documents.forget_write(self._key)
        self._undone = True

    def update(self, artifact: str, issues: Sequence[str]) -> DocumentUpdate:
        """What became of it."""
        text = read_file(self._path)
        after = None if text is None else content_hash(text)
        kept = "restored" if self._undone else "written"
        theirs = not self.made or (after != self.file.content and not self._undone)
        return DocumentUpdate(
            artifact=artifact,
            path=self._key,
            status="kept_theirs" if theirs else kept,
            valid=not issues,
            issues=tuple(issues),
            before=self._before,
            after=after,
        )


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


def _approval(draft: Draft, status: ChangeStatus, run: Run) -> Approval:
    documents = run.systems.documents
    files = []
    for file in draft.files:
        path = status.root / file.path
        old, new = read_file(path) or "", documents.get(file.content)
        diff = difflib.unified_diff(old.splitlines(True), new.splitlines(True), "before", "after")
        files.append({"path": path.relative_to(run.systems.project).as_posix(), "diff": "".join(diff)})
    asked = {"kind": "approval", "text": f"Write the {draft.artifact} of {status.change}?", "files": files}
    reply: Any = interrupt(asked, response_schema=Approval)
    return Approval.model_validate(reply)


def _edited(draft: Draft, approval: Approval, run: Run) -> Draft:
    if approval.decision != "edit" or not approval.text.strip():
        return draft
    first, *others = draft.files
    edited = File(path=first.path, content=run.systems.documents.put(approval.text.rstrip("\n") + "\n"))
    return draft.model_copy(update={"files": (edited, *others)})


def _rejected(file: File, draft: Draft, status: ChangeStatus, reason: str, run: Run) -> DocumentUpdate:
    path = status.root / file.path
    text = read_file(path)
    return DocumentUpdate(
        artifact=draft.artifact,
        path=path.relative_to(run.systems.project).as_posix(),
        status="rejected",
        valid=False,
        issues=(reason.strip() or "rejected without a reason",),
        after=None if text is None else content_hash(text),
    )

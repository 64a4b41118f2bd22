"""documentation: puts edits of the project's own documents before the person, or leaves them as a patch.

Nothing of them is written unasked. What a person changed meanwhile is merged, as in the documents of a change.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from nodes.document_update.writing import FileWrite
from systems.connections import Run
from systems.documents import write_file
from systems.forms import DocumentationDecision
from systems.person import in_charge
from systems.records import DocumentUpdate, Draft, Hash, Outcome
from systems.texts.diffs import unified

PATCHES = Path(".specloop") / "documents"


class Reads(TypedDict, total=False):
    """Keys documentation reads."""

    change: str | None
    draft_ref: Hash | None
    outcome_ref: Hash | None
    allowed: list[str]


class Writes(TypedDict, total=False):
    """Keys documentation writes."""

    outcome_ref: Hash | None
    allowed: list[str]


async def documentation(state: Reads, run: Run) -> Writes:
    """Bring the edits into the documents, as far as they are welcome, and add to the outcome what became of each."""
    systems, change = run.systems, state.get("change") or ""
    draft = systems.documents.get_record(state.get("draft_ref") or "", Draft)
    outcome = systems.documents.get_record(state.get("outcome_ref") or "", Outcome)
    pending = [FileWrite(file, systems.project / file.path, run) for file in draft.files]
    for write in pending:
        await write.merge()
    person = in_charge(run.options, state.get("allowed"))
    if person:
        questions = [f"Change {write.key}, now that {change} is archived?" for write in pending]
        decisions = [
            await person.asked(
                DocumentationDecision,
                " ".join((text, *write.conflict_words())),
                anyway=bool(write.conflicts),
                files=[write.shown()],
            )
            for text, write in zip(questions, pending, strict=True)
        ]
        updates = [_decided(write, each, draft) for write, each in zip(pending, decisions, strict=True)]
        notes = tuple(words for write in pending for words in write.conflict_words())
    else:
        updates, notes = [write.proposed(draft.artifact) for write in pending], (_left(draft, change, run),)
    told = outcome.model_copy(update={"documents": tuple(updates), "notes": (*notes, *outcome.notes)})
    return Writes(outcome_ref=systems.ended(told), allowed=person.allowed if person else [])


def _decided(write: FileWrite, decision: DocumentationDecision, draft: Draft) -> DocumentUpdate:
    if decision.rejected:
        return write.rejected(draft.artifact, decision.reason)
    if decision.edited:
        write.take(decision.edited)
    write.make()
    return write.update(draft.artifact, ())


def _left(draft: Draft, change: str, run: Run) -> str:
    """Leave the edits as a patch, and say how it is applied."""
    get, place = run.systems.documents.get, PATCHES / f"{change}.patch"
    patches = [
        unified(get(file.base or ""), get(file.content), f"a/{file.path}", f"b/{file.path}") for file in draft.files
    ]
    write_file(run.systems.project / place, "".join(patches))
    paths = " and ".join(file.path for file in draft.files)
    return f"{paths} may not be true any more: `git apply {place.as_posix()}` makes the change that is proposed"

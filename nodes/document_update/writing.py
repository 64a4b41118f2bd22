"""One file on its way into the project: merged with what a person changed, written, and taken back when refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from systems.connections import Run
from systems.documents import PERSON, read_file, write_file
from systems.openspec import says_nothing
from systems.records import DocumentUpdate, File, Hash, content_hash
from systems.texts.diffs import shown, unified, written_as
from systems.texts.merging import merged


class FileWrite:
    """One file on its way into the project.

    Attributes:
        file: what is to be written: the draft, or the draft merged with a person's changes.
        key: POSIX path relative to the project.
        conflicts: places that a person changed in another way than the draft does; the person's words stand there.
        made: whether it is written.
    """

    def __init__(self, file: File, path: Path, run: Run) -> None:
        self.file = file
        self.key = path.relative_to(run.systems.project).as_posix()
        self.conflicts = 0
        self.made = False
        self._path = path
        self._run = run
        self._draft = file.content
        self._last: tuple[Hash, Hash | None] | None = None
        self._merged_with: Hash | None = None
        self._before: Hash | None = None
        self._undone = False

    async def merge(self) -> None:
        """Take a person's changes of what specloop wrote last into the draft."""
        documents = self._run.systems.documents
        text, last = read_file(self._path), self._last_write()
        if text is None or last is None or self._is_ours(text, last) or self._is_vacant(text):
            return
        found = await merged(documents.get(last[0]), text, documents.get(self.file.content))
        self.conflicts = found.conflicts
        if found.text != text and content_hash(text) != self._known_merge():
            self._last, self._merged_with = last, content_hash(text)
            self.file = self.file.model_copy(update={"content": documents.put(found.text)})

    def shown(self) -> dict[str, Any]:
        """What the person is shown: where, the unified diff from what stands there, and the whole text, to edit it."""
        old, new = read_file(self._path) or "", self._run.systems.documents.get(self.file.content)
        diff = shown(unified(old, new, "before", "after"))
        return {"path": self.key, "diff": diff, "text": shown(new), "conflicts": self.conflicts}

    def make(self) -> None:
        """Write, unless a person's text stands there that the draft was not merged with.

        Raises:
            Overtaken: the run is another process's now.
        """
        self._run.check()
        documents = self._run.systems.documents
        text = read_file(self._path)
        current = None if text is None else content_hash(text)
        last = self._last_write()
        if current and current == self._known_merge():
            self._is_made(current, before=documents.versions(self.key)[-2].text)
        elif current == self.file.content and self.file.base:
            self._is_made(current, before=self.file.base)
        elif current == self.file.content and last and last[0] == current:
            self._is_made(current, before=last[1])
        elif self._is_vacant(text):
            self._write(None if text is None else documents.put(text))
        elif text is not None and (self._is_ours(text, last) or current == self._merged_with):
            self._write(documents.put(text))

    def _is_vacant(self, text: str | None) -> bool:
        """Whether nobody has written there yet; a document of the project that is gone was taken away."""
        return not self.file.base and (text is None or says_nothing(text))

    def _last_write(self) -> tuple[Hash, Hash | None] | None:
        """The text that a draft and a person's edit both began with, and what stood there before it."""
        if self.file.base:
            return self.file.base, None
        return self._run.systems.documents.last_write(self.key)

    def _is_made(self, content: Hash, before: Hash | None) -> None:
        """It stands there: this run wrote it before it was killed."""
        self.file = self.file.model_copy(update={"content": content})
        self._before, self.made = before, True
        if self._is_merged():
            self._note()

    def _write(self, before: Hash | None) -> None:
        """Say what is to come, and write; of a merged text only the draft counts as ours, so it is noted afterwards."""
        documents = self._run.systems.documents
        self._before = before
        if before:
            documents.note_version(self.key, before, by=PERSON)
        documents.note_version(self.key, self.file.content, by=self._run.id, draft=self._draft)
        if not self._is_merged():
            self._note()
        write_file(self._path, documents.get(self.file.content))
        if self._is_merged():
            self._note()
        self.made = True

    def _note(self) -> None:
        self._run.systems.documents.note_write(self.key, after=self._draft, before=self._before, run_id=self._run.id)

    def take(self, text: str) -> None:
        """Write this text instead: a person gave it, knowing what stands there."""
        documents, stands = self._run.systems.documents, read_file(self._path)
        self._merged_with = None if stands is None else content_hash(stands)
        self._draft = documents.put(written_as(text, documents.get(self.file.content)))
        self.file = self.file.model_copy(update={"content": self._draft})
        self.conflicts = 0

    def _is_ours(self, text: str, last: tuple[Hash, Hash | None] | None) -> bool:
        current = content_hash(text)
        return last is not None and (last[0] == current or last == (self.file.content, current))

    def _known_merge(self) -> Hash | None:
        """What this draft was merged to when it was written before: a run that was killed then comes here again."""
        found = self._run.systems.documents.written_from(self.key, self._draft)
        return found if found != self._draft else None

    def undo(self) -> None:
        """Put the old text back, unless a person changed the file in between."""
        documents = self._run.systems.documents
        text = read_file(self._path)
        if text is None or content_hash(text) != self.file.content:
            return
        write_file(self._path, documents.get(self._before) if self._before else None)
        if self._before:
            documents.note_version(self.key, self._before, by=self._run.id)
        if self._last and self._merged_with:
            documents.note_write(self.key, after=self._last[0], before=self._last[1], run_id=self._run.id)
        elif self._before:
            documents.note_write(self.key, after=self._before, before=None, run_id=self._run.id)
        else:
            documents.forget_write(self.key)
        self._undone = True

    def update(self, artifact: str, issues: Sequence[str]) -> DocumentUpdate:
        """What became of it."""
        text = read_file(self._path)
        after = None if text is None else content_hash(text)
        kept = "restored" if self._undone else "merged" if self._is_merged() else "written"
        theirs = not self.made or (after != self.file.content and not self._undone)
        return DocumentUpdate(
            artifact=artifact,
            path=self.key,
            status="kept_theirs" if theirs else kept,
            valid=not issues,
            issues=(*issues, *self.conflict_words()),
            before=self._before,
            after=after,
        )

    def proposed(self, artifact: str) -> DocumentUpdate:
        """What became of it where nobody was asked."""
        return DocumentUpdate(artifact=artifact, path=self.key, status="proposed", valid=True, after=self.file.base)

    def rejected(self, artifact: str, reason: str) -> DocumentUpdate:
        """What became of it where the person said no."""
        text = read_file(self._path)
        return DocumentUpdate(
            artifact=artifact,
            path=self.key,
            status="rejected",
            valid=False,
            issues=(reason.strip() or "rejected without a reason",),
            after=None if text is None else content_hash(text),
        )

    def conflict_words(self) -> tuple[str, ...]:
        """What the person should know about conflicts; nothing where there are none."""
        if not self.conflicts:
            return ()
        places = f"{self.conflicts} place{'s' if self.conflicts > 1 else ''}"
        return (f"You and the draft changed {self.key} in {places} in different ways; your words stay there.",)

    def _is_merged(self) -> bool:
        return self.file.content != self._draft


def texts_by_path(edited: str, paths: Sequence[str]) -> dict[str, str]:
    """A person's new texts by path: a JSON object of such, else all of it is the first file's."""
    try:
        given = json.loads(edited) if edited.startswith("{") else None
    except ValueError:
        given = None
    if isinstance(given, dict) and given and given.keys() <= set(paths):
        return {path: str(text) for path, text in given.items()}
    return {paths[0]: edited} if edited else {}

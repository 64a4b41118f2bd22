"""What a person says of a run goes on the run's trace, and the run's cases heed it.

A good rating makes the checks of the drafts it is about the person's own; a bad one disputes them. Where the two
contradict each other neither counts, and the drafts are in no trial, until one is withdrawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path

from graph.feedback.contradictions import Said, against, contradictions
from graph.learning.harvest.drafts import requests
from graph.learning.harvest.harvest import Stores, last_loops
from nodes.next_step.concerns import concerned
from systems.documents import read_file
from systems.errors import UsageError
from systems.feedback import Evaluations, Feedback, Heeded, sound
from systems.openspec import archived_as
from systems.records import Hash, RunSummary
from systems.runs import unknown

MOST_BYTES = 1_000_000
"""Of a document that is searched for what feedback is about."""


class Keeper:
    """Keeps feedback on the runs of a project."""

    def __init__(self, project: Path) -> None:
        """Nothing is opened yet.

        Args:
            project: absolute path of the project.
        """
        self._project = project
        self._open = ExitStack()

    def __enter__(self) -> Keeper:
        self._stores = self._open.enter_context(Stores(self._project))
        self._evaluations = self._open.enter_context(closing(Evaluations(self._stores.spans)))
        self._runs: Mapping[str, RunSummary] = {run.run_id: run for run in self._stores.runs.all()}
        self._drafts: dict[str, dict[str, tuple[Hash, ...]]] = {}
        self._texts: dict[str, dict[str, str]] = {}
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def run(self, run_id: str) -> RunSummary:
        """A run as it was when this was opened.

        Raises:
            UsageError: there is no such run; names those with nearly that name.
        """
        if run_id not in self._runs:
            raise unknown(run_id, list(self._runs))
        return self._runs[run_id]

    def said(self, run_id: str) -> Said:
        """What was said of a run, and what of it contradicts itself.

        Raises:
            UsageError: there is no such run.
        """
        feedback = self._evaluations.of(self.run(run_id).run_id)
        return Said(run_id=run_id, feedback=feedback, contradictions=contradictions(feedback))

    async def keep(self, run_id: str, text: str, rating: int) -> Heeded:
        """Keep what a person says of a run, once.

        Args:
            run_id: the run.
            text: in words.
            rating: 1 good, 0 neither, -1 bad.

        Raises:
            UsageError: there is no such run, nothing is said, or the rating is none.
            Missing: the store is damaged or cannot be written.
        """
        run, text = self.run(run_id), sound(text)
        if rating not in (-1, 0, 1):
            raise UsageError(f"A rating is -1, 0 or 1, not {rating}.", mend="1 is good, -1 bad, 0 neither.")
        standing = self._evaluations.of(run_id)
        found = next((each for each in standing if (each.text, each.rating) == (text, rating)), None)
        concerns = concerned(text, self._documents(run))
        kept = found or self._evaluations.keep(run_id, text, rating, [concern.aspect for concern in concerns])
        opposed = against(kept, standing)
        cases = () if found or not rating else await self._heed(kept, opposed=bool(opposed))
        return Heeded(**kept.model_dump(), concerns=concerns, known=found is not None, cases=cases, contradicts=opposed)

    async def withdraw(self, run_id: str, prefix: str) -> Feedback:
        """Let feedback count no more, neither on the run nor in its cases; what stands against it counts again.

        Raises:
            UsageError: there is no such run or feedback.
        """
        gone = self._evaluations.withdraw(self.run(run_id).run_id, prefix)
        cases, drafts = self._stores.cases, await self._drafts_about(gone)
        if gone.rating < 0:
            cases.trust(run_id, gone.text)
        elif gone.rating > 0:
            cases.unconfirm(run_id, drafts)
        left = self._evaluations.of(run_id)
        for each in left:
            if each.rating > 0 and not against(each, left):
                cases.confirm(run_id, await self._drafts_about(each))
        return gone

    async def _heed(self, feedback: Feedback, *, opposed: bool) -> tuple[Hash, ...]:
        """Confirm or dispute the draft cases that feedback is about; what is opposed confirms nothing."""
        drafts = await self._drafts_about(feedback)
        if feedback.rating > 0:
            return () if opposed else self._stores.cases.confirm(feedback.run_id, drafts)
        return self._stores.cases.doubt(feedback.run_id, feedback.text, drafts)

    async def _drafts_about(self, feedback: Feedback) -> tuple[Hash, ...]:
        """Keys of the run's draft cases that feedback is about; all of them where it is about the whole run."""
        drafts = await self._drafts_of(feedback.run_id)
        paths = {aspect.partition("#")[0] for aspect in feedback.about} or set(drafts)
        return tuple(dict.fromkeys(key for path, keys in drafts.items() if path in paths for key in keys))

    async def _drafts_of(self, run_id: str) -> dict[str, tuple[Hash, ...]]:
        """Keys of a run's draft cases by path of the document in its change; the run is harvested first."""
        if run_id not in self._drafts:
            self._drafts[run_id] = {}
            for last in (await last_loops([run_id], self._project)).values():
                self._stores.harvested(run_id, last)
                self._drafts[run_id] = dict(requests(self._stores.past(run_id, last)))
        return self._drafts[run_id]

    def _documents(self, run: RunSummary) -> dict[str, str]:
        """Texts of the documents of a run's change, wherever they are by now, by path in the change's folder."""
        if run.change and run.change not in self._texts:
            self._texts[run.change] = _texts(self._project, run.change)
        return self._texts.get(run.change or "", {})


def _texts(project: Path, change: str) -> dict[str, str]:
    folder = project / "openspec" / "changes" / change
    if not folder.is_dir():
        folder = project / (archived_as(project, change) or folder)
    found = sorted(path for path in folder.rglob("*.md") if path.is_file() and path.name != "README.md")
    short = [path for path in found if path.stat().st_size <= MOST_BYTES]
    return {path.relative_to(folder).as_posix(): read_file(path) or "" for path in short}

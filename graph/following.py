"""Runs the follow-ups of a run in turn, each as a run of its own, until nothing new comes of it or a bound is met."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from graph.families import Begin, family_of, next_turn, share
from graph.progress import Event, Watch
from graph.stopping import stoppable
from systems.records import Followed, Outcome, RunSummary
from systems.runs import Runs
from systems.settings import Settings


@dataclass(frozen=True)
class Following:
    """How the follow-ups of a run are run.

    Attributes:
        project: absolute path of the project.
        runs: those of the project.
        settings: what holds for the family; its budgets for all together.
        ended: what a run came to, or None.
        begin: runs a follow-up.
        resume: goes on with a run of the family, under what the others leave of the budgets.
        watch: told what is run, and why it ended.
    """

    project: Path
    runs: Runs
    settings: Settings
    ended: Callable[[str], Outcome | None]
    begin: Callable[[Begin], Awaitable[Outcome]]
    resume: Callable[[RunSummary, Settings], Awaitable[Outcome]]
    watch: Watch | None

    async def after(self, outcome: Outcome) -> Outcome:
        """The outcome with what came of the follow-ups; where one of them waits for a person, that one's outcome.

        Raises:
            Busy: another process runs them, or one of them.
            Stopped: somebody asked this run, or one of them, to stop.
        """
        first = family_of(outcome.run_id, self.runs.all())[0].run_id
        with self.runs.followed(first):
            async with stoppable(self.runs, first):
                while not isinstance(turn := self._turn(first), Followed):
                    came_to = await self._took(turn)
                    if came_to.status == "waiting":
                        return came_to
        self._say(turn.ended)
        return outcome.model_copy(update={"followed": turn})

    def _turn(self, first: str) -> RunSummary | Begin | Followed:
        family = family_of(first, self.runs.all())
        outcomes = {run.run_id: self.ended(run.run_id) for run in family}
        opened = {run_id: outcome.follow_ups for run_id, outcome in outcomes.items() if outcome}
        folder = self.project / "openspec" / "changes"
        changes = {each.change for follow_ups in opened.values() for each in follow_ups}
        return next_turn(family, opened, [name for name in changes if (folder / name).is_dir()], self.settings)

    async def _took(self, turn: RunSummary | Begin) -> Outcome:
        if isinstance(turn, Begin):
            found = turn.follow_up
            of = f"follow-up {turn.number} of at most {self.settings.follow_ups}"
            self._say(f"{of}: {found.change}", f"{found.finding}, found by run {turn.parent}")
            return await self.begin(turn)
        waits = self.ended(turn.run_id) if turn.status == "waiting" else None
        limits = share(turn.run_id, family_of(turn.run_id, self.runs.all()), self.settings)
        return waits or await self.resume(turn, limits)

    def _say(self, text: str, detail: str = "") -> None:
        if self.watch:
            self.watch(Event("note", "follow_ups", text, detail=detail))

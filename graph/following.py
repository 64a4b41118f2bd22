"""Runs the follow-ups of a run in turn, each as a run of its own, until nothing new comes of it or a bound is met."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from graph.families import Begin, family_of, next_turn
from graph.progress import Event, Watch
from graph.state import Input
from graph.stopping import stoppable
from graph.stream import Resumed
from systems.records import Followed, Outcome, RunSummary
from systems.runs import Runs
from systems.settings import Settings


class Works(Protocol):
    """Who works the runs: `graph.runner.Runner`. A run gets what its family leaves of the budgets."""

    @property
    def project(self) -> Path: ...  # noqa: D102
    def ended(self, run_id: str) -> Outcome | None: ...  # noqa: D102
    async def go_on(self, resumed: Resumed, watch: Watch | None = None) -> Outcome: ...  # noqa: D102
    async def begin(  # noqa: D102
        self, given: Input, settings: Settings, watch: Watch | None, parent: str | None = None
    ) -> Outcome: ...


@dataclass(frozen=True)
class Following:
    """How the follow-ups of a run are run.

    Attributes:
        works: works each of them.
        runs: those of the project.
        settings: what holds for the family; its budgets for all together.
        watch: told what is run, and why it ended.
    """

    works: Works
    runs: Runs
    settings: Settings
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
        outcomes = {run.run_id: self.works.ended(run.run_id) for run in family}
        opened = {run_id: outcome.follow_ups for run_id, outcome in outcomes.items() if outcome}
        folder = self.works.project / "openspec" / "changes"
        changes = {each.change for follow_ups in opened.values() for each in follow_ups}
        return next_turn(family, opened, [name for name in changes if (folder / name).is_dir()], self.settings)

    async def _took(self, turn: RunSummary | Begin) -> Outcome:
        if isinstance(turn, Begin):
            found = turn.follow_up
            of = f"follow-up {turn.number} of at most {self.settings.follow_ups}"
            self._say(f"{of}: {found.change}", f"{found.finding}, found by run {turn.parent}")
            given = Input(goal=f"Mend {found.finding}", change=found.change)
            return await self.works.begin(given, self.settings, self.watch, turn.parent)
        waits = self.works.ended(turn.run_id) if turn.status == "waiting" else None
        return waits or await self.works.go_on(Resumed(turn, None), self.watch)

    def _say(self, text: str, detail: str = "") -> None:
        if self.watch:
            self.watch(Event("note", "follow_ups", text, detail=detail))

"""Runs that this process works: begun, gone on with, and followed by the runs of their follow-ups."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graph.build import build
from graph.checkpoints import saver
from graph.context import context_of
from graph.families import family_of, share
from graph.following import Following
from graph.listing import came_to
from graph.progress import Event, Watch
from graph.state import Input
from graph.stopping import stoppable
from graph.stream import NotAnswered, Resumed, streamed
from systems.connections import opened
from systems.errors import Overtaken, SpecloopError, Stopped
from systems.records import Outcome
from systems.runs import Runs
from systems.settings import Settings
from systems.stores import place_of


@dataclass(frozen=True)
class Runner:
    """Works the runs of a project in this process.

    Attributes:
        project: its absolute path.
        settings: what is set here; wins over what a run was started with.
    """

    project: Path
    settings: Settings

    async def start(self, given: Input, watch: Watch | None) -> Outcome:
        """A run of a person's goal, and the runs of its follow-ups."""
        outcome = await self.begin(given, self.settings, watch)
        if given.get("archived"):
            return outcome
        return await self._followed(outcome, self.settings, watch)

    async def resume(self, resumed: Resumed, watch: Watch | None) -> Outcome:
        """A run from where it stands, and the runs of its follow-ups; one that is done just gives its outcome."""
        run_id = resumed.summary.run_id
        done = self.ended(run_id) if resumed.summary.status == "done" else None
        outcome = done or await self.go_on(resumed, watch)
        return await self._followed(outcome, self._settings_of(run_id), watch)

    def ended(self, run_id: str) -> Outcome | None:
        """What a run came to, or waits for; None where it has come to nothing yet."""
        return came_to(self.project, run_id)

    async def begin(self, given: Input, settings: Settings, watch: Watch | None, parent: str | None = None) -> Outcome:
        """A new run, of a person's goal or of a follow-up that another run has opened."""
        run_id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        with self._runs() as runs:
            runs.start(
                run_id, goal=given["goal"], change=given["change"], settings=settings.model_dump(), parent=parent
            )
            family = family_of(run_id, runs.all())
        return await self._work(run_id, given, share(run_id, family, settings), watch)

    async def go_on(self, resumed: Resumed, watch: Watch | None = None) -> Outcome:
        """Let a run go on, with what it was started with and what is set here on top."""
        run_id = resumed.summary.run_id
        with self._runs() as runs:
            family = family_of(run_id, runs.all())
        settings = self._settings_of(run_id, answered=resumed.answered)
        return await self._work(run_id, resumed, share(run_id, family, settings), watch)

    async def _work(self, run_id: str, start: Input | Resumed, settings: Settings, watch: Watch | None) -> Outcome:
        context = context_of(str(self.project), settings)
        with self._runs() as runs, runs.alive(run_id):
            before = runs.get(run_id).waiting_for
            runs.update(run_id, status="running", waiting_for=())
            if watch:
                watch(Event("begun", "", run_id))
            try:
                async with (
                    stoppable(runs, run_id),
                    opened(context, linger=0) as systems,
                    saver(self.project) as checkpoints,
                ):
                    compiled = build().compile(checkpointer=checkpoints, name="specloop")
                    return await streamed(compiled, run_id, start, context, systems, watch)
            except NotAnswered as error:
                runs.update(run_id, status="waiting", waiting_for=before)
                raise error.reason from error
            except (asyncio.CancelledError, KeyboardInterrupt, Stopped):
                runs.update(run_id, status="interrupted")
                raise
            except Overtaken:  # what the list says of it is another's now
                raise
            except SpecloopError:
                runs.update(run_id, status="failed")
                raise

    async def _followed(self, outcome: Outcome, settings: Settings, watch: Watch | None) -> Outcome:
        """The outcome of a run after its follow-ups were run, as far as they are to be run."""
        if not settings.follow_ups or outcome.status == "waiting":
            return outcome
        with self._runs() as runs:
            return await Following(self, runs, settings, watch).after(outcome)

    def _settings_of(self, run_id: str, *, answered: bool = False) -> Settings:
        """What a run was started with, and what is set here on top; an answer goes to whoever asked, also in `auto`."""
        with self._runs() as runs:
            given = runs.settings(run_id)
        return Settings.model_validate({**given, **self.settings.given(answered=answered)})

    @contextmanager
    def _runs(self) -> Iterator[Runs]:
        with closing(Runs(place_of(self.project))) as runs:
            yield runs

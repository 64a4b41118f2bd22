"""Runs that a server works: begun there, followed, answered, and what they came to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from graph.context import Context, context_of
from graph.progress import Event, Watch, event_of
from graph.remote.desk import Desk
from graph.remote.going_on import afresh, beginning, going_on
from graph.state import Input
from systems.agent_protocol import Server, Work
from systems.errors import UsageError
from systems.feedback import Heeded
from systems.records import Outcome
from systems.settings import Settings

KEPT = ("change", "loop", "input_tokens", "output_tokens", "seconds", "history_ref", "outcome_ref")
"""What of a thread's state tells what the run came to."""


@dataclass(frozen=True)
class RemoteRunner:
    """Has the runs of a project worked by a server.

    Attributes:
        server: which.
        at: the project as the server is told of it.
        settings: what is set here; wins over what a run was started with.
    """

    server: Server
    at: str
    settings: Settings

    async def start(self, given: Input, watch: Watch | None) -> Outcome:
        """A run from its start.

        Raises:
            UsageError: its follow-ups are to be run, which a server does not do by itself.
        """
        settings = await self.desk().settings(self.settings.given())
        if settings.follow_ups:
            raise UsageError("A server does not run follow-ups by itself.", mend="Leave --follow-ups out.")
        about = {"project": self.at, **given, "settings": settings.model_dump()}
        run_id = await self.server.create({"specloop": about})
        if watch:
            watch(Event("begun", "", run_id))
        context = self._of(about, self.at)
        return await self._worked(run_id, beginning(given, context), context, watch)

    async def resume(self, run_id: str, answer: Any, watch: Watch | None) -> Outcome:
        """A run from where it stands; one that goes on is followed."""
        about = await self._about(run_id)
        context = self._of(about, about["project"], answered=answer is not None)
        await Desk(self.server, context).same_version()
        if watch:
            watch(Event("begun", "", run_id))
        if active := await self.server.active(run_id):
            await _told(self.server.join(run_id, active), watch)
            return await self._arrived(run_id, context)
        stands = await self.server.snapshot(run_id)
        if stands.values.get("outcome_ref") and not (stands.interrupts or stands.unfinished):
            came_to = await self._arrived(run_id, context)
            if came_to.status == "done":
                return came_to
        given = Input(goal=about["goal"], change=about["change"], archived=about.get("archived", False))
        begin = beginning(given, context)
        return await self._worked(run_id, going_on(run_id, stands, answer, begin, context), context, watch)

    async def feedback(
        self, run_id: str, text: str, rating: int, *, ask: bool, redraft: bool, watch: Watch | None
    ) -> Heeded:
        """Feedback, kept there, and what the run did because of it."""
        about = await self._about(run_id)
        context = self._of(about, about["project"])
        desk = Desk(self.server, context)
        said = await desk.record("feedback", ("--keep", f"--rating={rating}"), [run_id, text])
        kept = Heeded.model_validate(said)
        if not redraft or rating > 0:
            return kept
        again = await desk.ask("redraft", kept=said, ask=ask)
        if "note" in again:
            return kept.model_copy(update={"note": again["note"]})
        outcome = await self._worked(run_id, afresh(again["update"], context), context, watch)
        return await self.came_of(kept, outcome)

    async def came_of(self, kept: Heeded, outcome: Outcome) -> Heeded:
        """Feedback with what came of it, once the run that goes on because of it has arrived at this outcome."""
        reference = (await self.server.snapshot(kept.run_id)).values.get("redraft_ref")
        given = {"kept": kept.model_dump(mode="json"), "outcome": outcome.model_dump(mode="json")}
        return Heeded.model_validate(await self.desk().ask("heeded", redraft_ref=reference, **given))

    async def stop(self, run_id: str) -> None:
        """Stop a run, whichever worker is at it."""
        if active := await self.server.active(run_id):
            await self.server.cancel(run_id, active)

    def desk(self) -> Desk:
        """The desk of the server, for this project."""
        return Desk(self.server, context_of(self.at, self.settings))

    async def _worked(self, run_id: str, work: Work, context: Context, watch: Watch | None) -> Outcome:
        await _told(self.server.work(run_id, work), watch)
        return await self._arrived(run_id, context)

    async def _arrived(self, run_id: str, context: Context) -> Outcome:
        """What a run came to or waits for, from the state of its thread."""
        stands = await self.server.snapshot(run_id)
        values = {key: stands.values[key] for key in KEPT if key in stands.values}
        asked = [{"id": each["id"], "value": each["value"]} for each in stands.interrupts]
        if not asked and not values.get("outcome_ref"):
            raise UsageError(f"Run {run_id} has not ended yet.", mend=f"Go on with `specloop resume {run_id}`.")
        told = await Desk(self.server, context).ask("outcome", run_id=run_id, values=values, interrupts=asked)
        return Outcome.model_validate(told)

    async def _about(self, run_id: str) -> dict[str, Any]:
        """What a run was started with.

        Raises:
            UsageError: there is no such run.
        """
        about = (await self.server.metadata(run_id)).get("specloop")
        if not isinstance(about, dict):
            message = f"Thread {run_id} of {self.server.url} is no run of specloop."
            raise UsageError(message, mend="See `specloop status`.")
        return about

    def _of(self, about: dict[str, Any], project: str, *, answered: bool = False) -> Context:
        """The context of a run: what it was started with, and what is set here on top."""
        given = {**about["settings"], **self.settings.given(answered=answered)}
        return context_of(project, Settings.model_validate(given))


async def _told(chunks: AsyncIterator[dict[str, Any]], watch: Watch | None) -> None:
    """Tell what the nodes of a run say, to its end."""
    async for chunk in chunks:
        if watch and (event := event_of(chunk)):
            watch(event)

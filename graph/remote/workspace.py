"""A Workspace whose runs a server works: what it says, asks and comes to is the same as here.

A run is a thread of the server. It goes on there whether somebody follows it or not; `resume` follows it again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

from graph.context import Context, context_of
from graph.learning.improvement import Plan, Workers
from graph.listing import Listing
from graph.progress import Event, Watch, event_of
from graph.remote.desk import Desk, Said
from graph.remote.going_on import afresh, beginning, going_on
from graph.sync import wait
from graph.workspace import Workspace
from nodes.next_step.node import checked_goal
from systems.access.replies import Reply
from systems.agent_protocol import Server, Work, connected
from systems.errors import UsageError
from systems.feedback import Heeded
from systems.person import Person
from systems.project.addresses import checked_url, is_url
from systems.records import Answer, Outcome, RunSummary
from systems.settings import HERE, Settings, load_settings, server_of, token
from systems.trials import Improved

ABREAST = 8
"""Plays of a trial that the workers of a server are given at once."""
KEPT = ("change", "loop", "input_tokens", "output_tokens", "seconds", "history_ref", "outcome_ref")
"""What of a thread's state tells what the run came to."""


class RemoteWorkspace(Workspace):
    """A project that a server works in; made by `Workspace(project, server=URL)`.

    Attributes:
        at: the project as the server is told of it: a folder that all its workers see, or the URL of a git repository.
        settings: what is set here; what is not, the worker's specloop.toml and environment say.
    """

    def __init__(self, project: str | Path = ".", *, server: str | None = None, **settings: Any) -> None:
        """Nothing is asked of the server yet.

        Args:
            project: a folder that all its workers see, or the URL of a git repository.
            server: its address; else SPECLOOP_SERVER or specloop.toml name it.
            settings: any field of `systems.settings.Settings`.

        Raises:
            UsageError: the URL holds a secret, a setting is wrong, or no server is named.
        """
        self.at = checked_url(str(project)) if is_url(project) else str(Path(project).expanduser().resolve())
        self.project = Path() if is_url(project) else Path(self.at)
        self.server = server_of(self.at if is_url(project) else self.project, server)
        if self.server is None:
            raise UsageError("The URL of a repository is worked by a server.", mend="Name one: --server, or clone it.")
        self.settings = load_settings(None, settings)

    async def arun(self, goal: str, *, change: str | None = None, watch: Watch | None = None) -> Outcome:
        """`run` for callers with an event loop."""
        goal = checked_goal(goal)
        async with self._connected() as server:
            settings = await self._desk(server).settings(self.settings.given())
            if settings.follow_ups:
                raise UsageError("A server does not run follow-ups by itself.", mend="Leave --follow-ups out.")
            about = {"project": self.at, "goal": goal, "change": change, "settings": settings.model_dump()}
            run_id = await server.create({"specloop": about})
            if watch:
                watch(Event("begun", "", run_id))
            context = self._of(about, self.at)
            return await self._worked(server, run_id, beginning(goal, change, context), context, watch)

    async def aresume(self, run_id: str, answer: Any = None, *, watch: Watch | None = None) -> Outcome:
        """`resume` for callers with an event loop; a run that goes on is followed."""
        async with self._connected() as server:
            about = await self._about(server, run_id)
            context = self._of(about, about["project"], answered=answer is not None)
            await Desk(server, context).same_version()
            if watch:
                watch(Event("begun", "", run_id))
            if active := await server.active(run_id):
                await _told(server.join(run_id, active), watch)
                return await self._arrived(server, run_id, context)
            stands = await server.snapshot(run_id)
            if stands.values.get("outcome_ref") and not (stands.interrupts or stands.unfinished):
                came_to = await self._arrived(server, run_id, context)
                if came_to.status == "done":
                    return came_to
            begin = beginning(about["goal"], about["change"], context)
            return await self._worked(server, run_id, going_on(run_id, stands, answer, begin, context), context, watch)

    def status(self, run_id: str | None = None) -> tuple[RunSummary, ...]:
        """The runs of the project at the server, newest first, or the one asked for."""
        runs = self.listing(run_id).runs
        return runs if run_id is None else runs[:1]

    def ended(self, run_id: str) -> Outcome | None:
        """`outcome`, or None where the run has come to nothing yet."""
        return self.listing(run_id).outcome

    def replies(self, run_id: str) -> tuple[Reply, ...]:
        """What people answered to a run, by whom and when."""
        return self.listing(run_id).replies

    def listing(self, run_id: str | None = None) -> Listing:
        """What `status` says."""
        return Listing.model_validate(wait(self._record("status", (), [run_id] if run_id else [])))

    def stop(self, run_id: str) -> RunSummary:
        """Stop a run, whichever worker is at it; `resume` goes on with it.

        Raises:
            UsageError: there is no such run.
        """
        wait(self._cancel(run_id))
        return self.status(run_id)[0]

    async def aask(self, question: str, *, person: Person | None = None, linger: float = 0.0) -> Answer:
        """`ask` for callers with an event loop; tools that may change something are not called."""
        fresh = ("--fresh",) if self.settings.fresh else ()
        return Answer.model_validate(await self._record("ask", fresh, [question]))

    async def afeedback(
        self,
        run_id: str,
        text: str,
        rating: int = 0,
        *,
        ask: bool = True,
        redraft: bool = True,
        watch: Watch | None = None,
    ) -> Heeded:
        """`feedback` for callers with an event loop."""
        async with self._connected() as server:
            about = await self._about(server, run_id)
            context = self._of(about, about["project"])
            desk = Desk(server, context)
            said = await desk.record("feedback", ("--keep", f"--rating={rating}"), [run_id, text])
            kept = Heeded.model_validate(said)
            if not redraft or rating > 0:
                return kept
            again = await desk.ask("redraft", kept=said, ask=ask)
            if "note" in again:
                return kept.model_copy(update={"note": again["note"]})
            outcome = await self._worked(server, run_id, afresh(again["update"], context), context, watch)
            return await self._heeded(server, desk, kept, outcome)

    async def acame_of(self, kept: Heeded, outcome: Outcome) -> Heeded:
        """Feedback with what came of it, once the run that goes on because of it has arrived at this outcome."""
        async with self._connected() as server:
            return await self._heeded(server, self._desk(server), kept, outcome)

    def command(self, name: str, options: tuple[str, ...], words: list[str]) -> Said:
        """What a command of the program says at a worker."""

        async def asked() -> Said:
            async with self._connected() as server:
                return await self._desk(server).command(name, options, words)

        return wait(asked())

    def examined(self, options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """What `specloop doctor` says at a worker: its checks.

        Raises:
            Missing: the server does not answer.
        """
        return list(wait(self._record("doctor", options, []))["checks"])

    def document(self, change: str, *, watch: Watch | None = None) -> NoReturn:
        """Not done at a server."""
        raise UsageError("Documents are kept true where the project is.", mend="Use --server here.")

    async def aimprove(self, plan: Plan | None = None) -> Improved:
        """`improve` for callers with an event loop: here, where the ledger is, with plays by the server's workers."""
        if is_url(self.at):
            message = "A policy is improved where a clone of the project is, which this URL is not."
            raise UsageError(message, mend="Name your clone with --project; its workers may still see the URL.")
        plan = plan or Plan()
        workers = plan.workers or Workers(str(self.server), self.at, ABREAST)
        here = Workspace(self.project, server=HERE, **self.settings.given())
        return await here.aimprove(plan._replace(workers=workers))

    async def _worked(self, server: Server, run_id: str, work: Work, context: Context, watch: Watch | None) -> Outcome:
        await _told(server.work(run_id, work), watch)
        return await self._arrived(server, run_id, context)

    async def _arrived(self, server: Server, run_id: str, context: Context) -> Outcome:
        """What a run came to or waits for, from the state of its thread."""
        stands = await server.snapshot(run_id)
        values = {key: stands.values[key] for key in KEPT if key in stands.values}
        asked = [{"id": each["id"], "value": each["value"]} for each in stands.interrupts]
        if not asked and not values.get("outcome_ref"):
            raise UsageError(f"Run {run_id} has not ended yet.", mend=f"Go on with `specloop resume {run_id}`.")
        told = await Desk(server, context).ask("outcome", run_id=run_id, values=values, interrupts=asked)
        return Outcome.model_validate(told)

    async def _heeded(self, server: Server, desk: Desk, kept: Heeded, outcome: Outcome) -> Heeded:
        reference = (await server.snapshot(kept.run_id)).values.get("redraft_ref")
        given = {"kept": kept.model_dump(mode="json"), "outcome": outcome.model_dump(mode="json")}
        return Heeded.model_validate(await desk.ask("heeded", redraft_ref=reference, **given))

    async def _about(self, server: Server, run_id: str) -> dict[str, Any]:
        """What a run was started with.

        Raises:
            UsageError: there is no such run.
        """
        about = (await server.metadata(run_id)).get("specloop")
        if not isinstance(about, dict):
            raise UsageError(f"Thread {run_id} of {server.url} is no run of specloop.", mend="See `specloop status`.")
        return about

    async def _cancel(self, run_id: str) -> None:
        async with self._connected() as server:
            if active := await server.active(run_id):
                await server.cancel(run_id, active)

    async def _record(self, name: str, options: tuple[str, ...], words: list[str]) -> dict[str, Any]:
        async with self._connected() as server:
            return await self._desk(server).record(name, options, words)

    def _desk(self, server: Server) -> Desk:
        return Desk(server, self._of({"settings": {}}, self.at))

    def _of(self, about: dict[str, Any], project: str, *, answered: bool = False) -> Context:
        """The context of a run: what it was started with, and what is set here on top."""
        settings = Settings.model_validate({**about["settings"], **self.settings.given(answered=answered)})
        return context_of(project, settings)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Server]:
        async with connected(str(self.server), token(), self.at) as server:
            yield server


async def _told(chunks: AsyncIterator[dict[str, Any]], watch: Watch | None) -> None:
    """Tell what the nodes of a run say, to its end."""
    async for chunk in chunks:
        if watch and (event := event_of(chunk)):
            watch(event)

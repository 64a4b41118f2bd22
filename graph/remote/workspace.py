"""A Workspace whose runs a server works: what it says, asks and comes to is the same as here.

A run is a thread of the server. It goes on there whether somebody follows it or not; `resume` follows it again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.context import context_of
from graph.listing import Listing
from graph.remote.desk import Desk, Said
from graph.remote.standing import standing
from graph.sync import wait
from graph.workspace import Workspace
from systems.access.replies import Reply
from systems.agent_protocol import Server, connected
from systems.errors import UsageError
from systems.project.addresses import checked_url, is_url
from systems.records import Answer, Outcome, RunSummary
from systems.settings import HERE, load_settings, server_of, token

if TYPE_CHECKING:
    from graph.archiving import Filed
    from graph.learning.improvement import Plan
    from graph.progress import Watch
    from graph.remote.runner import RemoteRunner
    from graph.state import Input
    from systems.feedback import Heeded
    from systems.person import Person
    from systems.trials import Improved

ABREAST = 8
"""Plays of a trial that the workers of a server are given at once."""


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

    async def aresume(self, run_id: str, answer: Any = None, *, watch: Watch | None = None) -> Outcome:
        """`resume` for callers with an event loop; a run that goes on is followed."""
        async with self._runs_there() as runs:
            return await runs.resume(run_id, answer, watch)

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
        return wait(self._listed(run_id))

    def stop(self, run_id: str) -> RunSummary:
        """Stop a run, whichever worker is at it; `resume` goes on with it.

        Raises:
            UsageError: there is no such run.
        """

        async def stopped() -> None:
            async with self._runs_there() as runs:
                await runs.stop(run_id)

        wait(stopped())
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
        async with self._runs_there() as runs:
            return await runs.feedback(run_id, text, rating, ask=ask, redraft=redraft, watch=watch)

    async def acame_of(self, kept: Heeded, outcome: Outcome) -> Heeded:
        """Feedback with what came of it, once the run that goes on because of it has arrived at this outcome."""
        async with self._runs_there() as runs:
            return await runs.came_of(kept, outcome)

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

    def archive(self, change: str) -> Filed:
        """Put a change into the main specs; of a repository, on the branch of the change."""
        from graph.archiving import Filed

        async def asked() -> dict[str, Any]:
            async with self._connected() as server:
                return await self._desk(server).ask("archive", change=change)

        return Filed.model_validate(wait(asked()))

    async def aimprove(self, plan: Plan | None = None) -> Improved:
        """`improve` for callers with an event loop: here, where the ledger is, with plays by the server's workers."""
        if is_url(self.at):
            message = "A policy is improved where a clone of the project is, which this URL is not."
            raise UsageError(message, mend="Name your clone with --project; its workers may still see the URL.")
        from graph.learning.improvement import Plan, Workers

        plan = plan or Plan()
        workers = plan.workers or Workers(str(self.server), self.at, ABREAST)
        here = Workspace(self.project, server=HERE, **self.settings.given())
        return await here.aimprove(plan._replace(workers=workers))

    async def _listed(self, run_id: str | None) -> Listing:
        async with self._connected() as server:
            busy = await server.busy()
            try:
                told = Listing.model_validate(await self._desk(server).record("status", (), [run_id] if run_id else []))
            except UsageError:
                told = Listing(runs=())
                if not run_id or run_id not in busy:
                    raise
        return standing(told, busy, self.at, run_id)

    async def _started(self, given: Input, watch: Watch | None) -> Outcome:
        async with self._runs_there() as runs:
            return await runs.start(given, watch)

    async def _record(self, name: str, options: tuple[str, ...], words: list[str]) -> dict[str, Any]:
        async with self._connected() as server:
            return await self._desk(server).record(name, options, words)

    def _desk(self, server: Server) -> Desk:
        return Desk(server, context_of(self.at, self.settings))

    @asynccontextmanager
    async def _runs_there(self) -> AsyncIterator[RemoteRunner]:
        from graph.remote.runner import RemoteRunner

        async with self._connected() as server:
            yield RemoteRunner(server, self.at, self.settings)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Server]:
        async with connected(str(self.server), token(), self.at) as server:
            yield server

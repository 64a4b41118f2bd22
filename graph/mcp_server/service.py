"""What the served tools do, all of it in one project."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from graph.commands.traces import stored, traces
from graph.listing import Listing
from graph.mcp_server.arguments import Asked, EntryName, Goal, Opinion, Resumption, RunName, Told, TraceName
from graph.mcp_server.talking import talked, told_to
from graph.workspace import Workspace
from nodes.feedback_loop.report import Report, analyze
from systems.errors import UsageError
from systems.feedback import Heeded
from systems.ledger import Ledger
from systems.records import Answer, Outcome
from systems.serving import Caller
from systems.settings import load_prices
from systems.stores import exists, place_of

LINGER_SECONDS = 60.0


class Service:
    """The tools of one project.

    Each call reads the project's settings anew, as a command would.
    """

    def __init__(self, project: Path, settings: Mapping[str, Any]) -> None:
        """Nothing is opened yet.

        Args:
            project: absolute path of the project.
            settings: what the person who serves it has set; wins over the environment and the file.
        """
        self._project = project
        self._settings = dict(settings)

    async def run(self, asked: Goal, caller: Caller) -> Outcome:
        """Take a goal to a complete change."""
        workspace = self._workspace()
        outcome = await workspace.arun(asked.goal, change=asked.change, watch=told_to(caller))
        return await talked(outcome, workspace, caller)

    async def resume(self, asked: Resumption, caller: Caller) -> Outcome:
        """Go on with a run; where it waits and no answer came with the call, the person at the client is asked."""
        workspace = self._workspace()
        if asked.answer is None and workspace.status(asked.run_id)[0].status == "waiting":
            outcome = workspace.outcome(asked.run_id)
        else:
            outcome = await workspace.aresume(asked.run_id, asked.answer, watch=told_to(caller))
        return await talked(outcome, workspace, caller)

    async def status(self, asked: RunName, caller: Caller) -> Listing:
        """The runs of the project, or one with what it came to."""
        return self._workspace().listing(asked.run_id)

    async def ask(self, asked: Asked, caller: Caller) -> Answer:
        """Answer one question."""
        return await self._workspace().aask(asked.question, linger=LINGER_SECONDS)

    async def feedback(self, asked: Opinion, caller: Caller) -> Heeded:
        """Keep what a person thinks of a run; what is drafted again for it, the person at the client approves."""
        workspace = self._workspace()
        heeded = await workspace.afeedback(
            asked.run_id, asked.text, asked.rating, redraft=asked.redraft, watch=told_to(caller)
        )
        if heeded.outcome is None or heeded.outcome.status != "waiting":
            return heeded
        return await workspace.acame_of(heeded, await talked(heeded.outcome, workspace, caller))

    async def analyze(self, asked: TraceName, caller: Caller) -> Report:
        """What went wrong in a trace."""
        return await asyncio.to_thread(self._analyzed, asked.trace)

    async def ledger(self, asked: EntryName, caller: Caller) -> Told:
        """What was learned, or one entry of it."""
        return await asyncio.to_thread(self._told, asked.id)

    def _workspace(self) -> Workspace:
        return Workspace(self._project, **self._settings)

    def _analyzed(self, name: str) -> Report:
        file = self._file(name)
        with traces(str(file), self._project) if file else stored(name, self._project) as found:
            (trace,) = found
            prices = load_prices(self._project)
            return analyze(trace.spans, file=name, dropped=trace.dropped, prices=prices)

    def _file(self, name: str) -> Path | None:
        """The file of the project that a path names; None where it names no file.

        Raises:
            UsageError: it is outside of the project, or no file.
        """
        try:
            path = (self._project / name).resolve()
            there = bool(name.strip()) and path.exists()
        except (OSError, ValueError):  # too long, or with a null character
            return None
        if not path.is_relative_to(self._project):
            raise UsageError(f"{name!r} is outside of the project {self._project}.", mend="Name a file within it.")
        if there and not path.is_file():
            raise UsageError(f"{name!r} is no file.", mend="Name one trace file of the project, or a run.")
        return path if there else None

    def _told(self, identifier: str | None) -> Told:
        from graph.commands.ledger import finite
        from graph.commands.ledger_views import listed, shown

        place = place_of(self._project)
        if not exists(place):
            raise UsageError("The project has no ledger: specloop was not run there yet.", mend="Start with `run`.")
        with closing(Ledger(place)) as ledger:
            told = shown(ledger, identifier)[0] if identifier else listed(ledger, everything=True).json()
        return Told.model_validate(finite(told))

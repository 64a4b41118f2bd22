"""The Python API: `Workspace(project).run(goal)`, sync and async, with the records of `systems.records` out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, cast

from graph.build import build
from graph.checkpoints import saver
from graph.context import Context
from graph.families import family_of, share
from graph.feedback.heeding import came_of, heeded
from graph.following import Following
from graph.learning.harvest.harvest import harvest_all
from graph.learning.improvement import Plan, improve
from graph.listing import Listing, listing
from graph.progress import Event, Watch
from graph.state import Input
from graph.stopping import stop, stoppable
from graph.stream import NotAnswered, Resumed, streamed
from graph.sync import wait
from nodes.next_step.node import checked_goal
from nodes.question_routing.ask import ask
from systems.access.replies import Replies, Reply
from systems.connections import Run, opened
from systems.documents import Documents
from systems.errors import SpecloopError, Stopped, UsageError
from systems.feedback import Heeded
from systems.openspec import archived_as
from systems.person import Person
from systems.project.addresses import is_url
from systems.project.repository import check_project
from systems.records import Answer, Outcome, RunSummary
from systems.runs import Runs
from systems.settings import Settings, load_settings, server_of
from systems.stores import place_of
from systems.trials import Improved

OF_A_FAMILY = {"follow_ups", "follow_up_depth"}  # the others hold for each run


class Workspace:
    """A project that specloop works in.

    Attributes:
        project: absolute path of the project.
        settings: what holds for its runs.
        server: where they are worked; None: here.
    """

    def __new__(cls, project: str | Path = ".", *, server: str | None = None, **settings: Any) -> Self:
        """Take up a project, here or at a server.

        Args:
            project: a folder in a git repository; for a server also the URL of one.
            server: address of the server that works the runs; wins over SPECLOOP_SERVER and specloop.toml.
            settings: as `__init__` takes them.

        Raises:
            UsageError: the address is none.
        """
        if cls is Workspace and (is_url(project) or server_of(Path(project), server)):
            from graph.remote.workspace import RemoteWorkspace

            return object.__new__(cast(type[Self], RemoteWorkspace))
        return object.__new__(cls)

    def __init__(self, project: str | Path = ".", *, server: str | None = None, **settings: Any) -> None:
        """Take up a project.

        Args:
            project: a folder in a git repository; for a server also the URL of one.
            server: address of the server that works the runs; none: this process does.
            settings: any field of `systems.settings.Settings`; wins over SPECLOOP_* and specloop.toml.

        Raises:
            UsageError: the project or a setting is wrong.
        """
        self.project = check_project(Path(project))
        self.server: str | None = None
        self.settings = load_settings(self.project, settings)

    def run(self, goal: str, *, change: str | None = None, watch: Watch | None = None) -> Outcome:
        """Take a goal to a complete OpenSpec change.

        Args:
            goal: what is to change, in a sentence or a paragraph.
            change: an existing change to take up; a new one is made without.
            watch: called with every event while the run goes on.

        Returns:
            The outcome; its status is done, unfinished (`missing` says why) or waiting (`waiting_for` says for what).

        Raises:
            UsageError: the goal, the change or the configuration is wrong.
            Missing: an outside system is missing or failed for good; `resume` goes on once that is mended.
        """
        return wait(self.arun(goal, change=change, watch=watch))

    async def arun(self, goal: str, *, change: str | None = None, watch: Watch | None = None) -> Outcome:
        """`run` for callers with an event loop."""
        outcome = await self.begin(Input(goal=checked_goal(goal), change=change), self.settings, watch)
        return await self._followed(outcome, self.settings, watch)

    def document(self, change: str, *, watch: Watch | None = None) -> Outcome:
        """Look which of the project's own documents (`[documents] update`) an archived change has made untrue.

        Args:
            change: the change.
            watch: called with every event while the run goes on.

        Returns:
            The outcome, which says what became of each document; with `approve="ask"` it waits for a person.

        Raises:
            UsageError: there is no such change in the archive.
            Missing: an outside system is missing or failed for good.
        """
        if archived_as(self.project, change) is None:
            raise UsageError(f"No change {change} is archived.", mend=f"Archive it: specloop archive {change}.")
        given = Input(goal=f"Keep the documents true to {change}", change=change, archived=True)
        return wait(self.begin(given, self.settings, watch))

    def resume(self, run_id: str, answer: Any = None, *, watch: Watch | None = None) -> Outcome:
        """Go on with a run that was interrupted, waits for a person, or ended unfinished.

        Args:
            run_id: the run.
            answer: to what the run waits for: `{interrupt id: answer}`, or the answer to the only or first thing asked:
                words (`approve`, `reject:REASON`, what a question asks for) or an object.
            watch: called with every event while the run goes on.

        Raises:
            UsageError: there is no such run, or the answer is not one that was asked for.
            Waiting: the run waits for a person and no answer is given.
            Busy: another process is working on it.
        """
        return wait(self.aresume(run_id, answer, watch=watch))

    async def aresume(self, run_id: str, answer: Any = None, *, watch: Watch | None = None) -> Outcome:
        """`resume` for callers with an event loop."""
        with self._runs() as runs:
            summary = runs.get(run_id)
        if summary.status == "done":
            outcome = self.outcome(run_id)
        else:
            outcome = await self.go_on(Resumed(summary, answer), watch)
        return await self._followed(outcome, self._settings_of(run_id), watch)

    async def go_on(self, resumed: Resumed, watch: Watch | None = None) -> Outcome:
        """Let a run go on, with what it was started with and what is set here on top."""
        run_id = resumed.summary.run_id
        with self._runs() as runs:
            family = family_of(run_id, runs.all())
        settings = self._settings_of(run_id, answered=resumed.answered)
        return await self._go(run_id, resumed, share(run_id, family, settings), watch)

    def status(self, run_id: str | None = None) -> tuple[RunSummary, ...]:
        """The runs of the project, newest first, or the one asked for."""
        with self._runs() as runs:
            return runs.all() if run_id is None else (runs.get(run_id),)

    def listing(self, run_id: str | None = None) -> Listing:
        """`status`, and with one run what it came to and what was run after it."""
        return listing(self, run_id)

    def stop(self, run_id: str) -> RunSummary:
        """Stop a run that some process on this machine works on; `resume` goes on with it.

        Raises:
            UsageError: there is no such run.
            Busy: it does not stop.
        """
        with self._runs() as runs:
            return wait(stop(runs, run_id))

    def outcome(self, run_id: str) -> Outcome:
        """What a run came to, or what it waits for.

        Raises:
            UsageError: there is no such run, or it has come to nothing yet.
        """
        if (found := self.ended(run_id)) is None:
            raise UsageError(f"Run {run_id} has not ended yet.", mend=f"Go on with `specloop resume {run_id}`.")
        return found

    def ended(self, run_id: str) -> Outcome | None:
        """`outcome`, or None where the run has come to nothing yet."""
        with self._runs() as runs:
            runs.get(run_id)
            reference = runs.outcome(run_id)
        if reference is None:
            return None
        with closing(Documents(place_of(self.project))) as documents:
            return documents.get_record(reference, Outcome)

    def replies(self, run_id: str) -> tuple[Reply, ...]:
        """What people answered to a run, by whom and when."""
        with closing(Replies(place_of(self.project))) as replies:
            return replies.of(run_id)

    def ask(self, question: str, *, person: Person | None = None) -> Answer:
        """Route one question and answer it, without a run.

        Args:
            question: about the project.
            person: who allows calls of tools that may change something; None: such tools are not called.
        """
        return wait(self.aask(question, person=person))

    async def aask(self, question: str, *, person: Person | None = None, linger: float = 0.0) -> Answer:
        """`ask` for callers with an event loop, who may keep the servers open for the next question.

        Args:
            question: about the project.
            person: who allows calls of tools that may change something; None: such tools are not called.
            linger: seconds they stay open; `systems.connections.closed` closes them before.
        """
        context = replace(self._context(self.settings), approve="ask" if person else "auto")
        async with opened(context, linger=linger) as systems:
            run = Run(f"ask-{secrets.token_hex(6)}", context, systems)
            with systems.telemetry.scope(policy=systems.policy.hash), systems.telemetry.root(run.id):
                return await ask(question, run, person)

    def improve(self, plan: Plan | None = None) -> Improved:
        """Improve the policy by what the project's own cases prove.

        Args:
            plan: how to go about it: rounds, budget, who is told (`graph.learning.improvement.Plan`).

        Raises:
            Busy: another process improves this project.
            Missing: an outside system is gone; asked again, it goes on where it stopped.
        """
        return wait(self.aimprove(plan))

    async def aimprove(self, plan: Plan | None = None) -> Improved:
        """`improve` for callers with an event loop."""
        await harvest_all(self.project)
        return await improve(self._context(self.settings), plan or Plan())

    def feedback(
        self,
        run_id: str,
        text: str,
        rating: int = 0,
        *,
        ask: bool = True,
        redraft: bool = True,
        watch: Watch | None = None,
    ) -> Heeded:
        """Keep what a person thinks of a run, and draft again what they are not content with.

        Args:
            run_id: the run.
            text: in words.
            rating: 1 good, which changes no document; -1 bad; 0 neither.
            ask: whether they approve each document before it is written: the outcome then waits, and `resume` goes on.
            redraft: whether documents are drafted again, or, where the change is finished, a follow-up is opened.
            watch: called with every event while the run goes on.

        Raises:
            UsageError: there is no such run, nothing is said, or the rating is none.
            Missing: the feedback could not be kept, or it is kept and an outside system is gone; the message says.
        """
        return wait(self.afeedback(run_id, text, rating, ask=ask, redraft=redraft, watch=watch))

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
        return await heeded(self, run_id, text, rating, ask=ask, redraft=redraft, watch=watch)

    async def acame_of(self, kept: Heeded, outcome: Outcome) -> Heeded:
        """Feedback with what came of it, once the run that goes on because of it has arrived at this outcome."""
        return await came_of(self.project, kept, outcome)

    def _settings_of(self, run_id: str, *, answered: bool = False) -> Settings:
        """What a run was started with, and what is set here on top; an answer goes to whoever asked, also in `auto`."""
        with self._runs() as runs:
            given = runs.settings(run_id)
        chosen = self.settings.model_fields_set - ({"approve"} if answered else set())
        set_here = {key: value for key, value in self.settings.model_dump().items() if key in chosen}
        return Settings.model_validate({**given, **set_here})

    async def begin(self, given: Input, settings: Settings, watch: Watch | None, parent: str | None = None) -> Outcome:
        """A new run, of a person's goal or of a follow-up that another run has opened."""
        run_id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        with self._runs() as runs:
            runs.start(
                run_id, goal=given["goal"], change=given["change"], settings=settings.model_dump(), parent=parent
            )
            family = family_of(run_id, runs.all())
        return await self._go(run_id, given, share(run_id, family, settings), watch)

    async def _followed(self, outcome: Outcome, settings: Settings, watch: Watch | None) -> Outcome:
        """The outcome of a run after its follow-ups were run, as far as they are to be run."""
        if not settings.follow_ups or outcome.status == "waiting":
            return outcome
        with self._runs() as runs:
            return await Following(self, runs, settings, watch).after(outcome)

    async def _go(self, run_id: str, start: Input | Resumed, settings: Settings, watch: Watch | None) -> Outcome:
        context = self._context(settings)
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
            except SpecloopError:
                runs.update(run_id, status="failed")
                raise

    def _context(self, settings: Settings) -> Context:
        return Context(project=str(self.project), **settings.model_dump(exclude=OF_A_FAMILY))

    @contextmanager
    def _runs(self) -> Iterator[Runs]:
        with closing(Runs(place_of(self.project))) as runs:
            yield runs

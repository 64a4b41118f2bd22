"""The Python API: `Workspace(project).run(goal)`, sync and async, with the records of `systems.records` out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from graph.listing import Listing, came_to, listing
from graph.sync import wait
from systems.access.replies import Replies, Reply
from systems.errors import UsageError
from systems.project.addresses import is_url
from systems.project.repository import check_project
from systems.records import Answer, Outcome, RunSummary
from systems.runs import Runs
from systems.settings import load_settings, server_of
from systems.stores import place_of

if TYPE_CHECKING:
    from graph.archiving import Filed
    from graph.learning.improvement import Plan
    from graph.progress import Watch
    from graph.runner import Runner
    from graph.state import Input
    from systems.feedback import Heeded
    from systems.person import Person
    from systems.trials import Improved


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
        from graph.state import Input
        from nodes.next_step.node import checked_goal

        return await self._started(Input(goal=checked_goal(goal), change=change), watch)

    def archive(self, change: str) -> Filed:
        """Put a change into the main specs, and look which of the project's own documents are to be looked at.

        Args:
            change: the change; one that is archived already just says where.

        Returns:
            Where it is, and how many requirements of the main specs it changed.

        Raises:
            UsageError: there is no such change.
            Rejected: a task is open, the change or a main spec is not sound, or the archive broke one; in words.
        """
        from graph.archiving import filed

        return wait(filed(self.project, change))

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
        from graph.state import Input

        given = Input(goal=f"Keep the documents true to {change}", change=change, archived=True)
        return wait(self._started(given, watch))

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
        from graph.stream import Resumed

        with self._runs() as runs:
            summary = runs.get(run_id)
        return await self._runner().resume(Resumed(summary, answer), watch)

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
        from graph.stopping import stop

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
        return came_to(self.project, run_id)

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
        from graph.asking import asked

        return await asked(question, self.project, self.settings, person=person, linger=linger)

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
        from graph.context import context_of
        from graph.learning.harvest.harvest import harvest_all
        from graph.learning.improvement import Plan, improve

        await harvest_all(self.project)
        return await improve(context_of(str(self.project), self.settings), plan or Plan())

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
        from graph.feedback.heeding import heeded

        return await heeded(self._runner(), run_id, text, rating, ask=ask, redraft=redraft, watch=watch)

    async def acame_of(self, kept: Heeded, outcome: Outcome) -> Heeded:
        """Feedback with what came of it, once the run that goes on because of it has arrived at this outcome."""
        from graph.feedback.heeding import came_of

        return await came_of(self.project, kept, outcome)

    async def _started(self, given: Input, watch: Watch | None) -> Outcome:
        return await self._runner().start(given, watch)

    def _runner(self) -> Runner:
        """Who works runs here; made when one is worked, because LangGraph takes long to import."""
        from graph.runner import Runner

        return Runner(self.project, self.settings)

    @contextmanager
    def _runs(self) -> Iterator[Runs]:
        with closing(Runs(place_of(self.project))) as runs:
            yield runs

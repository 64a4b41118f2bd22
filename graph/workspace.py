"""The Python API: `Workspace(project).run(goal)`, sync and async, with the records of `systems.records` out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, Interrupt, StateSnapshot, StreamMode

from graph.answers import answers
from graph.build import Compiled, build
from graph.checkpoints import saver
from graph.context import Context
from graph.learning.harvest.harvest import harvest_all, harvested
from graph.learning.improvement import Plan, improve
from graph.learning.watching import settled
from graph.progress import Event, Watch, events
from graph.state import Input
from graph.stopping import stop, stoppable
from nodes.next_step.node import checked_goal
from nodes.question_routing.ask import ask
from systems.connections import Run, Systems, opened
from systems.documents import Documents
from systems.errors import SpecloopError, Stopped, UsageError, Waiting
from systems.person import Person
from systems.records import Answer, Outcome, RunSummary, Tokens
from systems.repository import check_project
from systems.runs import Runs
from systems.settings import Settings, load_settings
from systems.telemetry import trace_id
from systems.trials import Improved

T = TypeVar("T")
STORE = Path(".specloop") / "specloop.db"
STREAM: list[StreamMode] = ["tasks", "updates", "custom"]
STEPS_PER_LOOP = 8


class Workspace:
    """A project that specloop works in.

    Attributes:
        project: absolute path of the project.
        settings: what holds for its runs.
    """

    def __init__(self, project: str | Path = ".", **settings: Any) -> None:
        """Take up a project.

        Args:
            project: a folder in a git repository.
            settings: any field of `systems.settings.Settings`; wins over SPECLOOP_* and specloop.toml.

        Raises:
            UsageError: the project or a setting is wrong.
        """
        self.project = check_project(Path(project))
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
        return _wait(self.arun(goal, change=change, watch=watch))

    async def arun(self, goal: str, *, change: str | None = None, watch: Watch | None = None) -> Outcome:
        """`run` for callers with an event loop."""
        goal = checked_goal(goal)
        run_id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        with self._runs() as runs:
            runs.start(run_id, goal=goal, change=change, settings=self.settings.model_dump())
        return await self._go(run_id, Input(goal=goal, change=change), self.settings, watch)

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
        return _wait(self.aresume(run_id, answer, watch=watch))

    async def aresume(self, run_id: str, answer: Any = None, *, watch: Watch | None = None) -> Outcome:
        """`resume` for callers with an event loop."""
        with self._runs() as runs:
            summary, given = runs.get(run_id), runs.settings(run_id)
        if summary.status == "done":
            return self.outcome(run_id)
        chosen = self.settings.model_fields_set
        merged = {**given, **{key: value for key, value in self.settings.model_dump().items() if key in chosen}}
        resumed = Resumed(summary, answer)
        return await self._go(run_id, resumed, Settings.model_validate(merged), watch)

    def status(self, run_id: str | None = None) -> tuple[RunSummary, ...]:
        """The runs of the project, newest first, or the one asked for."""
        with self._runs() as runs:
            return runs.all() if run_id is None else (runs.get(run_id),)

    def stop(self, run_id: str) -> RunSummary:
        """Stop a run that some process on this machine works on; `resume` goes on with it.

        Raises:
            UsageError: there is no such run.
            Busy: it does not stop.
        """
        with self._runs() as runs:
            return _wait(stop(runs, run_id))

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
        with closing(Documents(self.project / STORE)) as documents:
            return documents.get_record(reference, Outcome)

    def ask(self, question: str, *, person: Person | None = None) -> Answer:
        """Route one question and answer it, without a run.

        Args:
            question: about the project.
            person: who allows calls of tools that may change something; None: such tools are not called.
        """
        return _wait(self.aask(question, person=person))

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
        return _wait(self.aimprove(plan))

    async def aimprove(self, plan: Plan | None = None) -> Improved:
        """`improve` for callers with an event loop."""
        await harvest_all(self.project)
        return await improve(self._context(self.settings), plan or Plan())

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
                    return await _streamed(compiled, run_id, start, context, systems, watch)
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
        return Context(project=str(self.project), **settings.model_dump())

    @contextmanager
    def _runs(self) -> Iterator[Runs]:
        with closing(Runs(self.project / STORE)) as runs:
            yield runs


class NotAnswered(Exception):
    """The run goes on waiting for a person; `reason` says why."""

    def __init__(self, reason: SpecloopError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Resumed:
    """What a resumed run goes on with."""

    def __init__(self, summary: RunSummary, answer: Any) -> None:
        self.summary = summary
        self._answer = answer

    async def payload(self, compiled: Compiled, config: RunnableConfig) -> Input | Command[Any] | None:
        """What LangGraph is given: an answer, a new start from the last state, or nothing: go on where it stopped.

        Raises:
            NotAnswered: the run waits for a person, and there is no answer or a wrong one.
        """
        snapshot = await compiled.aget_state(config)
        if not snapshot.values:
            return Input(goal=self.summary.goal, change=None)
        if snapshot.interrupts:
            try:
                return Command(resume=self._answers(snapshot.interrupts))
            except SpecloopError as error:
                raise NotAnswered(error) from error
        if not snapshot.tasks:  # `next` leaves out tasks that were cancelled or had just finished
            return Command(goto="next_step", update={"revision_ref": None, "outcome_ref": None, "check": None})
        return None

    def _answers(self, interrupts: tuple[Interrupt, ...]) -> dict[str, Any]:
        if self._answer is None:
            texts = "; ".join(str(each.value.get("text", "")) for each in interrupts)
            raise Waiting(
                f"Run {self.summary.run_id} waits for a person: {texts}",
                mend=f"Answer with `specloop resume {self.summary.run_id} --answer ...`.",
            )
        return answers(self._answer, interrupts)


async def _streamed(
    compiled: Compiled, run_id: str, start: Input | Resumed, context: Context, systems: Systems, watch: Watch | None
) -> Outcome:
    config: RunnableConfig = {
        "configurable": {"thread_id": run_id},
        "recursion_limit": STEPS_PER_LOOP * context.max_loops + 50,
    }
    systems.runs.note_policy(run_id, policy=systems.learned, model=systems.model.choice.name)
    payload = await start.payload(compiled, config) if isinstance(start, Resumed) else start
    with systems.telemetry.scope(policy=systems.policy.hash), systems.telemetry.root(run_id):
        stream = compiled.astream(payload, config, context=context, stream_mode=STREAM, durability="sync")
        async for mode, chunk in stream:
            for event in events(mode, chunk, systems.documents):
                if watch:
                    watch(event)
    return await _outcome(compiled, config, run_id, systems)


async def _outcome(compiled: Compiled, config: RunnableConfig, run_id: str, systems: Systems) -> Outcome:
    snapshot = await compiled.aget_state(config)
    if not snapshot.interrupts:
        harvested(run_id, snapshot.values.get("history_ref"), systems.project)
        return settled(systems.documents.get_record(snapshot.values["outcome_ref"], Outcome), systems)
    outcome = _waiting(snapshot, run_id, systems)
    questions = tuple(str(each["text"]) for each in outcome.waiting_for)
    reference = systems.documents.put_record(outcome)
    systems.runs.update(run_id, status="waiting", waiting_for=questions, outcome=reference)
    return outcome


def _waiting(snapshot: StateSnapshot, run_id: str, systems: Systems) -> Outcome:
    values = snapshot.values
    return Outcome(
        run_id=run_id,
        change=values.get("change"),
        status="waiting",
        loops=values.get("loop", 0),
        trace_id=trace_id(run_id),
        tokens=Tokens(input=values.get("input_tokens", 0), output=values.get("output_tokens", 0)),
        seconds=values.get("seconds", 0.0),
        waiting_for=tuple(map(_asked, snapshot.interrupts)),
        model=systems.model.choice.name,
    )


def _asked(interrupt: Interrupt) -> dict[str, Any]:
    form = {"form": interrupt.response_schema} if isinstance(interrupt.response_schema, dict) else {}
    return {"id": interrupt.id, **interrupt.value, **form}


def _wait(work: Coroutine[Any, Any, T]) -> T:
    """The result of async work for a caller without an event loop, or (as in a notebook) inside of one."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()

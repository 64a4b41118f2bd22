"""One task: worked by the model in the worktree, decided by the check, committed or left open.

A task is ticked in the list on the branch, where the list is committed, by the commit that has its work; the person's
list is ticked by `document_update`. Nothing here is done twice: a task is begun at the last commit of the branch, and a
commit names the step that made it, so a run that was killed between the commit and its next checkpoint takes the commit
for the result.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nodes.execution.implementing.budget import Budget
from nodes.execution.implementing.judging import Judge, told
from nodes.execution.implementing.prompt import GONE, SYSTEM, UNCHANGED, broken_off, task_words
from nodes.execution.implementing.tools import offered
from systems import names
from systems.connections import Run, Systems
from systems.documents import read_file, write_file
from systems.openspec import ticked
from systems.project import sandbox
from systems.project.implementation import ACCEPTED, CheckRun, Implementation, TaskResult
from systems.project.rooted import Rooted
from systems.project.worktrees import Worktree
from systems.records import Hash, Step

if TYPE_CHECKING:
    from nodes.execution.implementing.agent import Agent, Turn

AGENT = "implementer"
CHARACTERS_A_TOKEN = 4
MOST_SUBJECT = 500
UNJUDGED = (
    "The check failed before this task too and does not name what fails, so the work could not be judged. It ran {}."
)


@dataclass(frozen=True)
class Left:
    """What the run may still use.

    Attributes:
        tokens: model tokens, in and out together.
        seconds: working seconds.
    """

    tokens: int
    seconds: float


async def implemented(
    step: Step, goal: str, command: str, so_far: Implementation | None, left: Left, run: Run
) -> Implementation:
    """Work one task; the result is the last one of the record.

    Args:
        step: names the task.
        goal: what the run is for.
        command: the check.
        so_far: the earlier tasks of the run; None for the first.
        left: what the run may still use.
        run: the run.

    Raises:
        Missing: git or the model's server fails for good; the task begins anew when the run is resumed.
    """
    worktree = Worktree(run.systems.project, step.change)
    notes = await worktree.prepare()
    isolation = await sandbox.offered()
    judge = Judge(command, worktree, isolation, run.systems)
    if so_far is None or so_far.command != command:
        before = await judge.judged((), before=True)
        earlier = so_far.results if so_far else ()
        so_far = Implementation(
            branch=worktree.branch,
            worktree=worktree.root.relative_to(run.systems.project).as_posix(),
            command=command,
            isolation=sandbox.SAID[isolation],
            before=before,
            known_failures=before.failures,
            results=earlier,
        )
    work = _Work(step, goal, so_far, worktree, judge, run)
    result = await work.committed() or await work.worked(left)
    fixed = result.check.failures if result.done else so_far.known_failures
    return so_far.model_copy(
        update={
            "results": (*so_far.results, result),
            "known_failures": tuple(each for each in so_far.known_failures if each in fixed),
            "notes": tuple(dict.fromkeys([*so_far.notes, *notes])),
        }
    )


def _langchain() -> tuple[int, type[Agent]]:
    """What takes seconds to import."""
    from nodes.execution.implementing.agent import UNKNOWN_CONTEXT, Agent

    return UNKNOWN_CONTEXT, Agent


@dataclass(frozen=True)
class _Work:
    """One task at work."""

    step: Step
    goal: str
    so_far: Implementation
    worktree: Worktree
    judge: Judge
    run: Run

    @property
    def _systems(self) -> Systems:
        return self.run.systems

    @property
    def _mark(self) -> str:
        return f"Specloop-Step: {self.run.id}/{self.step.loop}"

    @property
    def _red_before(self) -> bool:
        """Whether the check fails without any work on this task."""
        turned = any(each.done and each.check.verdict == "green" for each in self.so_far.results)
        return self.so_far.before.verdict != "green" and not turned

    async def committed(self) -> TaskResult | None:
        """The result of a run that was killed after its commit; None where this step has made none."""
        last = await self.worktree.last()
        if self._mark not in last.message.splitlines():
            return None
        verdict = "green" if "Specloop-Check: green" in last.message.splitlines() else "no_worse"
        check = CheckRun.model_validate({"verdict": verdict})
        return TaskResult(task=self.step.task, loop=self.step.loop, done=True, commit=last.id, check=check)

    async def worked(self, left: Left) -> TaskResult:
        """Let the model go at it as often as the policy says, until the check accepts what it did."""
        if self.so_far.before.verdict == "timeout":
            return self._result(
                self.so_far.before, tries=0, reason="the check does not end, even before the first task"
            )
        budget = Budget(tokens=left.tokens, seconds=left.seconds)
        agent, words = await self._begun(budget)
        turn, first, tries, check = None, words, 0, CheckRun(verdict="unfinished")
        reason = ""
        while tries <= self._systems.policy.tasks.repairs and not budget.spent:
            turn = await self._turn(agent, turn, words, tries)
            tries += 1
            check, words = await self._judged(turn)
            if check.verdict in ACCEPTED:
                return self._result(check, tries=tries, budget=budget, commit=await self._commit(check))
            reason = turn.failure or words
            words = words if turn.messages else f"{first}\n\n{words}"
        patch = await self._given_up()
        reason = budget.spent or reason
        if check.verdict == "red" and self._red_before and not self.so_far.known_failures:
            reason = f"{UNJUDGED.format(self.so_far.isolation)}\n{reason}"
        return self._result(check, tries=tries, budget=budget, reason=reason, patch=patch)

    async def _begun(self, budget: Budget) -> tuple[Agent, str]:
        unknown, agent = await asyncio.to_thread(_langchain)
        systems, knobs = self._systems, self._systems.policy.tasks
        context = systems.model.choice.context_tokens or unknown
        characters = min(knobs.read_characters, context * CHARACTERS_A_TOKEN // 4)
        files = Rooted(self.worktree.folder, characters=characters)
        tools = offered(files, systems.telemetry.tracer)
        before = self.so_far.before
        output = systems.documents.get(before.output) if before.output else ""
        red = told(before, output, knobs.check_characters)
        words = task_words(
            self.step.task,
            goal=self.goal,
            tasks=(await systems.openspec.tasks(self.step.change)).tasks,
            documents=await self._plan(),
            files=await files.list_files(),
            check=self.so_far.command,
            red_before=red if self._red_before else "",
        )
        return agent(systems, tools, system=SYSTEM, budget=budget), words

    async def _plan(self) -> list[tuple[str, str]]:
        """The documents of the change but for the tasks, as much of each as a draft is shown."""
        most = self._systems.policy.draft.document_characters
        status = await self._systems.openspec.status(self.step.change)
        paths = [path for item in status.artifacts if item.id != "tasks" for path in item.existing]
        texts = {path.relative_to(status.root).as_posix(): read_file(path) or "" for path in paths}
        return [(name, text.partition("\n## Sources")[0][:most]) for name, text in texts.items()]

    async def _turn(self, agent: Agent, last: Turn | None, words: str, tries: int) -> Turn:
        with self._systems.telemetry.tracer.start_as_current_span(f"{names.INVOKE_AGENT} {AGENT}") as span:
            span.set_attributes({names.OPERATION: names.INVOKE_AGENT, names.AGENT: AGENT})
            span.set_attributes({names.TASK: self.step.task, names.REPAIR: tries})
            turn = await agent.turn(last.messages if last else (), words)
            if turn.failure:
                span.set_attribute(names.CAUSE, turn.failure)
            return turn

    async def _judged(self, turn: Turn) -> tuple[CheckRun, str]:
        """The verdict, and what the model is told where it is not accepted."""
        if not await self.worktree.alive():
            await self.worktree.prepare()
            return self.judge.refused("unfinished", "the worktree was deleted"), GONE
        if turn.failure:
            return self.judge.refused("unfinished", turn.failure), broken_off(turn.failure)
        check = await self.judge.judged(self.so_far.known_failures)
        if check.verdict == "unchanged":
            return check, UNCHANGED
        output = self._systems.documents.get(check.output) if check.output else ""
        return check, told(check, output, self._systems.policy.tasks.check_characters)

    async def _commit(self, check: CheckRun) -> str:
        subject = " ".join(self.step.task.split())[:MOST_SUBJECT] or f"Task of {self.step.change}"
        body = f"Specloop-Change: {self.step.change}\nSpecloop-Check: {check.verdict}\n{self._mark}"
        self.run.check()
        await self._tick()
        return await self.worktree.commit(subject, body)

    async def _tick(self) -> None:
        """Tick the task in the branch's own list too, where the list is committed; the commit then has both."""
        for path in (await self._systems.openspec.tasks(self.step.change)).files:
            branched = self.worktree.folder / path.relative_to(self._systems.project)
            text = read_file(branched) if await self.worktree.tracks(branched) else None
            new = ticked(text, self.step.task) if text else None
            if new is not None:
                write_file(branched, new)
                await self.worktree.stage()
                return

    async def _given_up(self) -> Hash | None:
        """Keep what was tried in vain, and go back to the last commit."""
        patch = await self.worktree.patch() if await self.worktree.stage() else ""
        await self.worktree.discard()
        return self._systems.documents.put(patch) if patch else None

    def _result(
        self,
        check: CheckRun,
        *,
        tries: int,
        budget: Budget | None = None,
        commit: str | None = None,
        reason: str = "",
        patch: Hash | None = None,
    ) -> TaskResult:
        sent, received = budget.tokens if budget else (0, 0)
        return TaskResult(
            task=self.step.task,
            loop=self.step.loop,
            done=commit is not None,
            commit=commit,
            tries=tries,
            check=check,
            reason=reason,
            patch=patch,
            input_tokens=sent,
            output_tokens=received,
        )

"""The tasks of a planned change: which one is next, what decides whether it is done, and what stands against them.

Tasks are worked by a model that was made to call tools, on a branch of its own, where the project has a check. Anything
missing ends the run as planned, with a sentence about it.
"""

from __future__ import annotations

from dataclasses import dataclass

from systems.connections import Run, Systems
from systems.forms import CheckDecision
from systems.person import in_charge
from systems.project import checks
from systems.project.worktrees import Worktree
from systems.records import Implementation, PlanRevision, Step

STEP = "apply"


@dataclass(frozen=True)
class Next:
    """What is to be done about the tasks.

    Attributes:
        step: the task to work; None where none is.
        check: the command that decides; empty without a step.
        missing: why tasks that were tried are still open.
        notes: why tasks are not worked at all.
    """

    step: Step | None = None
    check: str = ""
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


async def next_task(
    change: str, revision: PlanRevision, so_far: Implementation | None, agreed: str | None, run: Run, *, loop: int
) -> Next:
    """The first open task that was not tried in vain, if tasks can be worked.

    Args:
        change: the change, planned and valid.
        revision: names what was given up.
        so_far: the tasks of this run.
        agreed: the check that this run goes by already.
        run: the run.
        loop: number of the loop that would work it.
    """
    state = await run.systems.openspec.tasks(change)
    open_ = [task.description for task in state.tasks if not task.done]
    if not open_:
        return Next()
    steps = [Step(kind="implement", artifact=STEP, task=task, change=change, loop=loop, reason="") for task in open_]
    fresh = [step for step in steps if step.subject not in revision.give_up]
    if not fresh or (revision.give_up and so_far and so_far.before.verdict == "timeout"):
        return Next(missing=_left_open(open_, so_far))
    why = await _impossible(change, run.systems)
    if why:
        return _planned(open_, why)
    check = checks.configured(run.systems.project) if agreed is None else agreed
    if check is None:
        check, why = await _agreed(open_, run)
    if not check:
        return _planned(open_, why or "`[verify] command` in specloop.toml is empty")
    reason = f"{state.complete} of {state.total} tasks are done; `{check}` decides"
    return Next(fresh[0].model_copy(update={"reason": reason}), check)


def _planned(open_: list[str], why: str) -> Next:
    count = f"{len(open_)} open task{'s are' if len(open_) > 1 else ' is'} not worked"
    return Next(notes=(f"planned; {count}: {why}",))


async def _impossible(change: str, systems: Systems) -> str:
    """What stands against working tasks, in a sentence; empty where nothing does."""
    if not await systems.model.tool_capable():
        name = systems.model.choice.name
        return f"{name} is not known to call tools (load one that is, or say `model_tools = true` in specloop.toml)"
    return await Worktree(systems.project, change).obstacle()


async def _agreed(open_: list[str], run: Run) -> tuple[str, str]:
    """(the check, nothing), or (nothing, why there is none); asked about where the person wants to be asked."""
    found = checks.found(run.systems.project)
    if found is None:
        return "", 'no check was found: name one in specloop.toml, such as [verify] command = "pytest -q"'
    person = in_charge(run.options)
    if person is None:
        return found.command, ""
    text = f"Work {len(open_)} open tasks in a worktree, each decided by `{found.command}` (found by {found.why})?"
    decision = await person.asked(CheckDecision, text, command=found.command)
    if decision.rejected:
        return "", f"you said no ({decision.reason or 'no reason given'})"
    return decision.edited or found.command, ""


def _left_open(open_: list[str], so_far: Implementation | None) -> tuple[str, ...]:
    results = {result.task: result for result in so_far.results} if so_far else {}
    return tuple(
        f"task left open: {task}" + (f" ({results[task].reason.splitlines()[0]})" if task in results else "")
        for task in open_
    )

"""The run goes on because of feedback: what it is about is drafted again, or a follow-up change is opened.

It goes on in the graph, from its last checkpoint: it can be resumed, and its spans are in the run's own trace.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from graph.build import Compiled
from graph.checkpoints import saver
from graph.feedback.keeping import Keeper
from graph.learning.harvest.harvest import Stores
from graph.progress import Watch
from graph.stream import AFRESH, Resumed
from nodes.workflow_end.follow_ups import FOR_FEEDBACK
from systems.errors import Busy, SpecloopError
from systems.feedback import Heeded, Redraft
from systems.records import Hash, Outcome, RunStatus, RunSummary

if TYPE_CHECKING:
    from graph.runner import Runner

AFRESH_KEYS = frozenset({*AFRESH, "goal", "change", "redraft_ref"})
"""What of the state of a run is new when it goes on from its end."""
ENDED: tuple[RunStatus, ...] = ("done", "unfinished")


class Redrafting(Resumed):
    """A run that goes on for feedback alone."""

    def __init__(self, summary: RunSummary, redraft: str) -> None:
        """Nothing has begun.

        Args:
            summary: the run.
            redraft: hash of the `Redraft`.
        """
        super().__init__(summary, None)
        self.begun = False
        self._redraft = redraft

    async def payload(self, compiled: Compiled, config: RunnableConfig) -> Command[Any]:
        """The last state, at `next_step`, with what is to be drafted again."""
        self.begun = True
        return Command(goto="next_step", update=afresh(self.summary, self._redraft))


async def heeded(
    works: Runner, run_id: str, text: str, rating: int, *, ask: bool, redraft: bool, watch: Watch | None
) -> Heeded:
    """Keep feedback, and let the run go on because of it.

    Args:
        works: the project, and who lets its runs go on.
        run_id: the run.
        text: in words.
        rating: 1 good, 0 neither, -1 bad.
        ask: whether the person approves each document before it is written.
        redraft: whether the run goes on; else the feedback is only kept.
        watch: called with every event while the run goes on.
    """
    with Keeper(works.project) as keeper:
        kept, run = await keeper.keep(run_id, text, rating), keeper.run(run_id)
    if not redraft or rating > 0:
        return kept
    again = redrafting(kept, run, ask=ask)
    if isinstance(again, str):
        return kept.model_copy(update={"note": again})
    outcome = await _gone_on(works, run, again, watch)
    return await came_of(works.project, kept, outcome)


async def came_of(project: Path, kept: Heeded, outcome: Outcome) -> Heeded:
    """The feedback with what came of it so far.

    Args:
        project: absolute path of the project.
        kept: the feedback.
        outcome: of the run that went on.
    """
    config: RunnableConfig = {"configurable": {"thread_id": kept.run_id, "checkpoint_ns": ""}}
    async with saver(project) as checkpoints:
        saved = await checkpoints.aget_tuple(config)
    return heeded_by(project, kept, saved.checkpoint["channel_values"].get("redraft_ref") if saved else None, outcome)


def heeded_by(project: Path, kept: Heeded, reference: Hash | None, outcome: Outcome) -> Heeded:
    """The feedback with what a run did because of it.

    Args:
        project: absolute path of the project.
        kept: the feedback.
        reference: hash of the `Redraft` that the run has come to.
        outcome: of the run.
    """
    with Stores(project) as stores:
        redraft = stores.documents.get_record(reference or "", Redraft)
    opened = tuple(each for each in outcome.follow_ups if redraft.finished and each.finding.startswith(FOR_FEEDBACK))
    return kept.model_copy(
        update={"documents": redraft.done, "follow_ups": opened, "note": redraft.note, "outcome": outcome}
    )


def redrafting(kept: Heeded, run: RunSummary, *, ask: bool) -> Redraft | str:
    """What a run is to draft again for feedback; where it cannot go on for it now, why.

    Args:
        kept: the feedback.
        run: as it was when that was given.
        ask: whether the person approves each document before it is written.
    """
    if why := _not_at_rest(kept, run):
        return why
    return Redraft(text=kept.text, rating=kept.rating, span_id=kept.span_id, ask=ask, concerns=kept.concerns)


def afresh(run: RunSummary, reference: Hash) -> dict[str, Any]:
    """What the state of a run becomes when it goes on for feedback, at `next_step`."""
    return {**AFRESH, "goal": run.goal, "change": run.change, "redraft_ref": reference}


def _not_at_rest(kept: Heeded, run: RunSummary) -> str:
    """Why a run cannot go on for feedback now; empty where it can."""
    if kept.contradicts:
        other = kept.contradicts[0]
        return f"{other.span_id} says the opposite; `specloop feedback {run.run_id} --withdraw ID` takes one back"
    if run.status == "waiting":
        return f"the run waits for you; answer it with `specloop resume {run.run_id}` (reject:REASON changes a draft)"
    if run.status not in ENDED:
        return f"the run is {run.status}; say it again when it has ended (`specloop resume {run.run_id}`)"
    return "" if run.change else "the run has made no change yet"


async def _gone_on(works: Runner, run: RunSummary, redraft: Redraft, watch: Watch | None) -> Outcome:
    with Stores(works.project) as stores:
        start = Redrafting(run, stores.documents.put_record(redraft))
        try:
            return await works.go_on(start, watch)
        except SpecloopError as error:
            if not (start.begun or isinstance(error, Busy)):
                stores.runs.update(run.run_id, status=run.status)
            error.message = f"The feedback is kept, but the run could not go on because of it: {error.message}"
            raise

"""One run through the graph, from its start or from where it stopped, to what it came to or waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, Interrupt

from graph.answers import answers
from graph.build import Compiled
from graph.context import Context
from graph.learning.harvest.harvest import Stores, harvested
from graph.learning.watching import settled
from graph.progress import Watch, event_of
from graph.state import Input
from systems.connections import Systems
from systems.errors import SpecloopError, Waiting
from systems.forms import FORMS
from systems.records import Outcome, RunSummary, Tokens
from systems.telemetry import trace_id

STEPS_PER_LOOP = 8
AFRESH = {"revision_ref": None, "redraft_ref": None, "outcome_ref": None, "check": None}


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

    @property
    def answered(self) -> bool:
        """Whether there is an answer to what the run waits for."""
        return self._answer is not None

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
            return Command(goto="next_step", update=AFRESH)
        return None

    def _answers(self, interrupts: tuple[Interrupt, ...]) -> dict[str, Any]:
        if not self.answered:
            texts = "; ".join(str(each.value.get("text", "")) for each in interrupts)
            raise Waiting(
                f"Run {self.summary.run_id} waits for a person: {texts}",
                mend=f"Answer with `specloop resume {self.summary.run_id} --answer ...`.",
            )
        return answers(self._answer, interrupts)


async def streamed(
    compiled: Compiled, run_id: str, start: Input | Resumed, context: Context, systems: Systems, watch: Watch | None
) -> Outcome:
    """What a run comes to, or waits for; everything that happens on the way is told to `watch`.

    Raises:
        NotAnswered: it waits for a person who has not answered.
    """
    config: RunnableConfig = {
        "configurable": {"thread_id": run_id},
        "recursion_limit": STEPS_PER_LOOP * context.max_loops + 50,
    }
    payload = await start.payload(compiled, config) if isinstance(start, Resumed) else start
    with systems.telemetry.scope(policy=systems.policy.hash), _rooted(run_id, systems):
        stream = compiled.astream(payload, config, context=context, stream_mode="custom", durability="sync")
        async for chunk in stream:
            if watch and (event := event_of(chunk)):
                watch(event)
    return await _outcome(compiled, config, run_id, systems)


def _rooted(run_id: str, systems: Systems) -> AbstractContextManager[object]:
    """The run's root span, linked to that of the run whose follow-up it works on."""
    parent = systems.runs.get(run_id).parent
    spans = systems.spans.spans(trace_id=trace_id(parent)) if parent else ()
    after = next((span for span in spans if span.parent_id is None), None)
    return systems.telemetry.root(run_id, follows=parent, after=after)


async def _outcome(compiled: Compiled, config: RunnableConfig, run_id: str, systems: Systems) -> Outcome:
    snapshot = await compiled.aget_state(config)
    asked = [{"id": each.id, "value": each.value} for each in snapshot.interrupts]
    return arrived(run_id, snapshot.values, asked, systems.project)


def arrived(run_id: str, values: Mapping[str, Any], interrupts: Sequence[Mapping[str, Any]], project: Path) -> Outcome:
    """What a run came to, or waits for, entered in the list of runs; of one that has ended, cases are kept.

    Args:
        run_id: the run.
        values: its state.
        interrupts: what it waits for, each with `id` and `value`.
        project: its folder; nothing else of what it worked with is needed any more.
    """
    with Stores(project) as stores:
        if interrupts:
            return _paused(run_id, values, interrupts, stores)
        harvested(run_id, values.get("history_ref"), project)
        reference = stores.runs.outcome(run_id) or values["outcome_ref"]
        return settled(stores.documents.get_record(reference, Outcome), project, stores.runs, stores.documents)


def _paused(run_id: str, values: Mapping[str, Any], interrupts: Sequence[Mapping[str, Any]], stores: Stores) -> Outcome:
    """What a run waits for."""
    outcome = Outcome(
        run_id=run_id,
        change=values.get("change"),
        status="waiting",
        loops=values.get("loop", 0),
        trace_id=trace_id(run_id),
        tokens=Tokens(input=values.get("input_tokens", 0), output=values.get("output_tokens", 0)),
        seconds=values.get("seconds", 0.0),
        waiting_for=tuple(_asked(each["id"], each["value"]) for each in interrupts),
        model=stores.runs.model(run_id) or "",
    )
    questions = tuple(str(each["text"]) for each in outcome.waiting_for)
    reference = stores.documents.put_record(outcome)
    stores.runs.update(run_id, status="waiting", waiting_for=questions, outcome=reference)
    return outcome


def _asked(interrupt_id: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """A question as it is shown, with the form of its answer, which some servers drop."""
    return {"id": interrupt_id, **item, "form": FORMS[str(item["kind"])].schema_of()}

"""What a run at a server goes on with, from where its thread stands."""

from __future__ import annotations

from typing import Any

from langgraph.types import Interrupt

from graph.answers import answers
from graph.context import Context
from graph.state import Input
from graph.stream import AFRESH, STEPS_PER_LOOP
from systems.agent_protocol import Snapshot, Work
from systems.errors import Waiting

GRAPH = "specloop"


def beginning(given: Input, context: Context) -> Work:
    """A run from its start."""
    return _work(context, input=given)


def afresh(update: dict[str, Any], context: Context) -> Work:
    """A run that has ended, from `next_step` on."""
    return _work(context, command={"goto": "next_step", "update": update})


def going_on(run_id: str, stands: Snapshot, answer: Any, begin: Work, context: Context) -> Work:
    """A run from where it stands.

    Args:
        run_id: the run.
        stands: where.
        answer: to what it waits for; None where there is none.
        begin: the run from its start, where nothing was kept of it yet.
        context: what holds for it now.

    Raises:
        Waiting: it waits for a person, and there is no answer.
        UsageError: the answer is not one that was asked for.
    """
    if stands.interrupts:
        asked = [Interrupt(value=each["value"], id=str(each["id"])) for each in stands.interrupts]
        if answer is None:
            texts = "; ".join(str(each.value.get("text", "")) for each in asked)
            mend = f"Answer with `specloop resume {run_id} --answer ...`."
            raise Waiting(f"Run {run_id} waits for a person: {texts}", mend=mend)
        return _work(context, command={"resume": answers(answer, asked)})
    if not stands.values.get("goal"):
        return begin
    return _work(context) if stands.unfinished else afresh(AFRESH, context)


def _work(context: Context, **what: Any) -> Work:
    from dataclasses import asdict

    return Work(GRAPH, context=asdict(context), steps=STEPS_PER_LOOP * context.max_loops + 50, **what)

"""What a run leaves at a repository: its branch, the text of a pull request, and the report of what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nodes.feedback_loop.rendering.markdown import markdown
from nodes.feedback_loop.report import analyze
from systems.connections import Systems
from systems.project.clones import Checkout
from systems.records import Delivery, Outcome
from systems.settings import load_prices

MOST_TITLE = 72


async def delivered(outcome: Outcome, checkout: Checkout, systems: Systems) -> Outcome:
    """The outcome of a run with where its result is, which is kept with it.

    Args:
        outcome: of a run that has ended.
        checkout: its files.
        systems: of the run.
    """
    if outcome.change is None:
        return outcome
    goal = systems.runs.get(outcome.run_id).goal
    spans = systems.spans.spans(trace_id=outcome.trace_id)
    report = analyze(spans, file=outcome.run_id, prices=load_prices(systems.project))
    delivery = Delivery(
        url=checkout.url,
        branch=await checkout.branch(outcome.change),
        commit=await checkout.commit(),
        title=goal.splitlines()[0][:MOST_TITLE],
        body="\n".join(_body(goal, outcome)),
        report=markdown([report]),
    )
    told = outcome.model_copy(update={"delivered": delivery})
    systems.runs.update(outcome.run_id, outcome=systems.documents.put_record(told))
    return told


def _body(goal: str, outcome: Outcome) -> Iterator[str]:
    yield from (goal, "", f"OpenSpec change `{outcome.change}`, {outcome.status}.", "")
    for artifact in outcome.artifacts:
        yield f"- [{'x' if artifact.valid else ' '}] {artifact.id}: `{artifact.path}`"
    if done := outcome.implementation:
        yield from ("", "Tasks, decided by `" + done.command + "`:")
        yield from (f"- [{'x' if each.done else ' '}] {each.task}" for each in done.results)
    yield from _listed("Open questions", (each.text for each in outcome.questions if not each.answered))
    yield from _listed("Still missing", outcome.missing)
    yield from _listed("Good to know", outcome.notes)
    yield from ("", f"Made by specloop with {outcome.model or 'no model'}, run {outcome.run_id}.")


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = [f"- {line}" for line in lines]
    if found:
        yield from ("", f"{title}:", *found)

"""What a run leaves at a repository: its branch, the text of a pull request, and the report of what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from graph.learning.harvest.harvest import Stores
from nodes.feedback_loop.rendering.markdown import markdown
from nodes.feedback_loop.report import analyze
from systems.project.clones import Checkout
from systems.records import Delivery, Outcome, Span
from systems.settings import load_prices

MOST_TITLE = 72


async def delivered(outcome: Outcome, checkout: Checkout) -> Outcome:
    """The outcome of a run with where its result is, which is kept with it.

    Args:
        outcome: of a run that has ended.
        checkout: its files.
    """
    if outcome.change is None or outcome.delivered:
        return outcome
    with Stores(checkout.folder) as stores:
        goal = stores.runs.get(outcome.run_id).goal
        spans = stores.spans.spans(trace_id=outcome.trace_id)
        told = await _with(outcome, checkout, goal, spans)
        stores.runs.update(outcome.run_id, outcome=stores.documents.put_record(told))
    return told


async def _with(outcome: Outcome, checkout: Checkout, goal: str, spans: Sequence[Span]) -> Outcome:
    report = analyze(spans, file=outcome.run_id, prices=load_prices(checkout.folder))
    delivery = Delivery(
        url=checkout.url,
        branch=await checkout.branch(outcome.change or ""),
        commit=await checkout.commit(),
        title=goal.splitlines()[0][:MOST_TITLE],
        body="\n".join(_body(goal, outcome)),
        report=markdown([report]),
    )
    return outcome.model_copy(update={"delivered": delivery})


def _body(goal: str, outcome: Outcome) -> Iterator[str]:
    yield from (goal, "", f"OpenSpec change `{outcome.change}`, {outcome.status}.", "")
    for artifact in outcome.artifacts:
        yield f"- [{'x' if artifact.valid else ' '}] {artifact.id}: `{artifact.path}`"
    if done := outcome.implementation:
        yield from ("", "Tasks, decided by `" + done.command + "`:")
        yield from (f"- [{'x' if each.done else ' '}] {each.task}" for each in done.results)
    yield from _listed("Open questions", dict.fromkeys(each.text for each in outcome.questions if not each.answered))
    yield from _listed("Still missing", outcome.missing)
    yield from _listed("Good to know", outcome.notes)
    yield from ("", f"Made by specloop with {outcome.model or 'no model'}, run {outcome.run_id}.")


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = [f"- {line}" for line in lines]
    if found:
        yield from ("", f"{title}:", *found)

"""How a run tells an MCP client what it does, and asks the person there what it must know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.answers import allows, settled
from graph.progress import Event, Watch
from graph.workspace import Workspace
from systems.errors import UsageError
from systems.records import Outcome
from systems.serving import Caller

MOST_CHARACTERS = 20_000
HOW = (
    "The run waits for a person, without a process: show them what waiting_for asks, and call `resume` with this run_id"
    " and their answer (for a decision one of its `ways`, such as `approve` or `reject:REASON`; for a question their"
    " words; for several things a JSON object of answers by id)."
)


def told_to(caller: Caller) -> Watch:
    """Tells a caller every event of a run."""
    return lambda event: caller.tell(line(event))


def line(event: Event) -> str:
    """An event as one line of progress."""
    if event.kind == "begun":
        return f"run {event.text}"
    words = event.node if event.kind == "started" else f"{event.node}: {event.text}"
    return f"{words} ({event.detail})" if event.detail else words


async def talked(outcome: Outcome, workspace: Workspace, caller: Caller) -> Outcome:
    """The outcome after the person at the client was asked what the run waits for, as long as they answer."""
    while outcome.status == "waiting":
        answers = await _answers(outcome, caller)
        if answers is None:
            return outcome.model_copy(update={"notes": (*outcome.notes, HOW)})
        try:
            outcome = await workspace.aresume(outcome.run_id, answers, watch=told_to(caller))
        except UsageError as error:  # a client that let the person fill in what the form does not have
            return outcome.model_copy(update={"notes": (*outcome.notes, str(error), HOW)})
    return outcome


async def _answers(outcome: Outcome, caller: Caller) -> dict[str, Any] | None:
    """The answers by id; what is not answered goes on waiting, and the rest is worked on."""
    given: dict[str, Any] = {}
    allowed: set[str] = set()
    for item in outcome.waiting_for:
        if settled(item, allowed):
            continue
        answer = await caller.ask(_message(item), item.get("form", {}))
        if answer is None:
            break
        given[str(item["id"])] = answer
        allowed |= allows(item, answer)
    return given or None


def _message(item: Mapping[str, Any]) -> str:
    ways = "\n".join(f"{way}: {what}" for way, what in item.get("ways", {}).items())
    parts = [str(item["text"]), *([ways] if ways else [])]
    parts += (f"{file['path']}\n{file['diff']}" for file in item.get("files", ()))
    text = "\n\n".join(parts)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}\n[... {len(text):,} characters in all]"

"""What a person answers to an interrupt, checked before the graph goes on with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langgraph.types import Interrupt
from pydantic import BaseModel, ValidationError

from nodes.document_update.node import Approval
from nodes.next_step.tasks import CheckApproval
from nodes.question_routing.answer import PersonAnswer
from nodes.question_routing.calling import Permission, ToolReply
from nodes.workflow_end.archiving import ArchiveDecision
from systems.errors import UsageError

FORMS: Mapping[str, tuple[type[BaseModel], str]] = {
    "approval": (Approval, 'Answer `approve`, `reject:REASON`, or {"decision": "edit", "text": "THE WHOLE TEXT"}.'),
    "check": (CheckApproval, "Answer `approve`, `edit:COMMAND`, or `reject:REASON` to leave the tasks open."),
    "archive": (ArchiveDecision, "Answer `archive` or `keep`."),
    "permission": (Permission, "Answer `allow` or `refuse`."),
    "elicitation": (ToolReply, 'Answer `accept`, `decline`, the value asked for, or {"FIELD": VALUE, ...}.'),
    "question": (PersonAnswer, 'Answer in words, or {"answer": "..."}; empty words leave the question open.'),
}


def answers(given: Any, interrupts: Sequence[Interrupt]) -> dict[str, Any]:
    """The answers by interrupt id.

    Args:
        given: an object of answers by interrupt id, or one answer, which goes to the first interrupt. An answer is an
            object, its JSON text, or words.
        interrupts: what the run waits for.

    Raises:
        UsageError: an answer is not one that was asked for.
    """
    value = _object(given)
    by_id = {each.id: each for each in interrupts}
    if isinstance(value, Mapping) and by_id.keys() & value.keys():
        unknown = [key for key in value if key not in by_id]
        if unknown:
            raise UsageError(f"Nothing with the id {unknown[0]} is asked.", mend=f"Asked are: {', '.join(by_id)}.")
        return {key: _checked(_object(answer), by_id[key]) for key, answer in value.items()}
    return {interrupts[0].id: _checked(value, interrupts[0])}


def _object(given: Any) -> Any:
    """A JSON object as such, anything else as it is."""
    if not isinstance(given, str):
        return given
    text = given.encode("utf-8", "replace").decode()
    try:
        return json.loads(text) if text.lstrip().startswith("{") else text
    except ValueError:
        return text


def _checked(answer: Any, interrupt: Interrupt) -> dict[str, Any]:
    kind = str(interrupt.value.get("kind"))
    form, mend = FORMS[kind]
    data = _words(kind, str(answer)) if not isinstance(answer, Mapping) else _values(kind, answer)
    unknown = [key for key in data if key not in form.model_fields]
    try:
        if unknown:
            raise ValueError(f"{unknown[0]} is no part of it")
        return form.model_validate(data).model_dump()
    except ValueError as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        asked = interrupt.value.get("text", kind)
        raise UsageError(f"That is no answer to {asked!r}: {why}.", mend=mend) from error


def _values(kind: str, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Values for a tool may stand by themselves, named as the tool names them."""
    return (
        {"values": answer} if kind == "elicitation" and not answer.keys() <= ToolReply.model_fields.keys() else answer
    )


def _words(kind: str, words: str) -> dict[str, str]:
    if kind == "question":
        return {"answer": words}
    if kind == "elicitation":
        return {"words": words}
    if kind == "permission":
        return {"decision": {"approve": "allow", "yes": "allow", "no": "refuse"}.get(words.strip(), words.strip())}
    if kind == "archive":
        return {"decision": {"approve": "archive", "reject": "keep"}.get(words.strip(), words.strip())}
    decision, _, reason = words.partition(":")
    return {"decision": decision.strip(), "text": reason.strip()}

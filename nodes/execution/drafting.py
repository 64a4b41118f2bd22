"""One document, from the request to the rendered text: asked for, checked, sent back, as the policy says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.trace import Status, StatusCode

from nodes.execution.forms import Form, form_of, shown_example
from nodes.execution.prompt import Message, compose, described, repair
from nodes.execution.sources import files_asked
from systems import names
from systems.connections import Systems
from systems.errors import DraftFailed, InvalidDraft
from systems.records import Answer, PlanRevision
from systems.trials import Requested

MOST_MESSAGE = 300


@dataclass(frozen=True)
class Written:
    """A document as drafted.

    Attributes:
        text: the document.
        repairs: how often the model had to try again.
        notes: where the policy could not be followed.
    """

    text: str
    repairs: int
    notes: tuple[str, ...]


def informed(asked: Requested, answers: Sequence[Answer], project: Path) -> Requested:
    """The request with what was found out for it, after the facts it has."""
    found = tuple((answer.question, answer.text) for answer in answers if answer.answered)
    return asked.model_copy(update={"facts": (*asked.facts, *found), "files": files_asked(answers, project)})


async def written(asked: Requested, systems: Systems, *, revision: PlanRevision | None = None) -> Written:
    """Draft one document under the policy of these systems; each try is a span.

    Args:
        asked: what is to be drafted, and what it is drafted from.
        systems: the model and the policy.
        revision: what the run learned so far; without, nothing.

    Raises:
        DraftFailed: the model gave nothing sound, however often it was asked.
        Missing: the model's server is gone.
    """
    revision, knobs = revision or PlanRevision(), systems.policy.draft
    form = form_of(asked, knobs, revision)
    example, note = shown_example(asked, form, knobs, revision)
    messages = compose(asked, example=example, knobs=knobs, revision=revision)
    failure, cause = "", ""
    for attempt in range(knobs.repairs + 1):
        extra = (repair(failure, words=knobs.repair_words),) if attempt else ()
        try:
            text, notes = await _attempt(asked, form, (*messages, *extra), attempt, note, systems)
        except InvalidDraft as error:
            failure, cause = error.message, error.cause
        else:
            return Written(text, attempt, notes)
    raise DraftFailed(f"{described(asked)}: not sound after {knobs.repairs} repairs: {failure}", cause=cause)


async def _attempt(
    asked: Requested, form: Form, messages: Sequence[Message], attempt: int, note: str, systems: Systems
) -> tuple[str, tuple[str, ...]]:
    documents = systems.documents
    with systems.telemetry.tracer.start_as_current_span(
        f"{names.DRAFT} {asked.artifact}", record_exception=False, set_status_on_exception=False
    ) as span:
        span.set_attributes({names.REPAIR: attempt, names.DRAFT_REQUEST: documents.put_record(asked)})
        try:
            drafted = await systems.model.draft(messages, form.schema, systems.policy.draft)
        except InvalidDraft as error:
            span.set_attribute(names.CAUSE, error.cause)
            span.set_status(Status(StatusCode.ERROR, error.message[:MOST_MESSAGE]))
            raise
        notes = tuple(filter(None, (note, drafted.note)))
        for each in notes:
            span.add_event(names.NOTE, {names.NOTE: each})
        text = form.render(drafted.value)
        fields = documents.put(drafted.value.model_dump_json())
        span.set_attributes({names.DRAFT_HASH: documents.put(text), names.DRAFT_FIELDS: fields})
        return text, notes

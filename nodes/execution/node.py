"""execution: drafts the step's artifact as schema-checked data, renders it, and keeps the text for document_update."""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar

from opentelemetry.trace import Status, StatusCode
from pydantic import BaseModel

from nodes.execution import artifacts
from nodes.execution.caps import capped
from nodes.execution.prompt import compose, repair, shortened
from nodes.execution.sources import files_asked, sources_section
from systems import names
from systems.connections import Run
from systems.documents import read_file
from systems.errors import DraftFailed, InvalidDraft
from systems.openspec import ChangeStatus, Instructions, capabilities, says_nothing
from systems.records import Answer, Draft, File, Hash, PlanRevision, Step

D = TypeVar("D", bound=BaseModel)


class Reads(TypedDict, total=False):
    """Keys execution reads."""

    goal: str
    step: dict[str, Any] | None
    answer_refs: list[Hash]
    revision_ref: Hash | None


class Writes(TypedDict, total=False):
    """Keys execution writes."""

    draft_ref: Hash | None


@dataclass(frozen=True)
class Work:
    """Everything one draft is made from."""

    goal: str
    step: Step
    status: ChangeStatus
    instructions: Instructions
    answers: tuple[Answer, ...]
    revision: PlanRevision
    run: Run

    def document(self, path: str) -> str:
        """A document of the change, or nothing."""
        return read_file(self.status.root / path) or ""


async def execution(state: Reads, run: Run) -> Writes:
    """Draft the artifact; a draft that fails is a record too, never a traceback."""
    documents = run.systems.documents
    step = Step.model_validate(state.get("step"))
    openspec = run.systems.openspec
    status, instructions = await asyncio.gather(
        openspec.status(step.change), openspec.instructions(step.artifact, step.change)
    )
    work = Work(
        goal=state.get("goal", ""),
        step=step,
        status=status,
        instructions=instructions,
        answers=tuple(documents.get_record(key, Answer) for key in state.get("answer_refs", [])),
        revision=run.systems.revision(state.get("revision_ref")),
        run=run,
    )
    try:
        draft = await drafted(work)
    except DraftFailed as failure:
        draft = Draft(
            artifact=step.artifact, files=(), repairs=run.systems.policy.draft.repairs, failure=failure.message
        )
    return Writes(draft_ref=documents.put_record(draft))


async def drafted(work: Work) -> Draft:
    """The draft of the step's artifact, every file of it.

    Raises:
        DraftFailed: the model gave nothing sound, however often it was asked.
    """
    if work.step.artifact == "specs":
        return await _specs(work)
    makers: dict[str, tuple[type[BaseModel], Callable[[Any], str]]] = {
        "design": (artifacts.Design, artifacts.render_design),
        "tasks": (artifacts.Tasks, artifacts.render_tasks),
    }
    if work.step.artifact == "proposal":
        existing = await work.run.systems.openspec.specs()
        makers["proposal"] = (artifacts.Proposal, functools.partial(artifacts.render_proposal, existing=existing))
    schema, render = makers.get(work.step.artifact) or _own_schema(work)
    text, repairs = await _written(work, schema, f"the {work.step.artifact} of the change", render)
    return Draft(
        artifact=work.step.artifact, files=(_file(work, work.instructions.output_path, text),), repairs=repairs
    )


async def _specs(work: Work) -> Draft:
    known = await work.run.systems.openspec.specs()
    files, repairs = [], 0
    for capability in _wanted(work):
        existing = known.get(capability)
        text, tries = await _written(
            work,
            artifacts.SpecDelta,
            f"the spec delta of capability {capability}" + (f" (it has: {', '.join(existing)})" if existing else ""),
            functools.partial(artifacts.render_spec_delta, existing=existing),
        )
        files.append(_file(work, f"specs/{capability}/spec.md", text))
        repairs += tries
    return Draft(artifact="specs", files=tuple(files), repairs=repairs)


def _wanted(work: Work) -> list[str]:
    """The capabilities to draft now: those of the proposal that have no spec yet, else all of them again."""
    listed = capabilities(work.document("proposal.md")) or (artifacts.kebab(work.step.change),)
    missing = [name for name in listed if says_nothing(work.document(f"specs/{name}/spec.md"))]
    return (missing or list(listed))[: work.run.systems.policy.draft.items]


def _own_schema(work: Work) -> tuple[type[BaseModel], Callable[[Any], str]]:
    headings = re.findall(r"^#+ .+$", work.instructions.template, re.MULTILINE) or [f"# {work.step.artifact.title()}"]
    if any(mark in work.instructions.output_path for mark in "*?["):
        raise DraftFailed(
            f"{work.step.artifact} is a set of files ({work.instructions.output_path}); only one is drafted."
        )
    return artifacts.Sections, functools.partial(artifacts.render_sections, headings=headings)


def _file(work: Work, path: str, text: str) -> File:
    body = f"{text}\n{sources_section(work.answers, project=work.run.systems.project)}".rstrip("\n") + "\n"
    return File(path=path, content=work.run.systems.documents.put(body))


async def _written(work: Work, schema: type[D], about: str, render: Callable[[D], str]) -> tuple[str, int]:
    """(text, repairs) of one document; the model is told what was wrong, at most `repairs` times."""
    knobs = work.run.systems.policy.draft
    characters, items = shortened(knobs, work.revision)
    messages = compose(
        artifact=work.step.artifact,
        about=about,
        goal=work.goal,
        instruction=work.instructions.instruction,
        documents=_built_on(work),
        answers=work.answers,
        files=files_asked(work.answers, work.run.systems.project),
        knobs=knobs,
        revision=work.revision,
    )
    form = capped(schema, characters=characters, items=items)
    failure = ""
    for attempt in range(knobs.repairs + 1):
        extra = (repair(failure),) if failure else ()
        try:
            return await _attempt(work, form, (*messages, *extra), attempt, render), attempt
        except InvalidDraft as error:
            failure = error.message
    raise DraftFailed(f"{about}: not sound after {knobs.repairs} repairs: {failure}")


async def _attempt(
    work: Work, form: type[D], messages: Sequence[tuple[Any, str]], attempt: int, render: Callable[[D], str]
) -> str:
    tracer = work.run.systems.telemetry.tracer
    with tracer.start_as_current_span(
        f"{names.DRAFT} {work.step.artifact}", record_exception=False, set_status_on_exception=False
    ) as span:
        span.set_attribute(names.REPAIR, attempt)
        try:
            drafted = await work.run.systems.model.draft(messages, form, work.run.systems.policy.draft)
        except InvalidDraft as error:
            span.set_attribute(names.CAUSE, error.cause)
            span.set_status(Status(StatusCode.ERROR, error.message[:300]))
            raise
        text = render(drafted.value)
        span.set_attribute(names.DRAFT_HASH, work.run.systems.documents.put(text))
        return text


def _built_on(work: Work) -> list[tuple[str, str]]:
    """The documents an artifact builds on, shortened; the proposal first."""
    most = work.run.systems.policy.draft.document_characters
    order = [item for item in work.status.artifacts if item.id != work.step.artifact and item.existing]
    texts = [(path.name, read_file(path) or "") for item in order for path in item.existing[:2]]
    return [(name, text.partition("\n## Sources")[0][:most]) for name, text in texts]

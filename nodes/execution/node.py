"""execution: drafts the step's artifact as schema-checked data and renders it, or works a task in the worktree."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypedDict

from nodes.execution.artifacts import kebab
from nodes.execution.drafting import informed, written
from nodes.execution.implementing.work import Left, implemented
from nodes.execution.prompt import hints
from nodes.execution.redraft import redrafted
from nodes.execution.sources import sources_section
from systems.connections import Run
from systems.documents import read_file
from systems.errors import DraftFailed
from systems.feedback import Redraft
from systems.openspec import ChangeStatus, Instructions, capabilities, says_nothing
from systems.records import Answer, Draft, File, Hash, Implementation, PlanRevision, Step
from systems.trials import Requested

TASK_NUMBER = re.compile(r"^[ \t]*- \[.\] (\d+(?:\.\d+)+)", re.MULTILINE)


class Reads(TypedDict, total=False):
    """Keys execution reads."""

    goal: str
    step: dict[str, Any] | None
    answer_refs: list[Hash]
    revision_ref: Hash | None
    history_ref: Hash | None
    redraft_ref: Hash | None
    check: str | None
    implementation_ref: Hash | None
    input_tokens: int
    output_tokens: int
    seconds: float


class Writes(TypedDict, total=False):
    """Keys execution writes."""

    draft_ref: Hash | None
    implementation_ref: Hash | None


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
    redraft: Redraft | None = None

    def document(self, path: str) -> str:
        """A document of the change, or nothing."""
        return read_file(self.status.root / path) or ""


async def execution(state: Reads, run: Run) -> Writes:
    """Draft the artifact, or work the task; what fails is a record too, never a traceback."""
    documents = run.systems.documents
    step = Step.model_validate(state.get("step"))
    if step.kind == "implement":
        return Writes(draft_ref=None, implementation_ref=await _implemented(step, state, run))
    openspec = run.systems.openspec
    status, instructions = await asyncio.gather(
        openspec.status(step.change), openspec.instructions(step.artifact, step.change)
    )
    work = Work(
        goal=state.get("goal", ""),
        step=step,
        status=status,
        instructions=instructions,
        answers=_answers(step, state, run),
        revision=_asked_for(step, run.systems.revision(state.get("revision_ref"))),
        run=run,
        redraft=documents.get_record(state.get("redraft_ref") or "", Redraft) if step.feedback else None,
    )
    try:
        draft = await drafted(work)
    except DraftFailed as failure:
        draft = Draft(
            artifact=step.artifact, files=(), repairs=run.systems.policy.draft.repairs, failure=failure.message
        )
    return Writes(draft_ref=documents.put_record(draft))


def _asked_for(step: Step, revision: PlanRevision) -> PlanRevision:
    """The plan with what this step is to change."""
    asked = (f"{step.artifact}: {words}" for words in step.asked)
    return revision.model_copy(update={"hints": tuple(dict.fromkeys((*revision.hints, *asked)))})


def _answers(step: Step, state: Reads, run: Run) -> tuple[Answer, ...]:
    """What was found out for the step; what is drafted again has the answers that it was drafted from."""
    documents = run.systems.documents
    found = tuple(documents.get_record(key, Answer) for key in state.get("answer_refs", []))
    return found or (documents.answers_for(step.artifact, state.get("history_ref")) if step.feedback else ())


async def _implemented(step: Step, state: Reads, run: Run) -> Hash:
    reference, documents = state.get("implementation_ref"), run.systems.documents
    so_far = documents.get_record(reference, Implementation) if reference else None
    used = state.get("input_tokens", 0) + state.get("output_tokens", 0)
    left = Left(run.options.max_tokens - used, run.options.max_seconds - state.get("seconds", 0.0))
    done = await implemented(step, state.get("goal", ""), state.get("check") or "", so_far, left, run)
    return documents.put_record(done)


async def drafted(work: Work) -> Draft:
    """The draft of the step's artifact, every file of it.

    Raises:
        DraftFailed: the model gave nothing sound, however often it was asked.
    """
    wanted = await _documents(work)
    texts = {
        path: await written(_asked(work, about, existing), work.run.systems, revision=work.revision)
        for path, (about, existing) in wanted.items()
    }
    return Draft(
        artifact=work.step.artifact,
        files=tuple(_file(work, path, each.text) for path, each in texts.items()),
        repairs=sum(each.repairs for each in texts.values()),
        notes=tuple(dict.fromkeys(note for each in texts.values() for note in each.notes)),
        answers=tuple(answer.hash for answer in work.answers if answer.answered),
    )


async def _documents(work: Work) -> Mapping[str, tuple[str, Sequence[str]]]:
    """(what it is about, what is there already) of each document to draft, by its path."""
    artifact, path = work.step.artifact, work.instructions.output_path
    if artifact == "specs":
        known = await work.run.systems.openspec.specs()
        return {f"specs/{name}/spec.md": (name, known.get(name, ())) for name in _capabilities(work)}
    if any(mark in path for mark in "*?["):
        raise DraftFailed(f"{artifact} is a set of files ({path}); only one is drafted.")
    existing = tuple(await work.run.systems.openspec.specs()) if artifact == "proposal" else ()
    return {path: (f"the {artifact} of the change", existing)}


def _asked(work: Work, about: str, existing: Sequence[str]) -> Requested:
    asked = Requested(
        artifact=work.step.artifact,
        goal=work.goal,
        about=about,
        instruction=work.instructions.instruction,
        documents=(*_as_it_stands(work, about), *_built_on(work)),
        existing=tuple(existing),
        template=work.instructions.template,
    )
    return informed(asked, work.answers, work.run.systems.project)


def _as_it_stands(work: Work, about: str) -> tuple[tuple[str, str], ...]:
    """The document that is drafted again, without its sources; nothing where it is drafted for the first time."""
    if work.redraft is None:
        return ()
    path = f"specs/{about}/spec.md" if work.step.artifact == "specs" else work.instructions.output_path
    return ((f"{path}, as it stands", _without_sources(work.document(path))),)


def _capabilities(work: Work) -> list[str]:
    """The capabilities to draft: those that feedback is about, else those that are wanted."""
    if work.redraft is None:
        return _wanted(work)
    specs = (PurePosixPath(each.path) for each in work.redraft.concerns if each.artifact == "specs")
    return ["/".join(path.parts[1:-1]) for path in specs]


def _wanted(work: Work) -> list[str]:
    """The capabilities to draft now: those of the proposal that have no spec yet, else all of them again."""
    listed = capabilities(work.document("proposal.md")) or (kebab(work.step.change),)
    missing = [name for name in listed if says_nothing(work.document(f"specs/{name}/spec.md"))]
    return (missing or list(listed))[: work.run.systems.policy.draft.items]


def _file(work: Work, path: str, text: str) -> File:
    """The document with its sources; of one that specloop has written before only what must change is drafted anew."""
    systems = work.run.systems
    body = f"{text}\n{sources_section(work.answers, project=systems.project)}".rstrip("\n") + "\n"
    old = systems.documents.last_write((work.status.root / path).relative_to(systems.project).as_posix())
    if old and not says_nothing(work.document(path)):
        small = redrafted(systems.documents.get(old[0]), body, hints(work.revision, work.step.artifact))
        body = body if _numbered_twice(small) else small
    return File(path=path, content=systems.documents.put(body))


def _numbered_twice(text: str) -> bool:
    """Whether two tasks of a list have one number, which OpenSpec refuses: old groups stayed beside new ones."""
    numbers = TASK_NUMBER.findall(text)
    return len(set(numbers)) < len(numbers)


def _built_on(work: Work) -> tuple[tuple[str, str], ...]:
    """The documents an artifact builds on, without their sources; the proposal first."""
    order = [item for item in work.status.artifacts if item.id != work.step.artifact and item.existing]
    texts = [(path.name, read_file(path) or "") for item in order for path in item.existing[:2]]
    return tuple((name, _without_sources(text)) for name, text in texts)


def _without_sources(text: str) -> str:
    return text.partition("\n## Sources")[0]

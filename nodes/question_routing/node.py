"""question_routing: lists what must be known for a step and finds who can answer each question."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypedDict

from langgraph.types import Command, Send
from opentelemetry import trace
from pydantic import BaseModel, Field

from nodes.question_routing.choosing import Chooser
from nodes.question_routing.questions import Places, fill
from nodes.question_routing.routing import Router
from systems import names
from systems.connections import Run
from systems.errors import InvalidDraft
from systems.models import Message
from systems.project.repository import best_file, checked_out, is_test, refs, tracked_files
from systems.records import Hash, PlanRevision, Question, Route, Step, canonical


class Reads(TypedDict, total=False):
    """Keys question_routing reads."""

    goal: str
    step: dict[str, Any] | None
    revision_ref: Hash | None
    allowed: list[str]


class Writes(TypedDict, total=False):
    """Keys question_routing writes."""

    route_refs: list[Hash]


class Asked(TypedDict):
    """What one `answer` is sent."""

    route_ref: Hash
    loop: int
    allowed: list[str]


async def question_routing(state: Reads, run: Run) -> Command[Literal["answer", "execution"]]:
    """Route every question of the step; one `answer` works on each."""
    systems, step = run.systems, Step.model_validate(state.get("step"))
    routes = await routes_of(step, state.get("goal", ""), run, systems.revision(state.get("revision_ref")))
    references = [systems.documents.put_record(route) for route in routes]
    for route, reference in zip(routes, references, strict=True):
        told(route, reference)
    allowed = state.get("allowed") or []
    sends = [Send("answer", Asked(route_ref=one, loop=step.loop, allowed=allowed)) for one in references]
    return Command(goto=sends or "execution", update=Writes(route_refs=references))


async def routes_of(step: Step, goal: str, run: Run, revision: PlanRevision) -> list[Route]:
    """The questions of a step, each with who is to answer it."""
    systems = run.systems
    places, _ = await asyncio.gather(find_places(run, goal), ready(run, goal))
    knobs = systems.policy.questions
    always = knobs.always.get(step.artifact, knobs.always.get("*", ()))
    questions = fill((text for text in always if text not in knobs.skip), goal=goal, places=places)
    questions += await own_questions(run, goal, step, asked=questions)
    router = router_of(run, places)
    routes = without_repeats([await router.route(question, avoid=revision.avoid) for question in questions])
    return routes + for_person(revision, step.artifact)


def told(route: Route, reference: Hash) -> None:
    """Put on the span why a question goes where it goes; what is asked stays in the route, which `reference` names."""
    why: dict[str, str | float] = {
        names.ROUTE_SERVER: route.server,
        names.ROUTE_RUNNER_UP: route.runner_up,
        names.ROUTE_MARGIN: route.margin,
        names.ROUTE_SCORES: canonical(route.scores),
        names.ROUTE_DECIDED_BY: route.decided_by,
        names.ROUTE_REF: reference,
    }
    trace.get_current_span().add_event(names.ROUTED, why)


async def ready(run: Run, text: str) -> None:
    """Start the servers, and meanwhile load what embeds, so that neither waits for the other."""
    embedder = run.systems.embedder
    await asyncio.gather(run.systems.servers.start(), *([embedder.embed([text])] if embedder else []))


def router_of(run: Run, places: Places) -> Router:
    """The router of a run, as its policy has it."""
    systems = run.systems
    return Router(
        systems.servers.tools,
        project=systems.project,
        places=places,
        knobs=systems.policy.questions,
        embedder=systems.embedder,
        chooser=Chooser(systems.model, systems.policy.draft),
        unmarked=run.options.approve == "ask",
    )


async def find_places(run: Run, goal: str) -> Places:
    """Where the project keeps what the questions are about."""
    project = run.systems.project
    files, named, branch = await asyncio.gather(tracked_files(project), refs(project), checked_out(project))
    readme = next((path for path in files if path.lower().startswith("readme")), None)
    tests = next((path.rsplit("/", 1)[0] for path in files if is_test(path) and "/" in path), None)
    source = best_file(project, files, goal)
    return Places(files=files, readme=readme, source=source, tests=tests, refs=named, branch=branch)


async def own_questions(run: Run, goal: str, step: Step, *, asked: Sequence[Question]) -> tuple[Question, ...]:
    """What the model itself wants to know; nothing when it has no sound question."""
    knobs = run.systems.policy.questions
    if not knobs.own:
        return ()
    messages: list[Message] = [
        ("system", "You prepare work on a software project. You ask short questions about its files and history."),
        ("user", _own_prompt(goal, step, asked)),
    ]
    try:
        drafted = await run.systems.model.draft(messages, OwnQuestions, run.systems.policy.draft)
    except InvalidDraft:
        return ()
    known = {question.text.casefold() for question in asked}
    texts = dict.fromkeys(" ".join(text.split()) for text in drafted.value.questions)
    fresh = [text for text in texts if _is_question(text) and text.casefold() not in known]
    return tuple(Question(text=text, origin="model") for text in fresh[: knobs.own])


class OwnQuestions(BaseModel):
    """Questions a model may ask before a step."""

    questions: list[Annotated[str, Field(min_length=10, max_length=120)]] = Field(
        min_length=1, max_length=2, description="Each ends with a question mark"
    )


def _own_prompt(goal: str, step: Step, asked: Sequence[Question]) -> str:
    known = "\n".join(f"- {question.text}" for question in asked)
    return (
        f"Goal: {goal}\nNext document: {step.artifact}\nAlready asked:\n{known}\n"
        "What else must be known about the project's files or history to write this document?"
    )


def for_person(revision: PlanRevision, artifact: str) -> list[Route]:
    """The questions that the run's plan puts to the person before this artifact is drafted."""
    mine = [text.removeprefix(f"{artifact}: ") for text in revision.ask_person if text.startswith(f"{artifact}: ")]
    return [
        Route(
            question=Question(text=text, origin="plan"),
            candidates=(),
            decided_by="revision",
            reason="the plan was revised to ask the person",
        )
        for text in mine
    ]


def without_repeats(routes: Sequence[Route]) -> list[Route]:
    """The routes without those of the model's own questions whose call another question makes already."""
    planned = [route.candidates[:1] for route in routes if route.question.origin == "policy"]
    calls = {(best.server, best.tool, canonical(best.arguments)) for first in planned for best in first}
    kept = []
    for route in routes:
        best = next(iter(route.candidates), None)
        call = (best.server, best.tool, canonical(best.arguments)) if best else None
        if route.question.origin == "policy" or call not in calls:
            kept.append(route)
    return kept


def _is_question(text: str) -> bool:
    return text.endswith("?") and text.count("?") == 1 and text[:1].isalpha()

"""answer: asks one question's candidates in turn until one gives something, and keeps where it came from."""

from __future__ import annotations

from typing import Any, TypedDict

from langgraph.types import interrupt
from pydantic import BaseModel, Field

from nodes.question_routing.calling import AllowedCallFailed, called
from systems.connections import Run
from systems.errors import ServerUnavailable, ToolFailed
from systems.mcp import Result
from systems.records import Answer, Candidate, Hash, Route, Source, content_hash


class Reads(TypedDict):
    """What one answer is sent."""

    route_ref: Hash
    loop: int


class Writes(TypedDict, total=False):
    """Keys answer writes."""

    answer_refs: list[Hash]


class PersonAnswer(BaseModel):
    """What a person is asked for; nothing leaves the question open."""

    answer: str = Field("", description="Your answer; leave it empty to keep the question open")


async def answer(state: Reads, run: Run) -> Writes:
    """Answer one question, or leave it open with the reasons."""
    documents = run.systems.documents
    route = documents.get_record(state["route_ref"], Route)
    return Writes(answer_refs=[documents.put_record(await answered(route, run, person=run.options.approve == "ask"))])


async def answered(route: Route, run: Run, *, person: bool) -> Answer:
    """The first candidate's result that says something; a person where they are asked; else an open question."""
    failures: list[str] = []
    for candidate in route.candidates:
        try:
            result = await called(candidate, run, person=person)
        except (ToolFailed, ServerUnavailable) as failure:
            failures.append(f"{candidate.server}.{candidate.tool}: {failure.message}")
            if isinstance(failure, AllowedCallFailed):
                person = False
                break
        else:
            return _from_tool(route, candidate, result, tuple(failures), run)
    if person:
        return _from_person(route, tuple(failures), run)
    last = route.candidates[-1] if route.candidates else None
    return Answer(
        question=route.question.text,
        answered=False,
        text="; ".join(failures) or route.reason,
        server=last.server if last else None,
        tool=last.tool if last else None,
        failures=tuple(failures),
    )


def _from_tool(route: Route, candidate: Candidate, result: Result, failures: tuple[str, ...], run: Run) -> Answer:
    kept = run.systems.documents.put(result.text)
    source = Source(
        server=candidate.server,
        tool=candidate.tool,
        arguments=candidate.arguments,
        span_id=result.span_id,
        content_hash=kept,
    )
    return Answer(
        question=route.question.text,
        answered=True,
        text=excerpt(result.text, run.systems.policy.answers.excerpt_characters),
        server=candidate.server,
        tool=candidate.tool,
        sources=(source,),
        failures=failures,
    )


def _from_person(route: Route, failures: tuple[str, ...], run: Run) -> Answer:
    asked = {"kind": "question", "text": route.question.text, "reason": "; ".join(failures) or route.reason}
    reply: Any = interrupt(asked, response_schema=PersonAnswer)
    given = reply if isinstance(reply, (dict, PersonAnswer)) else {"answer": str(reply or "")}
    text = PersonAnswer.model_validate(given).answer.strip()
    if not text:
        return Answer(question=route.question.text, answered=False, text="left open by the person", failures=failures)
    run.systems.documents.put(text)
    source = Source(server="person", tool="asked", arguments={}, span_id="", content_hash=content_hash(text))
    return Answer(
        question=route.question.text,
        answered=True,
        text=text,
        server="person",
        tool="asked",
        sources=(source,),
        failures=failures,
    )


def excerpt(text: str, most: int) -> str:
    """The beginning of a text, cut at a line where one is near, with a note of how much is left out."""
    text = text.strip()
    if len(text) <= most:
        return text
    head = text[:most]
    line_end = head.rfind("\n")
    head = head[:line_end] if line_end > most // 2 else head
    return f"{head.rstrip()}\n[... {len(text) - len(head):,} more characters]"

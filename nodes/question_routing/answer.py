"""answer: asks one question's candidates in turn until one answers it, and keeps where it came from."""

from __future__ import annotations

from typing import Any, TypedDict

from langgraph.types import interrupt
from pydantic import BaseModel, Field

from nodes.question_routing.attempt import Attempt, attempted
from systems.connections import Run
from systems.mcp import Result
from systems.records import Answer, Hash, Route, Source, content_hash


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
    """The first candidate's result that answers the question; a person where they are asked; else an open question."""
    tried: list[Attempt] = []
    for candidate in route.candidates:
        tried.append(await attempted(candidate, route.question.text, run, person=person))
        if tried[-1].result or tried[-1].final:
            break
    failures = tuple(failure for attempt in tried for failure in attempt.failures)
    if tried and tried[-1].result:
        answer = _from_tool(route, tried[-1], tried[-1].result, run)
    elif person and not (tried and tried[-1].final):
        answer = _from_person(route, failures, run)
    else:
        answer = _open(route, failures)
    return answer.model_copy(
        update={
            "failures": failures,
            "mended": tuple(attempt.mended for attempt in tried if attempt.mended),
            "refused": tuple(attempt.source for attempt in tried if attempt.source and not attempt.result),
        }
    )


def _open(route: Route, failures: tuple[str, ...]) -> Answer:
    last = route.candidates[-1] if route.candidates else None
    return Answer(
        question=route.question.text,
        answered=False,
        text="; ".join(failures) or route.reason,
        server=last.server if last else None,
        tool=last.tool if last else None,
    )


def _from_tool(route: Route, attempt: Attempt, result: Result, run: Run) -> Answer:
    assert attempt.source is not None
    return Answer(
        question=route.question.text,
        answered=True,
        text=excerpt(result.text, run.systems.policy.answers.excerpt_characters),
        server=attempt.source.server,
        tool=attempt.source.tool,
        sources=(attempt.source,),
        noted=attempt.noted,
    )


def _from_person(route: Route, failures: tuple[str, ...], run: Run) -> Answer:
    asked = {"kind": "question", "text": route.question.text, "reason": "; ".join(failures) or route.reason}
    reply: Any = interrupt(asked, response_schema=PersonAnswer)
    given = reply if isinstance(reply, (dict, PersonAnswer)) else {"answer": str(reply or "")}
    text = PersonAnswer.model_validate(given).answer.strip()
    if not text:
        return Answer(question=route.question.text, answered=False, text="left open by the person")
    run.systems.documents.put(text)
    source = Source(server="person", tool="asked", arguments={}, span_id="", content_hash=content_hash(text))
    return Answer(
        question=route.question.text,
        answered=True,
        text=text,
        server="person",
        tool="asked",
        sources=(source,),
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

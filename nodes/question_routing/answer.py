"""answer: asks one question's candidates in turn until one answers it, and keeps where it came from."""

from __future__ import annotations

from typing import TypedDict

from nodes.question_routing.attempt import Attempt, attempted
from systems.connections import Run
from systems.forms import QuestionReply
from systems.mcp import Result
from systems.person import Person, in_charge
from systems.records import Answer, Hash, Route, Source, content_hash


class Reads(TypedDict):
    """What one answer is sent."""

    route_ref: Hash
    loop: int
    allowed: list[str]


class Writes(TypedDict, total=False):
    """Keys answer writes."""

    answer_refs: list[Hash]
    allowed: list[str]


async def answer(state: Reads, run: Run) -> Writes:
    """Answer one question, or leave it open with the reasons."""
    documents = run.systems.documents
    route = documents.get_record(state["route_ref"], Route)
    person = in_charge(run.options, state.get("allowed"))
    found = await answered(route, run, person=person)
    return Writes(answer_refs=[documents.put_record(found)], allowed=person.allowed if person else [])


async def answered(route: Route, run: Run, *, person: Person | None) -> Answer:
    """The first candidate's result that answers the question; a person where they are asked; else an open question."""
    tried: list[Attempt] = []
    for candidate in route.candidates:
        tried.append(await attempted(candidate, route.question.text, run, person=person))
        if tried[-1].result or tried[-1].final:
            break
    failures = tuple(failure for attempt in tried for failure in attempt.failures)
    if tried and tried[-1].result:
        answer = _from_tool(route, tried[-1], tried[-1].result, run)
    elif person and person.knows and not (tried and tried[-1].final):
        answer = await _from_person(route, failures, run, person)
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


async def _from_person(route: Route, failures: tuple[str, ...], run: Run, person: Person) -> Answer:
    why = "; ".join(failures)
    text = (await person.asked(QuestionReply, route.question.text, reason=why or route.reason)).answer.strip()
    if not text:
        left = f"left open by the person; {why}" if why else "left open by the person"
        return Answer(question=route.question.text, answered=False, text=left)
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

"""ask: one question routed and answered on its own, outside of a run."""

from __future__ import annotations

import asyncio

from nodes.question_routing.answer import answered
from nodes.question_routing.node import find_places, ready, router_of, told
from systems.connections import Run
from systems.errors import UsageError
from systems.person import Person
from systems.records import Answer, Question, Route

MOST_QUESTION_CHARACTERS = 2_000


async def ask(question: str, run: Run, person: Person | None = None) -> Answer:
    """The answer of the best server, or an open question with the reasons, and its route.

    Args:
        question: about the project.
        run: what it is asked with.
        person: who allows calls of tools that may change something, and answers what tools ask.

    Raises:
        UsageError: the question is empty or very long.
    """
    text = " ".join(question.split())
    if not text or len(text) > MOST_QUESTION_CHARACTERS:
        raise UsageError(
            f"A question has 1 to {MOST_QUESTION_CHARACTERS:,} characters; this has {len(text):,}.",
            mend='Ask one thing at a time, e.g. specloop ask "What were the last commits?"',
        )
    route = await routed(text, run)
    told(route, run.systems.documents.put_record(route))
    answer = await answered(route, run, person=person)
    return answer.model_copy(update={"route": route})


async def routed(text: str, run: Run) -> Route:
    """Who is to answer a question, with the call it takes."""
    places, _ = await asyncio.gather(find_places(run, text), ready(run, text))
    return await router_of(run, places).route(Question(text=text, origin="person"))

"""ask: one question routed and answered on its own, outside of a run."""

from __future__ import annotations

from nodes.question_routing.answer import answered
from nodes.question_routing.node import find_places
from nodes.question_routing.routing import Router
from systems.connections import Run
from systems.errors import UsageError
from systems.records import Answer, Question, Route

MOST_QUESTION_CHARACTERS = 2_000


async def ask(question: str, run: Run) -> Answer:
    """The answer of the best server, or an open question with the reasons.

    Raises:
        UsageError: the question is empty or very long.
    """
    text = " ".join(question.split())
    if not text or len(text) > MOST_QUESTION_CHARACTERS:
        raise UsageError(
            f"A question has 1 to {MOST_QUESTION_CHARACTERS:,} characters; this has {len(text):,}.",
            mend='Ask one thing at a time, e.g. specloop ask "What were the last commits?"',
        )
    return await answered(await routed(text, run), run, person=False)


async def routed(text: str, run: Run) -> Route:
    """Who is to answer a question, with the call it takes."""
    await run.systems.servers.start()
    places = await find_places(run, text)
    knobs = run.systems.policy.questions
    router = Router(run.systems.servers.tools, project=run.systems.project, places=places, knobs=knobs)
    return router.route(Question(text=text, origin="person"))

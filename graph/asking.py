"""One question, routed and answered without a run."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

from graph.context import context_of
from nodes.question_routing.ask import ask
from systems.connections import Run, opened
from systems.person import Person
from systems.questions import Answer
from systems.settings import Settings


async def asked(
    question: str, project: Path, settings: Settings, *, person: Person | None = None, linger: float = 0.0
) -> Answer:
    """The answer to a question about a project, with a trace of its own.

    Args:
        question: in words.
        project: its absolute path.
        settings: what holds there.
        person: who allows calls of tools that may change something; None: such tools are not called.
        linger: seconds for which the servers stay open.
    """
    context = replace(context_of(str(project), settings), approve="ask" if person else "auto")
    async with opened(context, linger=linger) as systems:
        run = Run(f"ask-{secrets.token_hex(6)}", context, systems)
        with systems.telemetry.scope(policy=systems.policy.hash), systems.telemetry.root(run.id):
            return await ask(question, run, person)

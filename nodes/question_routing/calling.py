"""The call of one candidate's tool, with the person's word where the tool needs it.

A tool that does not say that it only reads is called when the person allows this very call; what a tool asks in the
middle of a call is put to the person, and the call is made anew with what they said. Nothing is asked in `auto`.
"""

from __future__ import annotations

from typing import NamedTuple

from systems.connections import Run
from systems.errors import Elicited, ToolFailed
from systems.forms import Permission, ToolReply
from systems.mcp import Elicitation, Replied, Result, replied
from systems.person import Person
from systems.records import Candidate, Hash, canonical

MOST_CHARACTERS = 500


class Permitted(NamedTuple):
    """A call that may be made.

    Attributes:
        candidate: the call, with the person's arguments where they gave others.
        approved: whether it took their word.
    """

    candidate: Candidate
    approved: bool


class AllowedCallFailed(ToolFailed):
    """A call that the person had allowed gave nothing; it must not be made again by asking them something else."""


async def permitted(candidate: Candidate, run: Run, person: Person | None) -> Permitted:
    """The candidate's call, once the person has allowed it where it takes that.

    Raises:
        ToolFailed: they do not allow it.
    """
    await run.systems.servers.start()  # a run that is resumed did not come through question_routing
    if person is None or _reads_only(candidate, run):
        return Permitted(candidate, approved=False)
    name, arguments = f"{candidate.server}.{candidate.tool}", canonical(candidate.arguments)[:MOST_CHARACTERS]
    decision = await person.asked(
        Permission,
        f"May {name} be called with {arguments}? It does not say that it only reads.",
        server=candidate.server,
        tool=candidate.tool,
        arguments=candidate.arguments,
    )
    if decision.rejected:
        message = f"not allowed by the person{f': {decision.reason}' if decision.reason else ''}"
        raise ToolFailed(message, server=candidate.server, tool=candidate.tool, cause="error")
    if decision.arguments is not None:
        candidate = candidate.model_copy(update={"arguments": decision.arguments})
    return Permitted(candidate, approved=True)


async def called(call: Permitted, run: Run, person: Person | None) -> Result:
    """What the candidate's tool gives.

    Raises:
        ToolFailed: it gave nothing.
        AllowedCallFailed: it gave nothing although the person allowed it.
        ServerUnavailable: its server does not serve.
    """
    candidate, replies = call.candidate, dict[Hash, Replied]()
    while True:
        try:
            async with run.systems.asking():
                return await run.systems.servers.call(
                    candidate.server,
                    candidate.tool,
                    candidate.arguments,
                    approved=call.approved,
                    reuse=run.systems.policy.answers.reuse,
                    replies=replies if person else None,
                )
        except Elicited as elicited:
            assert person is not None  # without one, the server declines what a tool asks
            replies[elicited.question.key] = await _reply(elicited.question, person)
        except ToolFailed as failure:
            if not call.approved:
                raise
            raise AllowedCallFailed(
                failure.message, server=failure.server, tool=failure.tool, cause=failure.cause, mend=failure.mend
            ) from failure


def _reads_only(candidate: Candidate, run: Run) -> bool:
    known = (
        tool for tool in run.systems.servers.tools if (tool.server, tool.name) == (candidate.server, candidate.tool)
    )
    return all(tool.read_only for tool in known)


async def _reply(question: Elicitation, person: Person) -> Replied:
    name = f"{question.server}.{question.tool}"
    wrong = f" ({question.wrong})" if question.wrong else ""
    text = f"{name} asks: {question.message[:MOST_CHARACTERS]}{f' {question.url}' if question.url else ''}{wrong}"
    given = await person.asked(ToolReply, text, server=question.server, tool=question.tool, fields=question.fields)
    return replied(given.words, question)

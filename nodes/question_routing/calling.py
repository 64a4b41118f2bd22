"""The call of one candidate's tool, with the person's word where the tool needs it.

A tool that does not say that it only reads is called when the person allows this very call; what a tool asks in the
middle of a call is put to the person, and the call is made anew with what they said. Nothing is asked in `auto`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from langgraph.types import interrupt
from pydantic import BaseModel, Field

from systems.connections import Run
from systems.errors import Elicited, ToolFailed
from systems.mcp import Elicitation, Replied, Result, replied
from systems.records import Candidate, Hash, canonical

MOST_CHARACTERS = 500


class Permission(BaseModel):
    """Whether a call may be made."""

    decision: Literal["allow", "refuse"] = Field(description="allow or refuse this one call")


class ToolReply(BaseModel):
    """What the person says to a tool that asks: words, or values by field; neither declines."""

    words: str = Field("", description="accept, decline, the value of the only field, or a JSON object of values")
    values: dict[str, Any] = Field(
        default_factory=dict, description="Values by field; what is left out has its default"
    )


class AllowedCallFailed(ToolFailed):
    """A call that the person had allowed gave nothing; it must not be made again by asking them something else."""


async def called(candidate: Candidate, run: Run, *, person: bool) -> Result:
    """What the candidate's tool gives.

    Raises:
        ToolFailed: it gave nothing, or the person refuses the call.
        AllowedCallFailed: it gave nothing although the person allowed it.
        ServerUnavailable: its server does not serve.
    """
    await run.systems.servers.start()  # a run that is resumed did not come through question_routing
    approved = person and not _reads_only(candidate, run)
    if approved:
        _ask_permission(candidate)
    replies: dict[Hash, Replied] = {}
    while True:
        try:
            async with run.systems.asking():
                return await run.systems.servers.call(
                    candidate.server,
                    candidate.tool,
                    candidate.arguments,
                    approved=approved,
                    reuse=run.systems.policy.answers.reuse,
                    replies=replies if person else None,
                )
        except Elicited as elicited:
            replies[elicited.question.key] = _ask_reply(elicited.question)
        except ToolFailed as failure:
            if not approved:
                raise
            raise AllowedCallFailed(
                failure.message, server=failure.server, tool=failure.tool, cause=failure.cause, mend=failure.mend
            ) from failure


def _reads_only(candidate: Candidate, run: Run) -> bool:
    known = (
        tool for tool in run.systems.servers.tools if (tool.server, tool.name) == (candidate.server, candidate.tool)
    )
    return all(tool.read_only for tool in known)


def _ask_permission(candidate: Candidate) -> None:
    name, arguments = f"{candidate.server}.{candidate.tool}", canonical(candidate.arguments)[:MOST_CHARACTERS]
    asked = {
        "kind": "permission",
        "text": f"May {name} be called with {arguments}? It does not say that it only reads.",
        "server": candidate.server,
        "tool": candidate.tool,
        "arguments": candidate.arguments,
    }
    given: Any = interrupt(asked, response_schema=Permission)
    decision = given.get("decision") if isinstance(given, Mapping) else getattr(given, "decision", given)
    if decision != "allow":
        message = f"{name} was not allowed by the person."
        raise ToolFailed(message, server=candidate.server, tool=candidate.tool, cause="error")


def _ask_reply(question: Elicitation) -> Replied:
    name = f"{question.server}.{question.tool}"
    wrong = f" ({question.wrong})" if question.wrong else ""
    asked = {
        "kind": "elicitation",
        "text": f"{name} asks: {question.message[:MOST_CHARACTERS]}{f' {question.url}' if question.url else ''}{wrong}",
        "server": question.server,
        "tool": question.tool,
        "fields": question.fields,
    }
    given: Any = interrupt(asked, response_schema=ToolReply)
    reply = ToolReply.model_validate(given) if isinstance(given, Mapping) else given
    if isinstance(reply, ToolReply):
        return replied(reply.values or reply.words, question)
    return replied(str(reply or ""), question)

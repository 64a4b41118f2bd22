"""Question -> Route -> Answer: what is asked before a step, who can answer it, and what they said, as records."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from systems.hashed import Hash, Record

DecidedBy = Literal["learned", "lexical", "embeddings", "hybrid", "model", "person", "revision"]


class Question(Record):
    """Something that must be known before a step can be drafted."""

    text: str = Field(description="The question, in words")
    origin: Literal["policy", "model", "person", "plan"] = Field(description="Who asks")


class Candidate(Record):
    """One tool that could answer a question, with the call it would take."""

    server: str = Field(description="MCP server")
    tool: str = Field(description="Tool on that server")
    arguments: dict[str, Any] = Field(default_factory=dict, description="Arguments of the call")
    score: float = Field(0.0, description="Higher is better; comparable within one question")


class Route(Record):
    """Who is to answer a question, and why."""

    question: Question
    server: str = Field("person", description="MCP server that should know, or `person`")
    candidates: tuple[Candidate, ...] = Field(
        description="Calls to try, best first; empty means the person, and that the reason says why"
    )
    scores: dict[str, float] = Field(
        default_factory=dict, description="How near each server and the person are; about 1 is sure, 0 is unrelated"
    )
    runner_up: str = Field("", description="The next server, or `person`, by score")
    margin: float = Field(0.0, description="Lead of the best score over the next; 0 to 1")
    decided_by: DecidedBy = Field(description="What decided")
    reason: str = Field(description="Why, in words")


class Source(Record):
    """Where an answer came from: enough to ask again and compare."""

    server: str = Field(description="MCP server, or `person`")
    tool: str = Field(description="Tool called")
    arguments: dict[str, Any] = Field(description="Arguments sent")
    span_id: str = Field(description="Id of the execute_tool span")
    content_hash: Hash = Field(description="Hash of the full result in the document store")
    bytes: int = Field(0, description="UTF-8 bytes of the result before it was cut")
    cut: bool = Field(False, description="Whether the kept result lacks its end, as a note in it says")
    reused: bool = Field(False, description="Taken from an earlier call, as its source had not changed since")


class Mended(Record):
    """A wrong argument that was corrected, once, before the call was made again."""

    call: str = Field(description="server.tool")
    argument: str = Field(description="The argument at fault")
    was: str = Field(description="Its JSON before; empty where it was missing")
    now: str = Field(description="Its JSON in the new call; empty where it was left out")
    by: Literal["message", "model"] = Field(description="Whether the server's message told, or the model")


class Answer(Record):
    """What was found out, or that nothing was."""

    question: str = Field(description="The question, in words")
    answered: bool = Field(description="False: an open question; text says why")
    text: str = Field(
        description="Excerpt of the result (at most policy.answers.excerpt_characters), or why it is open"
    )
    server: str | None = Field(None, description="Server that answered or was asked last")
    tool: str | None = Field(None, description="Tool that answered or was asked last")
    sources: tuple[Source, ...] = Field((), description="Where it came from; empty when open")
    failures: tuple[str, ...] = Field((), description="`server.tool: cause` of every attempt that failed")
    route: Route | None = Field(None, description="Who was to answer and why; of a question asked outside of a run")
    noted: str = Field("", description="What speaks for the answer, by its own words; `unsure: ...` where nothing does")
    mended: tuple[Mended, ...] = Field((), description="Arguments that were corrected on the way")
    refused: tuple[Source, ...] = Field((), description="Results that came and were no answer; `failures` says why")

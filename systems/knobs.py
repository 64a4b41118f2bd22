"""Knobs: everything tunable, each with its type, bounds, default and sentence in one line.

An edit outside the bounds cannot be made: pydantic refuses it. The defaults are what specloop ships;
`systems.policy.BASELINE` is the plain policy that they are compared with.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from systems.hashed import Record
from systems.lines import LINES


class DraftKnobs(Record):
    """How artifacts are drafted."""

    temperature: float = Field(0.2, ge=0, le=2, description="Sampling temperature of the model")
    seed: int = Field(7, ge=0, le=2**31 - 1, description="Seed sent to the model")
    output_tokens: int = Field(900, ge=64, le=16_384, description="Most tokens the model may write in one draft")
    seconds: float = Field(120, ge=1, le=3_600, description="Time limit of one model call, seconds")
    model: str = Field("", max_length=200, description="Model that drafts, of several on a server; empty: the run's")
    capped: bool = Field(True, description="Limit every text and list in the schema that the model must keep to")
    shape: Literal["full", "least"] = Field(
        "full", description="least: ask only for what OpenSpec requires of an artifact, not for what it recommends"
    )
    items: int = Field(3, ge=1, le=20, description="Most items in any list of a draft")
    characters: int = Field(200, ge=40, le=4_000, description="Most characters in any text of a draft")
    repairs: int = Field(2, ge=0, le=2, description="How often an invalid draft goes back to the model")
    repair_words: bool = Field(True, description="Tell the model in the checker's words why its draft goes back")
    example: bool = Field(True, description="Show the model one worked example with every request")
    examples: dict[str, Annotated[str, Field(max_length=20_000)]] = Field(
        default={}, max_length=10, description="Worked example by artifact: JSON of a draft that was accepted before"
    )
    instruction_characters: int = Field(
        1_200, ge=0, le=20_000, description="How much of OpenSpec's instruction is shown"
    )
    document_characters: int = Field(1_500, ge=0, le=100_000, description="How much of each earlier document is shown")
    guidance: tuple[Annotated[str, Field(max_length=300)], ...] = Field(
        (), max_length=20, description="Lines of advice added to every draft request"
    )


class QuestionKnobs(Record):
    """What is asked before a step, and who is asked."""

    always: dict[str, tuple[str, ...]] = Field(
        default={
            "proposal": (
                "Which files and folders are in the project?",
                "What were the last commits?",
                "What does the file {readme} say?",
                "What does the file {source} say?",
            ),
            "specs": ("What does the file {source} say?", "Which uncommitted changes are in the working tree?"),
            "design": ("What does the file {source} say?", "What changed in the last commit?"),
            "*": ("What does the file {source} say?", "What were the last commits?"),
            "tasks": ("Which files and folders are in {tests}?", "What is today's date?"),
        },
        description="What an artifact needs, * for one of the user's own schema; {goal} and the like are filled in",
    )
    skip: tuple[str, ...] = Field(
        (), max_length=20, description="Questions of `always` that are not asked: their answers never helped"
    )
    own: int = Field(1, ge=0, le=2, description="How many more questions the model may ask for a step")
    method: Literal["model", "lexical", "embeddings", "hybrid"] = Field(
        "hybrid", description="What ranks the tools; where nothing embeds, hybrid and embeddings are lexical"
    )
    margin: float = Field(
        0.2,
        ge=0,
        le=1,
        description="Lead of the best server, or the person, over the next, below which `unsure` decides",
    )
    unsure: Literal["auto", "first", "model", "person"] = Field(
        "auto",
        description="Who decides between close tools: the model, the person, or nobody (the first is tried); auto: the"
        " model, unless it is the embedded one, which does worse than likeness",
    )
    routes: dict[str, str] = Field(
        default={}, max_length=200, description="Learned: the tool (server.tool) or `person` that answered a question"
    )
    parallel: int = Field(8, ge=1, le=64, description="Most questions of a step that are asked side by side")
    least_score: float = Field(0.2, ge=0, le=1, description="Score below which a question goes to the person")
    least_coverage: float = Field(0, ge=0, le=1, description="Share of a question's words its server must speak of")
    lines: dict[str, str] = Field(
        default=LINES,
        description="What a server, one of its tools, or `person` is asked: sentences that it is found by",
    )
    candidates: int = Field(2, ge=1, le=5, description="How many tools are tried before the question stays open")


Depends = Literal["never", "age", "commit", "tree", "files", "entries", "names"]


class AnswerKnobs(Record):
    """How tool results become answers."""

    excerpt_characters: int = Field(600, ge=100, le=20_000, description="Most of a result that reaches a prompt")
    reuse: bool = Field(True, description="Make the same read-only call once a run, while its source is as it was")
    keep_days: float = Field(
        7, ge=0, le=365, description="How long a result will do for later runs while its source is as it was; 0: never"
    )
    unchanged: dict[str, Depends] = Field(
        default={},
        max_length=50,
        description="What a `server` or `server.tool` reads, so that its results can be kept, instead of what is known"
        " of git and filesystem: never to be known; age: nothing changes within keep_days; commit: the history; tree:"
        " that and the working tree; files: those that the call names; entries, names: a folder's, all below it",
    )
    check: bool = Field(True, description="Refuse results that tell of failures, say nothing or miss the question")
    mend: Literal["never", "message", "model"] = Field(
        "model",
        description="Who corrects a wrong argument, once: nobody, what the server's message says, or the model besides",
    )


class ServerLimits(Record):
    """Limits of one MCP server, instead of those for all."""

    start_seconds: float | None = Field(None, ge=1, le=300, description="Time limit to start it")
    call_seconds: float | None = Field(None, ge=0.1, le=3_600, description="Time limit of one call")
    retries: int | None = Field(None, ge=0, le=3, description="How often a failed read-only call is made again")


class ServerKnobs(Record):
    """Limits of MCP servers."""

    start_seconds: float = Field(20, ge=1, le=300, description="Time limit to start a server")
    call_seconds: float = Field(30, ge=0.1, le=3_600, description="Time limit of one call")
    retries: int = Field(
        0, ge=0, le=3, description="How often a read-only call that ran out of time or was lost is made again"
    )
    start: Literal["needed", "ahead"] = Field(
        "needed", description="When a server is started whose tools are known from before: needed (by a call) or ahead"
    )
    limits: dict[str, ServerLimits] = Field(default={}, max_length=50, description="Other limits, by server")
    content_bytes: int = Field(256_000, ge=1_000, le=20_000_000, description="Most bytes kept of one result")


class TaskKnobs(Record):
    """How the tasks of a planned change are worked."""

    repairs: int = Field(2, ge=0, le=10, description="How often a task goes back to the model with the failing check")
    calls: int = Field(40, ge=1, le=500, description="Model calls of one try at a task")
    output_tokens: int = Field(2_000, ge=64, le=32_768, description="Most tokens of one answer of the model")
    read_characters: int = Field(8_000, ge=500, le=200_000, description="Most of a file that one reading shows")
    check_characters: int = Field(3_000, ge=200, le=100_000, description="How much of a failing check is shown")
    check_seconds: float = Field(600, ge=1, le=7_200, description="Time limit of the check, seconds")
    check_megabytes: int = Field(4_096, ge=64, le=1_048_576, description="Memory of each process of the check")


class LoopKnobs(Record):
    """Budgets of a run, and when a loop's numbers are remarkable."""

    follow_ups: int = Field(3, ge=0, le=10, description="Most follow-up changes a run opens")
    attempts: int = Field(3, ge=1, le=10, description="How often one artifact is drafted before the run gives it up")
    slow_ratio: float = Field(5, ge=1.5, le=100, description="A call this many times its peers' median is an outlier")
    slow_seconds: float = Field(0.5, ge=0.1, le=600, description="... and at least this long")
    cold_seconds: float = Field(0.5, ge=0.01, le=600, description="A server start longer than this is worth a finding")

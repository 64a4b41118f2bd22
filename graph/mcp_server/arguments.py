"""What the served tools take, and what some of them give; the other results are the records of `--json`."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from systems.serving import Arguments

Entries = list[dict[str, Any]] | None


class Goal(Arguments):
    """For `run`."""

    goal: str = Field(description="What is to change in the project, in a sentence or a paragraph")
    change: str | None = Field(None, description="Id of an OpenSpec change to take up; leave out for a new one")


class Resumption(Arguments):
    """For `resume`."""

    run_id: str = Field(description="The run, as `run` or `status` named it")
    answer: str | None = Field(
        None,
        description="The person's answer, where the run waits for one: `approve`, `reject:REASON`, words for a"
        " question, or JSON of answers by the ids in waiting_for",
    )


class RunName(Arguments):
    """For `status`."""

    run_id: str | None = Field(None, description="One run; leave out for all")


class Asked(Arguments):
    """For `ask`."""

    question: str = Field(description="A question about the project: its files, its history, the time")


class Opinion(Arguments):
    """For `feedback`."""

    run_id: str = Field(description="The run that is meant")
    text: str = Field(description="What the person thinks of it, in their words")
    rating: int = Field(0, ge=-1, le=1, description="1 good, -1 bad, 0 neither")
    redraft: bool = Field(True, description="Whether documents they are not content with are drafted again")


class TraceName(Arguments):
    """For `analyze`."""

    trace: str = Field(
        description="Id of a run or of a stored trace, or the path of a trace file (OTLP) within the project"
    )


class EntryName(Arguments):
    """For `ledger`."""

    id: str | None = Field(
        None, description="Beginning of an entry's or policy's id, or active, baseline, default; leave out for all"
    )


def _absent(value: object) -> bool:
    return value is None


class Told(BaseModel):
    """What the ledger says; an entry or a policy that is asked for has fields of its own."""

    model_config = ConfigDict(extra="allow")

    active: dict[str, Any] | None = Field(None, exclude_if=_absent, description="Policies that hold, by model")
    decisions: Entries = Field(None, exclude_if=_absent, description="What was tried and what came of it, newest first")
    entries: Entries = Field(None, exclude_if=_absent, description="Entries without their bodies, newest first")
    disagreements: Entries = Field(None, exclude_if=_absent, description="What does not agree with its hash")

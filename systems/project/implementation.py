"""What became of the tasks of a change, as records: one result a task, and the branch they add up to."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from systems.hashed import Hash, Record

Verdict = Literal["green", "no_worse", "red", "timeout", "unchanged", "unfinished"]
"""no_worse: it fails only where it failed before the first task; unchanged: nothing was changed, so there was nothing
to check; unfinished: the model did not come to an end."""
ACCEPTED: frozenset[Verdict] = frozenset(["green", "no_worse"])


class CheckRun(Record):
    """One run of the project's check."""

    verdict: Verdict
    code: int | None = Field(None, description="Exit code; negative for a signal; None: it was not run")
    seconds: float = Field(0.0, description="How long it took")
    failures: tuple[str, ...] = Field((), description="What failed, as far as its output names it")
    output: Hash | None = Field(None, description="Hash of what it printed, in the document store")


class TaskResult(Record):
    """What became of one task."""

    task: str = Field(description="The task, as tasks.md has it")
    loop: int = Field(description="Loop that worked it")
    done: bool = Field(description="Whether it was changed, checked and committed")
    commit: str | None = Field(None, description="Hash of its commit")
    tries: int = Field(1, description="How often the model went at it")
    check: CheckRun = Field(description="The last check")
    reason: str = Field("", description="Why it was left open; empty when it is done")
    patch: Hash | None = Field(None, description="What was tried in vain, as a patch in the document store")
    input_tokens: int = Field(0, description="Tokens sent")
    output_tokens: int = Field(0, description="Tokens received")


class DiffStat(Record):
    """What a branch changes."""

    base: str = Field(description="Commit of the user's that it starts from")
    files: tuple[str, ...] = Field((), description="Files it changes")
    insertions: int = Field(0, description="Lines it adds")
    deletions: int = Field(0, description="Lines it takes away")


class Implementation(Record):
    """The branch on which a run works the tasks of a change, and how far it is."""

    branch: str
    worktree: str = Field(description="Its folder, relative to the project")
    command: str = Field(description="The check that decides")
    isolation: str = Field(description="How the check is shut in, in words")
    before: CheckRun = Field(description="The check on the untouched worktree")
    known_failures: tuple[str, ...] = Field((), description="What failed before and still does")
    results: tuple[TaskResult, ...] = Field((), description="The tasks worked so far, in order")
    notes: tuple[str, ...] = Field((), description="What the person should know")
    stat: DiffStat | None = Field(None, description="What the branch changes, once the run ends")
    conflicts: tuple[str, ...] = Field((), description="Files in which it cannot be merged into the user's commit")

    @property
    def last(self) -> TaskResult | None:
        """The last result."""
        return self.results[-1] if self.results else None

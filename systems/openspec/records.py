"""What OpenSpec says, as records."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from systems.records import Record


class ArtifactStatus(Record):
    """Where one artifact of a change stands."""

    id: str = Field(description="Artifact id: proposal, specs, design, tasks, or one of the user's schema")
    status: Literal["ready", "blocked", "done", "skipped"] = Field(
        description="done: its files exist and have content; ready: what it requires is done; skipped: not wanted"
    )
    requires: tuple[str, ...] = Field((), description="Ids of the artifacts that must be done before")
    output_path: str = Field(description="Where it goes, relative to the change folder; may be a glob: specs/**/*.md")
    existing: tuple[Path, ...] = Field((), description="Absolute paths of its files, blank ones included")


class ChangeStatus(Record):
    """Where a change stands, its artifacts in OpenSpec's order."""

    change: str = Field(description="OpenSpec change id")
    root: Path = Field(description="Absolute path of the change folder")
    artifacts: tuple[ArtifactStatus, ...]
    schema_name: str = Field(description="OpenSpec workflow schema, e.g. spec-driven")


class Instructions(Record):
    """How an artifact is to be written."""

    artifact: str = Field(description="Artifact id")
    instruction: str = Field(description="What to write, in OpenSpec's words")
    template: str = Field(description="Markdown skeleton")
    dependencies_done: bool = Field(description="Whether the artifact may be written now")
    missing: tuple[str, ...] = Field((), description="Ids of the artifacts that must be written before")
    output_path: str = Field(description="Where it goes, relative to the change folder; may be a glob: specs/**/*.md")
    context: str = Field("", description="What the project's openspec/config.yaml says about the project")
    rules: tuple[str, ...] = Field((), description="What the project's openspec/config.yaml asks of this artifact")


class Validation(Record):
    """OpenSpec's judgement of a change, strict, and no kinder than `archive` would be."""

    valid: bool
    issues: tuple[str, ...] = Field((), description="`path: message`, notes included; a valid change may have notes")


class Task(Record):
    """One task of the list."""

    description: str = Field(description="Its text, without the box")
    done: bool


class TaskState(Record):
    """How far the implementation tasks are."""

    state: str = Field(description="blocked (no tasks, or artifacts missing), ready, or all_done")
    total: int = Field(description="Check boxes in the task list")
    complete: int = Field(description="Ticked ones")
    tasks: tuple[Task, ...] = Field((), description="Each of them, in order")
    files: tuple[Path, ...] = Field(
        (),
        description="Absolute paths of the lists they may stand in: `tasks`, then what else has boxes, because the CLI"
        " does not say which document a schema of the user's own tracks",
    )


class Archived(Record):
    """A change that is part of the main specs now."""

    change: str = Field(description="OpenSpec change id")
    path: str = Field(description="Where its documents are, relative to the project")
    specs: dict[str, int] = Field(description="How many requirements were added, modified, removed and renamed")

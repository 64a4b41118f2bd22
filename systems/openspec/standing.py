"""Where every active change stands, from what the CLI says of all of them at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from systems.openspec import replies
from systems.openspec.documents import TASKS
from systems.openspec.records import ArtifactStatus
from systems.records import Record

OPEN_TASK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[[^xX\]]?\]\s+(\S.*)$", re.MULTILINE)


class Standing(Record):
    """One active change: its documents, its tasks, and what the validator has against it."""

    change: str = Field(description="OpenSpec change id")
    artifacts: tuple[ArtifactStatus, ...] = Field((), description="In OpenSpec's order")
    total: int = Field(0, description="Check boxes in the task list")
    complete: int = Field(0, description="Ticked ones")
    valid: bool = Field(False, description="OpenSpec accepts it strictly, as `archive` would")
    issues: tuple[str, ...] = Field((), description="`path: message` of what it does not accept")
    problem: str = Field("", description="Why OpenSpec cannot read the change, in its words; else empty")

    @property
    def undone(self) -> tuple[ArtifactStatus, ...]:
        """The artifacts that are not written yet."""
        return tuple(each for each in self.artifacts if each.status in ("ready", "blocked"))

    @property
    def first_open_task(self) -> str:
        """The first task without a tick, in its words; empty where there is none or nobody can tell."""
        files = (path for each in self.artifacts if each.id == TASKS for path in each.existing)
        for path in files:
            try:
                found = OPEN_TASK.search(path.read_text(encoding="utf-8-sig", errors="replace"))
            except OSError:
                continue
            if found:
                return found[1].strip()
        return ""


def standings(status: Mapping[str, Any], listed: Mapping[str, Any], judged: Mapping[str, Any]) -> tuple[Standing, ...]:
    """Put together what `status --all`, `list` and `validate --changes --strict` say, by name of the change."""
    counted = {each["name"]: each for each in listed["changes"]}
    items = {item["id"]: item for item in judged["items"]}
    found = [_standing(each, counted.get(each["changeName"], {}), items) for each in status["changes"]]
    return tuple(sorted(found, key=lambda standing: standing.change))


def _standing(answer: Mapping[str, Any], counted: Mapping[str, Any], items: Mapping[str, Any]) -> Standing:
    name = answer["changeName"]
    if "artifacts" not in answer:
        words = "; ".join(" ".join(each["message"].split()) for each in answer.get("status", ()))
        return Standing(change=name, problem=words or "OpenSpec cannot read it")
    judged = replies.validation({"items": [items[name]] if name in items else []})
    return Standing(
        change=name,
        artifacts=replies.change_status(dict(answer)).artifacts,
        total=counted.get("totalTasks", 0),
        complete=counted.get("completedTasks", 0),
        valid=judged.valid,
        issues=() if judged.valid else judged.issues,
    )

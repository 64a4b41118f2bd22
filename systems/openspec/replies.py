"""From what the CLI wrote to our records and errors; pure functions, no process, hardly any disk.

Looked at is only whether documents are blank or have check boxes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from systems.errors import Missing, Rejected, UsageError
from systems.node import MEND
from systems.openspec.documents import TASKS, blank, has_boxes
from systems.openspec.records import Archived, ArtifactStatus, ChangeStatus, Instructions, Task, TaskState, Validation
from systems.project.program import Completed

REFUSAL = "Archive would refuse this delta"
NO_DELTAS = "Change must have at least one delta"


class NoRoot(UsageError):
    """There is no OpenSpec root in the project or above it."""


def reply(completed: Completed) -> dict[str, Any]:
    """The JSON object a command answered with.

    Raises:
        UsageError: no root (`NoRoot`), or no such change or artifact; the message lists those there are.
        Rejected: OpenSpec refused, in its words.
        Missing: it broke off, or the disk failed it.
    """
    try:
        answer = json.loads(completed.stdout)
    except ValueError:
        refuse_in_prose(completed)
    if not isinstance(answer, dict):
        refuse_in_prose(completed)
    if completed.returncode and (errors := [entry for entry in answer.get("status", ()) if entry.get("message")]):
        if errors[0].get("code") == "no_openspec_root":
            raise NoRoot(f"OpenSpec: {errors[0]['message']}", mend="`specloop run` in the project makes one.")
        refuse(errors[0]["message"], mend=errors[0].get("fix", ""))
    return answer


def refuse_in_prose(completed: Completed) -> NoReturn:
    """Raise what a command that wrote no JSON complained of on standard error."""
    words = re.sub(r"\x1b\[[0-9;]*m", "", completed.stderr).strip()
    complaint = re.search(r"^(?:✖ )?[Ee]rror: (.+(?:\n.+)*)", words, re.MULTILINE)
    if complaint and completed.returncode and "Node.js v" not in words:
        refuse(complaint[1])
    last = " / ".join((words or completed.stdout).strip().splitlines()[-3:]) or "no word"
    raise Missing(f"OpenSpec broke off with code {completed.returncode}: {last}", system="openspec", mend=MEND)


def refuse(message: str, *, mend: str = "") -> NoReturn:
    """Raise one refusal of OpenSpec's as the error of who must act."""
    head, *rest = [line.strip() for line in message.splitlines() if re.search(r"\w", line)] or [message]
    said = f"{head} {', '.join(rest)}".strip()
    if re.search(r"\b(ENOSPC|EDQUOT|EACCES|EPERM|EROFS)\b", message):
        raise Missing(f"OpenSpec: {said}", system="disk", mend="Free some space, or give yourself write permission.")
    if re.search(r"^(Change|Artifact) '.*' not found|^Invalid change name|^Change name must not contain path", message):
        raise UsageError(f"OpenSpec: {said}", mend=mend or "See `openspec list` for the changes there are.")
    raise Rejected(f"OpenSpec: {said}", issues=(said,), mend=mend)


def change_status(answer: dict[str, Any]) -> ChangeStatus:
    """What `status --change` says, with blank documents counted as not done."""
    paths = answer["artifactPaths"]
    artifacts = [
        ArtifactStatus(
            id=entry["id"],
            status=entry["status"],
            requires=tuple(entry["requires"]),
            output_path=entry["outputPath"],
            existing=tuple(map(Path, paths[entry["id"]]["existingOutputPaths"])),
        )
        for entry in answer["artifacts"]
    ]
    return ChangeStatus(
        change=answer["changeName"],
        root=Path(answer["changeRoot"]),
        artifacts=_without_blank(artifacts),
        schema_name=answer["schemaName"],
    )


def _without_blank(artifacts: Iterable[ArtifactStatus]) -> tuple[ArtifactStatus, ...]:
    artifacts = tuple(artifacts)
    undone = {each.id for each in artifacts if each.status == "done" and any(map(blank, each.existing))}
    settled = {each.id for each in artifacts if each.status in ("done", "skipped")} - undone

    def stands(each: ArtifactStatus) -> ArtifactStatus:
        if each.id in undone or (each.status == "ready" and undone.intersection(each.requires)):
            return each.model_copy(update={"status": "ready" if settled.issuperset(each.requires) else "blocked"})
        return each

    return tuple(map(stands, artifacts))


def instructions(answer: dict[str, Any]) -> Instructions:
    """What `instructions ARTIFACT` says, with blank dependencies counted as not done."""
    folder = Path(answer["changeDir"])
    missing = tuple(each["id"] for each in answer["dependencies"] if not _written(each, folder))
    return Instructions(
        artifact=answer["artifactId"],
        instruction=answer.get("instruction") or "",  # an own schema need not have one
        template=answer["template"],
        dependencies_done=not missing,
        missing=missing,
        output_path=answer["outputPath"],
        context=answer.get("context") or "",
        rules=tuple(answer.get("rules") or ()),
    )


def _written(dependency: dict[str, Any], folder: Path) -> bool:
    if dependency.get("skipped"):
        return True
    return bool(dependency["done"]) and not any(map(blank, folder.glob(dependency["path"])))


def validation(answer: dict[str, Any]) -> Validation:
    """What `validate --strict` says of one change; a note that archive would refuse makes it invalid."""
    items = answer["items"]
    issues = [issue for item in items for issue in item["issues"]]
    refused = any(issue["message"].startswith(REFUSAL) for issue in issues)
    return Validation(
        valid=bool(items) and all(item["valid"] for item in items) and not refused,
        issues=tuple(f"{issue['path']}: {issue['message']}" for issue in issues),
    )


def specs_validation(answer: dict[str, Any]) -> Validation:
    """What `validate --specs --strict` says; of no specs at all there is nothing to say."""
    items = answer["items"]
    issues = [(item["id"], issue) for item in items for issue in item["issues"] if not item["valid"]]
    return Validation(
        valid=all(item["valid"] for item in items),
        issues=tuple(f"specs/{name}/spec.md: {issue['message']}" for name, issue in issues),
    )


def archived(answer: dict[str, Any], project: Path) -> Archived:
    """What `archive` did."""
    done = answer["archive"]
    return Archived(
        change=done["change"],
        path=Path(done["path"]).relative_to(project).as_posix(),
        specs={name: int(count) for name, count in done["totals"].items()},
    )


def task_state(answer: dict[str, Any]) -> TaskState:
    """What `instructions apply` says of the task list."""
    progress = answer["progress"]
    tasks = tuple(Task(description=each["description"], done=each["done"]) for each in answer.get("tasks") or ())
    documents = {name: tuple(map(Path, paths)) for name, paths in answer.get("contextFiles", {}).items()}
    others = (path for name, paths in documents.items() if name != TASKS for path in paths)
    return TaskState(
        state=answer["state"],
        total=progress["total"],
        complete=progress["complete"],
        tasks=tasks,
        files=(*documents.get(TASKS, ()), *filter(has_boxes, others)),
    )

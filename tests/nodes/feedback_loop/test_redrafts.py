"""A document drafted again for feedback is settled, or gets another try."""

from __future__ import annotations

from typing import Any

import pytest

from nodes.feedback_loop.profile import profile
from nodes.feedback_loop.redrafts import settled
from systems.feedback import Concern, Redraft
from systems.records import DocumentUpdate, Draft, LoopRecord, PlanRevision, Step, content_hash

PATH = "openspec/changes/c/design.md"
REDRAFT = Redraft(
    text="too long",
    rating=-1,
    span_id="1" * 16,
    sought=True,
    concerns=(Concern(path="design.md", artifact="design"), Concern(path="tasks.md", artifact="tasks")),
)


def loop(number: int, *updates: DocumentUpdate, give_up: tuple[str, ...] = (), failure: str = "") -> LoopRecord:
    return LoopRecord(
        loop=number,
        step=Step(artifact="design", change="c", loop=number, reason="", feedback=content_hash("too long")),
        answers=(),
        draft=Draft(artifact="design", files=(), repairs=0, failure=failure),
        updates=updates,
        profile=profile([]),
        findings=(),
        improvements=(),
        revision=PlanRevision(give_up=give_up),
        previous=None,
    )


def update(status: Any, *, valid: bool = True, issues: tuple[str, ...] = (), after: str = "new") -> DocumentUpdate:
    return DocumentUpdate(
        artifact="design", path=PATH, status=status, valid=valid, issues=issues, after=content_hash(after)
    )


@pytest.mark.parametrize(
    ("ended", "status"),
    [
        (loop(2, update("written")), "redrafted"),
        (loop(2, update("merged")), "redrafted"),
        (loop(2, update("written", after="old")), "unchanged"),
        (loop(2, update("kept_theirs", after="theirs")), "left_alone"),
        (loop(2, update("rejected", valid=False, issues=("rejected without a reason",))), "rejected"),
        (loop(2, update("rejected", valid=False, issues=("no",)), give_up=("design",)), "rejected"),
        (loop(2, update("restored", valid=False, issues=("bad",)), give_up=("design",)), "failed"),
        (loop(2, give_up=("design",), failure="cut off"), "failed"),
    ],
)
def test_a_document_is_settled(ended: LoopRecord, status: str) -> None:
    left = settled(REDRAFT, ended, [loop(1, update("written", after="old"))])
    assert [each.path for each in left.concerns] == ["tasks.md"]
    assert [(each.path, each.status) for each in left.done] == [("design.md", status)]
    assert left.done[0].line.startswith("design.md ")


@pytest.mark.parametrize(
    "ended",
    [
        loop(2, update("restored", valid=False, issues=("bad",))),
        loop(2, update("rejected", valid=False, issues=("say how it is tested",))),
        loop(2, failure="cut off"),
    ],
)
def test_a_document_gets_another_try(ended: LoopRecord) -> None:
    assert settled(REDRAFT, ended, []) == REDRAFT

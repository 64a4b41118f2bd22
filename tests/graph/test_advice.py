"""What to do next, for every state a project can be in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.advice import Advice, advice
from systems.openspec import ArtifactStatus
from systems.openspec.standing import Standing
from systems.records import Finding, Outcome, RunSummary

HERE = ""
NAMES = ("proposal", "specs", "design", "tasks")


def run(run_id: str, status: str, **more: Any) -> RunSummary:
    given = {"goal": "Undo it", "change": "undo", "node": "execution", "loops": 1, **more}
    return RunSummary.model_validate({"run_id": run_id, "status": status, **given})


def change(name: str, written: int = 4, **more: Any) -> Standing:
    states = ["done"] * written + ["ready"] + ["blocked"] * 3
    artifacts = tuple(
        ArtifactStatus.model_validate({"id": each, "status": state, "output_path": f"{each}.md"})
        for each, state in zip(NAMES, states, strict=False)
    )
    return Standing(change=name, artifacts=artifacts, **{"valid": True, "total": 3, **more})


def outcome(run_id: str, **more: Any) -> Outcome:
    return Outcome.model_validate(
        {"run_id": run_id, "change": "undo", "status": "done", "loops": 1, "trace_id": "a" * 32, **more}
    )


def finding(severity: str) -> Finding:
    return Finding.model_validate(
        {
            "kind": "tool_error",
            "severity": severity,
            "confidence": 1,
            "where": "git.git_log",
            "span_ids": (),
            "evidence": "",
            "impact": {},
            "explanation": "",
        }
    )


def advised(runs: list[RunSummary], changes: list[Standing], *outcomes: Outcome, place: str = HERE) -> Advice:
    by_id = {each.run_id: each for each in outcomes}
    return advice(runs, changes, by_id.get, place)


STATES: dict[str, tuple[list[RunSummary], list[Standing], str]] = {
    "nothing was done yet": ([], [], 'Start a change, because specloop was not run here yet: specloop run "GOAL"'),
    "all changes are archived": (
        [run("a", "done")],
        [],
        'Start a change, because no change is open: specloop run "GOAL"',
    ),
    "a run waits for a person": (
        [run("b", "done"), run("a", "waiting", waiting_for=("Write the\ntasks?", "Which?"))],
        [change("undo", complete=3)],
        "Answer run a, because it waits for you (Write the tasks? and 1 more): specloop resume a",
    ),
    "a run was interrupted": (
        [run("a", "interrupted")],
        [change("undo", 2), change("older", complete=3)],
        "Resume run a, because it was interrupted at execution: specloop resume a",
    ),
    "a run was interrupted before it made a change": (
        [run("a", "interrupted", change=None, node=None)],
        [],
        "Resume run a, because it was interrupted before it began: specloop resume a",
    ),
    "an outside system failed": (
        [run("a", "failed", change=None)],
        [],
        "Resume run a, because what it needs was missing or failed (specloop doctor says what): specloop resume a",
    ),
    "a run ended unfinished": (
        [run("u", "unfinished")],
        [change("undo", 2)],
        "Resume run u, because it ended unfinished (design: given up after repeated attempts): specloop resume u",
    ),
    "a run was interrupted while it worked tasks": (
        [run("a", "interrupted")],
        [change("undo", complete=1)],
        "Resume run a, because it was interrupted at execution: specloop resume a",
    ),
    "a run left tasks open": (
        [run("u", "unfinished")],
        [change("undo")],
        "Implement undo, because 0 of 3 tasks are done, and the next is: the next one: openspec/changes/undo/tasks.md,"
        " or with a model that calls tools specloop run 'Undo it' --change undo",
    ),
    "a change was begun by a person": (
        [],
        [change("undo", 3)],
        "Go on planning undo, because tasks is not written yet: specloop run 'Complete undo' --change undo",
    ),
    "a change of a done run lacks a document again": (
        [run("a", "done")],
        [change("undo", 2)],
        "Go on planning undo, because design, tasks are not written yet: specloop run 'Undo it' --change undo",
    ),
    "tasks are open": (
        [run("a", "done")],
        [change("undo", complete=1)],
        "Implement undo, because 1 of 3 tasks are done, and the next is: the next one: openspec/changes/undo/tasks.md,"
        " or with a model that calls tools specloop run 'Undo it' --change undo",
    ),
    "there are no tasks": (
        [],
        [change("undo", total=0)],
        "Give undo tasks, because its task list has no check boxes: openspec/changes/undo/tasks.md",
    ),
    "OpenSpec does not accept the change": (
        [],
        [change("undo", complete=3, valid=False, issues=("specs/a: no scenario",))],
        "Mend undo, because OpenSpec does not accept it (specs/a: no scenario): openspec/changes/undo",
    ),
    "OpenSpec cannot read the change": (
        [],
        [Standing(change="undo", problem="Invalid YAML")],
        "Mend undo, because OpenSpec cannot read it (Invalid YAML): openspec/changes/undo",
    ),
    "all is done": (
        [run("a", "done")],
        [change("undo", complete=3)],
        "Archive undo, because all 3 tasks are done and OpenSpec accepts it: specloop archive undo",
    ),
    "a run is at work and another change is open": (
        [run("a", "running")],
        [change("undo", 1), change("other", 3)],
        "Go on planning other, because tasks is not written yet: specloop run 'Complete other' --change other",
    ),
    "only a run is at work": (
        [run("a", "running")],
        [change("undo", 1)],
        "Wait for run a, because it is at work (execution) and nothing else is open: specloop status --watch",
    ),
    "the last run has serious findings": (
        [run("f", "done")],
        [],
        "See what went wrong in run f, because no change is open and it has 2 serious findings (tool_error in"
        " git.git_log): specloop report f",
    ),
    "an interrupted run is long outdone": (
        [run("b", "done"), run("a", "interrupted")],
        [change("undo", 3)],
        "Go on planning undo, because tasks is not written yet: specloop run 'Undo it' --change undo",
    ),
    "the change of an interrupted run is gone": (
        [run("a", "interrupted")],
        [],
        'Start a change, because no change is open: specloop run "GOAL"',
    ),
    "a person finished the change of an interrupted run": (
        [run("a", "interrupted")],
        [change("undo", complete=3)],
        "Archive undo, because all 3 tasks are done and OpenSpec accepts it: specloop archive undo",
    ),
}
OUTCOMES = (
    outcome("u", status="unfinished", missing=("design: given up after repeated attempts",)),
    outcome("f", findings=(finding("warning"), finding("info"), finding("error"))),
    outcome("a", findings=(finding("info"),)),
)


@pytest.mark.parametrize("state", STATES)
def test_the_advice_when(state: str) -> None:
    runs, changes, line = STATES[state]
    assert advised(runs, changes, *OUTCOMES).line == line


def test_of_several_changes_the_one_nearest_to_its_end_comes_first() -> None:
    changes = [
        change("not-begun", 0),
        change("begun", 2),
        change("planned"),
        change("refused", valid=False),
        change("half-done", complete=1),
        change("nearly-done", complete=2),
        change("finished", complete=3),
    ]
    order = []
    while changes:
        found = advised([], changes)
        order.append(found.change)
        changes = [each for each in changes if each.change != found.change]
    assert order == ["finished", "nearly-done", "half-done", "refused", "planned", "begun", "not-begun"]


def test_the_first_open_task_is_told_in_its_words(tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.md"
    artifact = ArtifactStatus(id="tasks", status="done", output_path="tasks.md", existing=(tasks,))
    standing = Standing(change="undo", artifacts=(artifact,), total=3, complete=1, valid=True)
    tasks.write_text("## 1. Begin\n\n- [x] 1.1 Done\n* [~] 1.2 Half\r\n- [ ] 1.3 Open\n")
    assert "the next is: 1.2 Half: " in advised([], [standing]).line
    tasks.unlink()
    assert "the next is: the next one: " in advised([], [standing]).line


def test_elsewhere_the_commands_name_the_project() -> None:
    there = " --project /a/b"
    assert advised([], [], place=there).command == 'specloop run "GOAL" --project /a/b'
    assert advised([], [change("undo", complete=3)], place=there).command == "specloop archive undo --project /a/b"
    assert advised([run("a", "waiting")], [], place=there).command == "specloop resume a --project /a/b"


@given(
    statuses=st.lists(
        st.sampled_from(["running", "done", "unfinished", "waiting", "interrupted", "failed"]), max_size=5
    ),
    names=st.lists(st.sampled_from(["a", "b", None]), min_size=5, max_size=5),
    changes=st.lists(
        st.builds(
            change,
            st.sampled_from(["a", "b", "c"]),
            st.integers(0, 4),
            complete=st.integers(0, 3),
            valid=st.booleans(),
        ),
        max_size=3,
        unique_by=lambda each: each.change,
    ),
)
def test_there_is_always_one_line_of_advice(
    statuses: list[str], names: list[str | None], changes: list[Standing]
) -> None:
    runs = [run(str(number), status, change=names[number]) for number, status in enumerate(statuses)]
    found = advised(runs, changes)
    assert found.do and found.why and found.command and "\n" not in found.line
    if any(each.status == "waiting" for each in runs):
        assert found.do.startswith("Answer")
    elif changes and not runs:
        assert found.change in {each.change for each in changes}

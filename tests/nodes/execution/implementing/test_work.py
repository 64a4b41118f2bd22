"""One task: what is asked of the model, what decides, and what is left where it does not succeed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph.context import Context
from nodes.execution.implementing.work import Left, implemented
from nodes.feedback_loop.findings import find
from systems.connections import Run, opened
from systems.policy import LoopKnobs
from systems.project.implementation import Implementation
from systems.records import Step
from systems.spans import Store
from systems.telemetry import trace_id
from tests.graph.worker import CHANGE, CODE, DOUBLE, GOAL, Calls, git, playing, repository, right
from tests.systems.imitation_server import ImitationServer

pytestmark = pytest.mark.external
CHECK = "python3 -m unittest -q"
BROKEN = (
    "import unittest\n\n\nclass Old(unittest.TestCase):\n    def test_old(self):\n        self.fail('long broken')\n"
)
STEP = Step(kind="implement", artifact="apply", task=DOUBLE, change=CHANGE, loop=5, reason="next")
PLENTY = Left(tokens=100_000, seconds=600)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "calc")


async def work(
    project: Path,
    play: Callable[[str, list[dict[str, Any]]], Calls | str],
    *,
    command: str = CHECK,
    left: Left = PLENTY,
    knobs: str = "",
    times: int = 1,
) -> tuple[Sequence[Implementation], ImitationServer]:
    """What the same step comes to, worked so often, each time as if nothing were known of the time before."""
    (project / "specloop.toml").write_text(f"[policy.tasks]\n{knobs}\n")
    with playing(play) as server:
        context = Context(project=str(project), model=server.url)
        async with opened(context, linger=0) as systems:
            run = Run("run-1", context, systems)
            with systems.telemetry.run(run.id), systems.telemetry.node("execution", step="apply", loop=5):
                done = [await implemented(STEP, GOAL, command, None, left, run) for _ in range(times)]
        return done, server


async def test_a_check_that_was_red_before_is_said_and_not_held_against_the_model(project: Path) -> None:
    (project / "test_old.py").write_text(BROKEN)
    git(project, "add", "--all", "--", "*.py")
    git(project, "commit", "--quiet", "-m", "Break")
    ((done,), server) = await work(project, right)
    assert done.before.verdict == "red" and done.known_failures == ("test_old (test_old.Old.test_old)",)
    assert done.last and (done.last.done, done.last.check.verdict) == (True, "no_worse")
    assert "It fails already" in str(server.requests[0]["messages"][1]["content"])
    assert "Specloop-Check: no_worse" in git(project, "log", "-1", "--format=%B", done.branch)


async def test_a_new_failure_beside_an_old_one_is_held_against_it(project: Path) -> None:
    (project / "test_old.py").write_text(BROKEN)
    git(project, "add", "--all", "--", "*.py")
    git(project, "commit", "--quiet", "-m", "Break")

    def breaking(task: str, said: list[dict[str, Any]]) -> Calls | str:
        return [("write_file", {"path": "calc.py", "text": "def add(a, b):\n    return 0\n"})] if not said else "Done."

    ((done,), _) = await work(project, breaking, knobs="repairs = 0")
    assert done.last and (done.last.done, done.last.check.verdict) == (False, "red")
    assert "test_add" in done.last.reason


async def test_a_check_that_hangs_before_the_first_task_costs_no_model_call(project: Path) -> None:
    ((done,), server) = await work(project, right, command="sleep 60", knobs="check_seconds = 1")
    assert done.before.verdict == "timeout" and done.last and not done.last.done and done.last.tries == 0
    assert not server.requests


async def test_a_check_that_hangs_after_the_change_is_told_with_what_it_said(project: Path) -> None:
    command = "if grep -q double calc.py; then echo waiting for a lock; sleep 60; fi"
    ((done,), server) = await work(project, right, command=command, knobs="check_seconds = 5\nrepairs = 1")
    assert done.last and (done.last.done, done.last.check.verdict) == (False, "timeout")
    assert "waiting for a lock" in str(server.requests[-1]["messages"][-1]["content"])


async def test_a_step_that_has_committed_already_is_not_worked_again(project: Path) -> None:
    ((first, second), server) = await work(project, right, times=2)
    assert first.last and second.last and first.last.commit == second.last.commit
    assert len(server.requests) == 3
    assert git(project, "rev-list", "--count", f"main..{first.branch}") == "1"


async def test_a_worktree_that_is_deleted_meanwhile_is_made_again_and_the_model_told(project: Path) -> None:
    deleted = False

    def interrupted(task: str, said: list[dict[str, Any]]) -> Calls | str:
        nonlocal deleted
        if said and not deleted:
            deleted = True
            shutil.rmtree(project / ".specloop" / "worktrees" / CHANGE)
        told = [number for number, each in enumerate(said) if "was deleted from outside" in str(each["content"])]
        return right(task, said[told[-1] + 1 :] if told else said)

    ((done,), _) = await work(project, interrupted)
    assert deleted and done.last and (done.last.done, done.last.tries) == (True, 2)


@pytest.mark.parametrize(
    ("play", "verdict", "words"),
    [
        (lambda task, said: "It is done.", "unchanged", "nothing was changed"),
        (lambda task, said: [("list_files", {})], "unfinished", "it made 2 model calls without coming to an end"),
    ],
)
async def test_a_task_that_is_left_open_is_a_finding(
    play: Callable[[str, list[dict[str, Any]]], Calls | str], verdict: str, words: str, project: Path
) -> None:
    ((done,), _) = await work(project, play, command="true", knobs="calls = 2\nrepairs = 1")
    assert done.last and (done.last.done, done.last.check.verdict, done.last.tries) == (False, verdict, 2)
    with closing(Store(project / ".specloop" / "specloop.db")) as store:
        found = {finding.kind: finding for finding in find(store.spans(trace_id=trace_id("run-1")), knobs=LoopKnobs())}
    assert words in found["validation_failed"].evidence


@pytest.mark.parametrize(
    ("left", "words"), [(Left(15, 600), "budget of tokens"), (Left(100_000, -1.0), "time is used up")]
)
async def test_a_task_ends_with_the_budget_of_the_run(left: Left, words: str, project: Path) -> None:
    ((done,), server) = await work(project, right, left=left)
    assert done.last and not done.last.done and words in done.last.reason
    assert len(server.requests) < 3
    assert git(project, "show", f"{done.branch}:calc.py") == CODE["calc.py"].strip()


async def test_the_commit_of_a_task_ticks_it_where_the_list_is_committed(project: Path) -> None:
    plan = f"openspec/changes/{CHANGE}/tasks.md"
    before = (project / plan).read_text()
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "-m", "Plan")
    ((done,), _) = await work(project, right)
    assert done.last and done.last.done
    changed = git(project, "show", "--format=", "--name-only", done.branch).splitlines()
    assert changed == ["calc.py", plan, "test_calc.py"]
    assert git(project, "show", f"{done.branch}:{plan}") == before.replace(f"[ ] {DOUBLE}", f"[x] {DOUBLE}").strip()
    assert (project / plan).read_text() == before, "the person's list is document_update's"


async def test_a_check_that_needs_what_it_is_not_given_is_told_how_it_ran(project: Path) -> None:
    offline = "python3 -c 'import socket; socket.create_connection((\"192.0.2.1\", 9), 1)'"
    ((done,), _) = await work(project, right, command=offline, knobs="repairs = 0")
    assert done.before.verdict == "red" and done.last and not done.last.done
    assert "failed before this task too" in done.last.reason and done.isolation in done.last.reason

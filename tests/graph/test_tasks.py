"""Tasks are worked in a worktree by a model with tools; the project's own check decides, and nothing else."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from graph import Workspace
from graph.progress import Event
from systems import names
from systems.records import Outcome, Span, TaskResult
from systems.spans import Store
from tests.graph.conftest import said, started
from tests.graph.worker import (
    CHANGE,
    CODE,
    DOUBLE,
    GOAL,
    PLAN,
    TRIPLE,
    Calls,
    copied,
    git,
    playing,
    repository,
    results,
    right,
    tasks_of,
    tool_answers,
    worked,
)
from tests.systems.imitation_server import ImitationServer, Offered, Reply, Scripted

pytestmark = pytest.mark.external

MENDED = "1.3 Add four, wrong at first"
MALFORMED = "1.4 Add five, with calls that nobody can read"
ESCAPING = "1.5 Tick boxes and leave the worktree"
ENDLESS = "1.6 Read for ever"
BREAKING = "1.7 Break add"
LAST = "1.8 Add six"
ALL = (DOUBLE, MENDED, MALFORMED, ESCAPING, ENDLESS, BREAKING, LAST)
KNOBS = "\n[policy.tasks]\ncalls = 6\nrepairs = 1\n"
PATHS = ("../outside.txt", "/etc/passwd", ".git/config", f"openspec/changes/{CHANGE}/tasks.md", "specloop.toml")


def number(value: int, returned: int) -> Calls:
    test = f"import unittest\n\nimport n{value}\n\n\nclass N(unittest.TestCase):\n    def test_n(self):\n"
    test += f"        self.assertEqual(n{value}.n(), {value})\n"
    code = f"def n():\n    return {returned}\n"
    return [
        ("write_file", {"path": f"n{value}.py", "text": code}),
        ("write_file", {"path": f"test_n{value}.py", "text": test}),
    ]


def mended(said: list[dict[str, Any]]) -> Calls | str:
    told = [str(each["content"]) for each in said if each["role"] == "user"]
    if told and "AssertionError: 5 != 4" in told[-1] and said[-1]["role"] == "user":
        return [("edit_file", {"path": "n4.py", "old": "return 5", "new": "return 4"})]
    return number(4, 5) if not said else "Done."


def malformed(said: list[dict[str, Any]]) -> Calls | str:
    if not said:
        return [("write_file", '{"path": "n5.py", "te')]
    if len(said) == 2:
        return [("write_file", {"file": "n5.py"}), ("run_shell", {"command": "rm -rf /"}), *number(5, 5)]
    return "Done."


def escaping(said: list[dict[str, Any]]) -> Calls | str:
    return [("write_file", {"path": path, "text": "- [x] all\n"}) for path in PATHS] if not said else "All is done."


def play(task: str, said: list[dict[str, Any]]) -> Calls | str:
    if task == MENDED:
        return mended(said)
    if task == MALFORMED:
        return malformed(said)
    if task == ESCAPING:
        return escaping(said)
    if task == ENDLESS:
        return [("read_file", {"path": "calc.py"})]
    if task == BREAKING:
        return [("write_file", {"path": "calc.py", "text": f"# {len(said)}\n"})] if not said else "Done."
    if task == LAST:
        return number(6, 6) if not said else "Done."
    return right(task, said)


@dataclass(frozen=True)
class Played:
    """A run over tasks of every sort."""

    project: Path
    outcome: Outcome
    events: tuple[Event, ...]
    requests: tuple[dict[str, Any], ...]
    answers: tuple[str, ...]
    spans: tuple[Span, ...]

    def result(self, task: str) -> TaskResult:
        assert self.outcome.implementation
        return next(each for each in self.outcome.implementation.results if each.task == task)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository; copied, never worked in."""
    return repository(tmp_path_factory.mktemp("planned") / "calc")


@pytest.fixture
def project(planned: Path, tmp_path: Path) -> Path:
    return copied(planned, tmp_path / "calc")


@pytest.fixture(scope="module")
def played(planned: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    project = copied(planned, tmp_path_factory.mktemp("played") / "calc")
    listed = "".join(f"- [ ] {task}\n" for task in ALL)
    (project / "openspec" / "changes" / CHANGE / "tasks.md").write_text(f"# Tasks\n\n{listed}")
    (project / "specloop.toml").write_text((project / "specloop.toml").read_text() + KNOBS)
    (project / "mine.py").write_text("# not committed\n")
    events: list[Event] = []
    with playing(play) as server:
        outcome = worked(project, server, watch=events.append, max_loops=20)
        answers = tuple(tool_answers(server))
    with closing(Store(project / ".specloop" / "specloop.db")) as store:
        spans = tuple(store.spans(trace_id=outcome.trace_id))
    yield Played(project, outcome, tuple(events), tuple(server.requests), answers, spans)


def test_every_task_that_the_check_accepts_is_ticked_and_committed_by_its_name(played: Played) -> None:
    done = [DOUBLE, MENDED, MALFORMED, LAST]
    assert [task for task, ok, _ in results(played.outcome) if ok] == done
    assert all(verdict == "green" for _, ok, verdict in results(played.outcome) if ok)
    commits = git(played.project, "log", "--reverse", "--format=%s", f"main..specloop/{CHANGE}")
    assert commits.splitlines() == done
    ticked = [line[6:] for line in tasks_of(played.project).splitlines() if line.startswith("- [x] ")]
    assert ticked == done
    for task in done:
        commit = played.result(task).commit
        assert commit and git(played.project, "show", "-s", "--format=%s", commit) == task


def test_what_failed_goes_back_with_the_output_and_is_mended(played: Played) -> None:
    assert played.result(MENDED).tries == 2 and played.result(DOUBLE).tries == 1


def test_calls_that_nobody_can_read_are_answered_in_words(played: Played) -> None:
    assert played.result(MALFORMED).tries == 1
    assert any("could not be read" in answer for answer in played.answers)
    assert any("run_shell is not a valid tool" in answer for answer in played.answers)
    assert any("Field required" in answer or "validation error" in answer for answer in played.answers)


def test_nothing_is_done_by_saying_so_or_by_ticking_boxes_or_outside(played: Played) -> None:
    result = played.result(ESCAPING)
    assert (result.done, result.check.verdict, result.commit) == (False, "unchanged", None)
    assert "no file of the project is different" in result.reason
    for words in ("leads out of the project", "no path relative", "not part of the project", "not yours to change"):
        assert any(words in answer for answer in played.answers), words
    assert not (played.project.parent / "outside.txt").exists()


def test_an_endless_loop_is_ended_and_the_next_task_worked(played: Played) -> None:
    result = played.result(ENDLESS)
    assert (result.done, result.check.verdict, result.tries) == (False, "unfinished", 2)
    assert "6 model calls" in result.reason
    asked = Counter(ENDLESS in str(request["messages"][1]["content"][-200:]) for request in played.requests)
    assert asked[True] == 12


def test_what_was_tried_in_vain_is_kept_as_a_patch_and_taken_back(played: Played) -> None:
    from systems.documents import Documents

    result = played.result(BREAKING)
    assert (result.done, result.check.verdict) == (False, "red") and result.patch
    with closing(Documents(played.project / ".specloop" / "specloop.db")) as documents:
        assert "+# 0" in documents.get(result.patch)
    assert "def add" in git(played.project, "show", f"specloop/{CHANGE}:calc.py")


def test_the_person_is_told_what_is_open_and_what_the_branch_changes(played: Played) -> None:
    outcome = played.outcome
    assert outcome.status == "unfinished" and outcome.implementation and outcome.implementation.stat
    assert [words for words in outcome.missing if ESCAPING in words or ENDLESS in words or BREAKING in words] == list(
        outcome.missing
    )
    assert len(outcome.missing) == 3
    stat = outcome.implementation.stat
    assert (
        "calc.py" in stat.files
        and "n4.py" in stat.files
        and stat.insertions > 20
        and not outcome.implementation.conflicts
    )
    assert sum(each.input_tokens for each in outcome.implementation.results) == outcome.tokens.input
    done = [event for event in played.events if event.kind == "task"]
    assert Counter(event.tone for event in done) == {"good": 4, "bad": 3}


def test_the_persons_working_tree_is_not_touched(played: Played) -> None:
    assert git(played.project, "branch", "--show-current") == "main"
    changed = git(played.project, "status", "--porcelain", "--", ".", ":!openspec").splitlines()
    assert [line.split()[-1] for line in changed] == ["specloop.toml", "mine.py"]
    assert (
        git(played.project, "show", "HEAD:calc.py")
        == CODE["calc.py"].strip()
        == (played.project / "calc.py").read_text().strip()
    )


def test_every_call_and_every_check_is_a_span_of_the_task(played: Played) -> None:
    spans = {span.span_id: span for span in played.spans}
    by_name = Counter(span.name.split()[0] for span in played.spans)
    assert by_name[names.INVOKE_AGENT] == sum(played.result(task).tries for task in ALL)
    turns = {each.span_id for each in played.spans if each.name.startswith(names.INVOKE_AGENT)}
    tools = [span for span in played.spans if span.attributes.get(names.SERVER) == "worktree"]
    chats = [span for span in played.spans if span.name.startswith(names.CHAT)]
    assert tools and all(span.parent_id in turns for span in [*tools, *chats]), [
        spans[span.parent_id or ""].name for span in [*tools, *chats] if span.parent_id in spans
    ]
    kinds = {finding.kind for finding in played.outcome.findings}
    assert "validation_failed" in kinds


def test_the_tasks_of_a_model_without_tools_stay_planned(project: Path) -> None:
    with ImitationServer(models=[Offered(tools=False)]) as server:
        outcome = worked(project, server)
    assert outcome.status == "done" and outcome.implementation is None and not server.requests
    (note,) = [note for note in outcome.notes if note.startswith("planned;")]
    assert "2 open tasks are not worked: imitation is not known to call tools" in note


def test_a_check_that_was_found_is_asked_about_first(planned: Path, tmp_path: Path) -> None:
    project = copied(planned, tmp_path / "calc")
    (project / "specloop.toml").write_text('approve = "ask"\n')
    with playing(right) as server:
        outcome = worked(project, server)
        assert outcome.status == "waiting" and not server.requests
        (asked,) = outcome.waiting_for
        assert asked["kind"] == "check" and "test_calc.py" in asked["text"]
        ended = Workspace(project, model=server.url).resume(outcome.run_id, "reject:not today")
    assert ended.status == "done" and any("you said no (not today)" in note for note in ended.notes)
    assert git(project, "branch", "--list", "specloop/*") == ""


def test_a_run_killed_in_the_middle_of_a_task_goes_on_and_does_nothing_twice(project: Path) -> None:
    held = True

    def holding(request: dict[str, Any]) -> Scripted:
        words = str(request["messages"][1]["content"])
        if held and TRIPLE in words.splitlines()[-1] and len(request["messages"]) > 3:
            return Reply(seconds=600)
        said = right(words.splitlines()[-1], request["messages"][2:])
        return said if isinstance(said, str) else Reply(tool_calls=said)

    with ImitationServer(holding, models=[Offered(tools=True, context=32_768)]) as server:
        running = started("run", GOAL, "--change", CHANGE, "--model", server.url, project=project)
        while not any(
            TRIPLE in str(each["messages"][1]["content"])[-60:] and len(each["messages"]) > 3
            for each in server.requests
        ):
            assert running.poll() is None, running.communicate()
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        (project / ".specloop" / "worktrees" / CHANGE / "half.py").write_text("half a thou")
        held = False
        (run,) = Workspace(project).status()
        assert run.status == "interrupted"
        outcome = Workspace(project, model=server.url).resume(run.run_id)
    assert outcome.status == "done" and results(outcome) == [(DOUBLE, True, "green"), (TRIPLE, True, "green")]
    commits = git(project, "log", "--reverse", "--format=%s", f"main..specloop/{CHANGE}").splitlines()
    assert commits == [DOUBLE, TRIPLE]
    assert outcome.implementation and "half.py" not in (
        outcome.implementation.stat.files if outcome.implementation.stat else ()
    )
    shown = said("status", "--json", project=project).json["runs"]
    assert [each["status"] for each in shown] == ["done"]


def test_a_repository_without_commits_is_planned_with_a_sentence(planned: Path, tmp_path: Path) -> None:
    project = copied(planned, tmp_path / "calc")
    git(project, "update-ref", "-d", "HEAD")
    with playing(right) as server:
        outcome = worked(project, server)
    assert outcome.status == "done" and any("has no commit yet" in note for note in outcome.notes)
    assert PLAN["tasks.md"] == tasks_of(project)

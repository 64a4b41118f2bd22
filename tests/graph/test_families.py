"""A family of runs: how it is shown, what is new in it, whose turn it is, and what bounds it."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from graph.families import Begin, family_of, next_turn, share, tree
from graph.view import next_steps, outcome_panel, runs_table
from systems.records import Followed, FollowUp, Outcome, RunSummary, Tokens
from systems.settings import Settings

SETTINGS = Settings(follow_ups=5, follow_up_depth=2)


def run(name: str, parent: str | None = None, **given: Any) -> RunSummary:
    about = {"goal": name, "change": f"mend-{name}", "status": "done", "node": None, "loops": 1, **given}
    return RunSummary(run_id=name, parent=parent, **about)


def follow_up(name: str) -> FollowUp:
    return FollowUp(change=f"mend-{name}", finding=f"timeout in {name}", path="proposal.md")


A, B, C = run("a"), run("b", "a"), run("c", "b")


def turn(
    family: list[RunSummary], opened: dict[str, list[FollowUp]], settings: Settings = SETTINGS, gone: str = ""
) -> RunSummary | Begin | Followed:
    there = [each.change for follow_ups in opened.values() for each in follow_ups if each.change != gone]
    return next_turn(family, opened, there, settings)


def test_runs_stand_below_the_one_whose_follow_up_they_work_on() -> None:
    lost = run("lost", "gone")
    runs = [run("z"), run("d", "a"), C, B, A, lost]
    shown = [(depth, each.run_id) for depth, each in tree(runs)]
    assert shown == [(0, "z"), (0, "a"), (1, "b"), (2, "c"), (1, "d"), (0, "lost")]
    for member in ("a", "b", "c", "d"):
        assert [each.run_id for each in family_of(member, runs)] == ["a", "b", "c", "d"]
    assert family_of("lost", runs) == (lost,)
    console = Console(width=200, record=True)
    console.print(runs_table(runs))
    lines = [line.split("done")[0].rstrip() for line in console.export_text().splitlines()[1:]]
    assert lines == ["z", "a", "└ b", "  └ c", "└ d", "lost"]


def test_a_generation_is_run_before_the_next_and_each_finding_once() -> None:
    opened = {"a": [follow_up("b"), follow_up("d")], "b": [follow_up("c"), follow_up("d"), follow_up("a")]}
    assert turn([A], opened | {"b": []}) == Begin(follow_up("b"), "a", 1)
    assert turn([A, B], opened) == Begin(follow_up("d"), "a", 2)
    assert turn([A, B, run("d", "a")], opened) == Begin(follow_up("c"), "b", 3)
    ended = turn([A, B, run("d", "a"), C], opened)
    assert isinstance(ended, Followed) and ended.ended == "nothing new after 3 follow-ups" and ended.left == ()
    assert ended.run_id == "a" and [each.run_id for each in ended.runs] == ["b", "d", "c"]


@pytest.mark.parametrize("status", ["interrupted", "failed", "waiting", "running"])
def test_a_run_that_has_not_ended_comes_first(status: str) -> None:
    stopped = run("b", "a", status=status)
    opened = {"a": [follow_up("b"), follow_up("d")]}
    assert turn([A, stopped], opened) == stopped
    assert isinstance(turn([A, stopped], opened, gone="mend-b"), RunSummary) == (status != "failed")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"follow_ups": 1}, "as many as were asked for, after 1 follow-up; 1 left"),
        ({"follow_up_depth": 1}, "nothing new after 1 follow-up; 1 would be deeper than 1 generations"),
        ({"max_loops": 2}, "the budget of 2 loops for all together is used up after 1 follow-up; 1 left"),
        ({"max_seconds": 9.5}, "the budget of 9.5 seconds for all together is used up after 1 follow-up; 1 left"),
        ({"max_tokens": 70}, "the budget of 70 tokens for all together is used up after 1 follow-up; 1 left"),
    ],
)
def test_number_depth_and_budgets_bound_the_whole_family(settings: dict[str, Any], words: str) -> None:
    family = [each.model_copy(update={"seconds": 5.0, "tokens": Tokens(input=30, output=5)}) for each in (A, B)]
    opened = {"a": [follow_up("b")], "b": [follow_up("c")]}
    assert isinstance(turn(family, opened), Begin)
    ended = turn(family, opened, SETTINGS.model_copy(update=settings))
    assert isinstance(ended, Followed) and (ended.ended, ended.left) == (words, ("mend-c",))


def test_a_follow_up_whose_change_is_gone_is_left_out() -> None:
    ended = turn([A], {"a": [follow_up("b")]}, gone="mend-b")
    assert isinstance(ended, Followed) and (ended.ended, ended.left) == ("nothing new after 0 follow-ups", ())


def test_a_run_may_spend_what_the_others_leave() -> None:
    spent = B.model_copy(update={"loops": 11, "seconds": 1_799.0, "tokens": Tokens(input=499_000, output=990)})
    left = share("a", [A.model_copy(update={"loops": 99}), spent], SETTINGS)
    assert (left.max_loops, left.max_seconds, left.max_tokens) == (1, 1.0, 10)
    assert left.follow_ups == 5 and share("a", [A], SETTINGS) == SETTINGS
    over = share("a", [spent, spent], SETTINGS)
    assert Settings.model_validate(over.model_dump()).max_loops == 1


def test_the_person_sees_what_was_run_and_why_no_more_or_how_to_run_it() -> None:
    about: dict[str, Any] = {"run_id": "a", "change": "mend-a", "status": "done", "loops": 1, "trace_id": "0" * 32}
    opened = Outcome(follow_ups=(follow_up("b"),), **about)
    assert "specloop resume a --follow-ups 3 --project p   # runs the follow-ups in turn" in next_steps(
        opened, "p", "specloop"
    )
    followed = Followed(run_id="a", runs=(B, C), left=("mend-d",), ended="nothing new after 2 follow-ups")
    console = Console(width=200, record=True)
    console.print(outcome_panel(opened.model_copy(update={"followed": followed}), project="p", program="specloop"))
    shown = [line.strip(" │•") for line in console.export_text().splitlines()]
    start = shown.index("Follow-ups that were run")
    assert shown[start + 1 : start + 5] == [
        "mend-b: done, 0:00, 0 in 0 out (run b)",
        "└ mend-c: done, 0:00, 0 in 0 out (run c)",
        "nothing new after 2 follow-ups",
        "not run: mend-d",
    ]
    assert not any("--follow-ups" in line for line in shown)

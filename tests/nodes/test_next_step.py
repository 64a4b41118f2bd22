"""Names of changes, budgets, and goals: the parts of next_step that need nothing outside."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.next_step.node import MOST_GOAL_CHARACTERS, checked_goal, free_name, slug
from systems.errors import UsageError


@pytest.mark.parametrize(
    ("goal", "name"),
    [
        ("Add a --json flag to the list command", "add-json-flag-list-command"),
        ("Füge der Liste eine Größe hinzu", "fuge-der-liste-eine-gro-e"),
        ("42 is the answer", "change-42-answer"),
        ("the of and", "change-6e2d3a6e"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_a_change_is_named_by_the_words_that_say_something(goal: str, name: str) -> None:
    assert slug(goal) == name or (name.startswith("change-6") and re.fullmatch(r"change-[0-9a-f]{8}", slug(goal)))


def test_goals_without_latin_letters_have_names_of_their_own() -> None:
    names = {slug(goal) for goal in ("添加一个标志", "加载文件", "Добавить флаг")}
    assert len(names) == 3 and all(re.fullmatch(r"change-[0-9a-f]{8}", name) for name in names)


@given(st.text(min_size=1))
def test_every_goal_gives_a_name_that_openspec_takes(goal: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug(goal)) and len(slug(goal)) <= 70


def test_a_taken_name_is_numbered() -> None:
    assert free_name("add", ()) == "add"
    assert free_name("add", ("add",)) == "add-2"
    assert free_name("add", ("add", "add-2", "add-4")) == "add-3"


@pytest.mark.parametrize("goal", ["", " \n", "x" * (MOST_GOAL_CHARACTERS + 1)])
def test_a_goal_that_is_none_is_refused(goal: str) -> None:
    with pytest.raises(UsageError):
        checked_goal(goal)


def test_a_goal_with_broken_characters_can_be_stored_and_sent() -> None:
    assert checked_goal(" Add \udcff ").encode() == b"Add ?"
    assert checked_goal("x" * MOST_GOAL_CHARACTERS) == "x" * MOST_GOAL_CHARACTERS

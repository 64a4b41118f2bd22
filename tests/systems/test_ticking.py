"""A box of a task list is ticked as OpenSpec reads boxes, and nothing else of the list changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.openspec import ticked


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("- [ ] Do it\n", "- [x] Do it\n"),
        ("* [ ] Do it\r\n", "* [x] Do it\r\n"),
        ("  + [~] Do it", "  + [x] Do it"),
        ("1. [] Do it", "1. [x] Do it"),
        ("2) [  ]  Do it  ", "2) [x]  Do it  "),
        ("- [x] Do it\n- [ ] Do it\n- [ ] Do it", "- [x] Do it\n- [x] Do it\n- [ ] Do it"),
        ("- [ ] Do it all\n- [ ] Do it", "- [ ] Do it all\n- [x] Do it"),
    ],
)
def test_the_first_open_box_of_the_task_is_ticked(text: str, after: str) -> None:
    assert ticked(text, "Do it") == after


@pytest.mark.parametrize("text", ["", "- [x] Do it", "- Do it", "- [a](b) Do it", "[ ] Do it", "- [WIP] Do it"])
def test_without_an_open_box_nothing_is_ticked(text: str) -> None:
    assert ticked(text, "Do it") is None


@given(st.lists(st.text(alphabet="- *[]xX~.1)\r\tDoit\n", max_size=12), max_size=12))
def test_at_most_the_box_changes(lines: list[str]) -> None:
    text = "\n".join(lines)
    after = ticked(text, "Do")
    if after is not None:
        changed = [(old, new) for old, new in zip(text.split("\n"), after.split("\n"), strict=True) if old != new]
        ((old, new),) = changed
        assert new.partition("]")[0].endswith("[x") and old.partition("[")[0] == new.partition("[")[0]
        assert old.partition("]")[2] == new.partition("]")[2]

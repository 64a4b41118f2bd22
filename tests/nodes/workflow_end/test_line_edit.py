"""An edit reaches the lines it names and nothing else; one that does more, or nothing of use, is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.workflow_end.line_edit import LineEdit, edited, numbered, unfit
from systems.texts.sections import Section, sections

ABOUT = "The list can be printed as JSON with --json, for scripts."
TEXT = "# Todo\n\n## Usage\n\n`todo list` prints it.\nSee below.\n\n```\ntodo list\n```\n\n## Licence\n\nMIT"
USAGE = next(each for each in sections(TEXT) if each.title == "Usage")
GOOD = "`todo list` prints it, `todo list --json` as JSON."


def judged(lines: list[str], first: int = 2, last: int = 2, *, text: str = TEXT) -> str:
    section = next(each for each in sections(text) if each.title == "Usage")
    return unfit(text, edited(text, section, LineEdit(first=first, last=last, lines=lines)), section, about=ABOUT)


def test_a_sound_edit_is_taken_also_with_numbers_copied_from_what_was_shown() -> None:
    assert numbered(USAGE).splitlines()[1] == "2| `todo list` prints it."
    assert judged([GOOD]) == judged([f"2| {GOOD}"]) == ""
    assert f"\n{GOOD}\nSee" in edited(TEXT, USAGE, LineEdit(first=2, last=2, lines=[f"2| {GOOD}"]))


@pytest.mark.parametrize(
    ("lines", "first", "last", "why"),
    [
        (["`todo list` prints it."], 2, 2, "changes nothing"),
        ([GOOD], 3, 2, "changes nothing"),
        ([GOOD], 50, 60, "changes nothing"),
        ([GOOD, "## JSON", "x"], 2, 2, "makes, swallows or renames a section"),
        ([GOOD, "```"], 2, 2, "makes, swallows or renames a section"),
        ([f"{GOOD} " * 20], 2, 2, "too long"),
        ([GOOD] * 20, 2, 2, "too long"),
        ([GOOD], 1, 8, "loses 5 of the section's 5 lines"),
        (["It is a very good program."], 2, 2, "says nothing of the change"),
        ([GOOD, "<!-- hidden -->"], 2, 2, "marks"),
        (["\x1b[31mJSON"], 2, 2, "marks"),
    ],
)
def test_an_edit_that_does_more_or_nothing_is_none(lines: list[str], first: int, last: int, why: str) -> None:
    assert why in judged(lines, first, last)


def test_a_document_that_is_not_utf8_takes_plain_letters_only() -> None:
    latin = TEXT.replace("MIT", "caf\udce9")
    assert judged([GOOD], text=latin) == "" and "encoding" in judged([f"{GOOD} Ö"], text=latin)


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.lists(st.text(max_size=30), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_is_taken_changes_only_lines_of_the_section_and_keeps_line_ends(
    first: int, last: int, lines: list[str], end: str, at_the_end: bool
) -> None:
    text = TEXT.partition("\n## Licence")[0] if at_the_end else TEXT
    text = text.replace("\n", end)
    section = next(each for each in sections(text) if each.title == "Usage")
    new = edited(text, section, LineEdit(first=first, last=last, lines=lines))
    if not unfit(text, new, section, about=ABOUT):
        before, after = text.partition(section.body)[::2]
        assert new.startswith(before) and new.endswith(after)
        assert new.count("\n") == new.count(end)
        body = Section((), "", "", new[len(before) : len(new) - len(after)])
        assert body.body.endswith("\n") == section.body.endswith("\n")

"""Sections: a document is cut where CommonMark has a heading, and nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.texts.sections import replaced, sections

PIECES = [
    "# A",
    "## B",
    "### Requirement: C",
    "#### Scenario: D",
    "E\n===",
    "```",
    "- x",
    "    # code",
    "---",
    "> # F",
    "",
]
ODD = ["\ufeff", "\x0c", "\u2028", "\x1e", "\udce9", "\0", "<!--", "[a]: b\udce9"]


def titles(text: str) -> list[str]:
    return [section.title for section in sections(text)]


@given(st.lists(st.sampled_from([*PIECES, *ODD]), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_the_sections_together_are_the_document(pieces: list[str], end: str) -> None:
    text = end.join(pieces)
    found = sections(text)
    assert "".join(section.text for section in found) == text
    assert len({section.key for section in found}) == len(found)
    assert all(replaced(text, section.key, section.body) == text for section in found)


def test_a_heading_in_code_a_list_or_a_quotation_is_none() -> None:
    assert titles("# A\n```\n# no\n```\n- x\n\n  ## no\n> # no\n\nB\n---\nx\n## C ##\n") == ["A", "B", "C"]


def test_a_requirement_keeps_its_scenarios() -> None:
    text = "## ADDED Requirements\n### Requirement: A\nx\n#### Scenario: B\ny\n### Requirement: A\n## REMOVED"
    assert [section.key for section in sections(text)] == [
        ("added requirements", "0"),
        ("added requirements", "requirement: a", "0"),
        ("added requirements", "requirement: a", "1"),
        ("removed", "0"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_front_matter_and_a_byte_order_mark_stand_before_the_first_heading(mark: str, end: str) -> None:
    text = mark + end.join(["---", "title: x", "---", "# A", "b"])
    before, first = sections(text)
    assert (before.title, first.title, first.body) == ("", "A", "b") and before.text.startswith(f"{mark}---")
    assert titles(f"{mark}# A{end}b") == (["", "A"] if mark else ["A"])

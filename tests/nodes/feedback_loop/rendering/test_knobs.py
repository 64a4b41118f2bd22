"""Policies knob by knob."""

from __future__ import annotations

from nodes.feedback_loop.rendering.knobs import Turned, turned
from systems.policy import BASELINE, DEFAULT


def test_only_the_knobs_that_differ_are_named() -> None:
    child = DEFAULT.edited({"draft": {"items": 5, "guidance": ("Write SHALL.",)}})
    assert turned(DEFAULT, child) == [
        Turned("draft.items", "3", "5"),
        Turned("draft.guidance", "[]", '["Write SHALL."]'),
    ]
    assert turned(DEFAULT, DEFAULT) == []


def test_an_entry_of_a_table_is_a_knob_of_its_own() -> None:
    child = DEFAULT.edited({"questions": {"routes": {"Which branch?": "git.git_branch"}}})
    assert turned(DEFAULT, child) == [Turned("questions.routes[Which branch?]", "-", '"git.git_branch"')]
    assert turned(child, DEFAULT)[0].new == "-"


def test_the_baseline_differs_from_what_is_shipped() -> None:
    assert "draft.repairs" in {one.knob for one in turned(BASELINE, DEFAULT)}

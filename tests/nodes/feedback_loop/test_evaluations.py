"""Evaluations in a trace, each once, as people and checkers gave them."""

from __future__ import annotations

from typing import Any

from nodes.feedback_loop.evaluations import Evaluations
from systems import names
from systems.records import Span
from tests.nodes.feedback_loop.rendering.reports import report
from tests.nodes.feedback_loop.rendering.test_text import told


def span(number: int, event: str, **attributes: Any) -> Span:
    said = {"name": event, "time_ns": number, "attributes": attributes}
    return Span(trace_id="0" * 32, span_id=f"{number:016x}", name="s", start_ns=1, end_ns=1, events=(said,))


def judged(number: int, name: str, label: str, words: str = "", score: Any = None) -> Span:
    said = {names.EVALUATION_NAME: name, names.EVALUATION_LABEL: label, names.EVALUATION_EXPLANATION: words}
    return span(number, names.EVALUATION_EVENT, **said, **({names.EVALUATION_VALUE: score} if score else {}))


def test_what_was_judged_is_counted_and_words_come_first() -> None:
    spans = [judged(1, "openspec", "pass"), judged(2, "openspec", "pass"), judged(3, "user_feedback", "bad", "No", -1)]
    found = Evaluations()
    assert list(found.watched(iter(spans))) == spans
    assert [(each.name, each.verdict, each.explanation, each.score) for each in found.all()] == [
        ("user_feedback", "bad", "No", -1.0),
        ("openspec", "pass (2 times)", "", None),
    ]
    shown = told(report(evaluations=found.all()))
    assert "Judged:" in shown and "user_feedback  bad" in shown and "No" in shown


def test_feedback_that_was_withdrawn_is_not_shown() -> None:
    found = Evaluations()
    gone = span(4, names.FEEDBACK_WITHDRAWN, **{names.FEEDBACK: f"{3:016x}"})
    list(found.watched([judged(3, "user_feedback", "good", "Yes", 1), gone]))
    assert found.all() == ()


def test_odd_events_are_taken_as_they_come() -> None:
    found = Evaluations()
    odd = span(1, names.EVALUATION_EVENT, **{names.EVALUATION_VALUE: "high", names.FEEDBACK_ABOUT: "design.md"})
    list(found.watched([odd, span(2, "log", **{names.EVALUATION_NAME: "x"})]))
    assert [(each.name, each.score, each.about) for each in found.all()] == [("unnamed", None, ())]

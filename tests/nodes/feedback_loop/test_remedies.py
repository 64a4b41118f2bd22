"""Every kind of finding has a remedy, and its prediction is a share of what was measured."""

from __future__ import annotations

from typing import get_args

import pytest

from nodes.feedback_loop.remedies import REMEDIES, remedies, told
from systems.records import Finding, FindingKind

KINDS = get_args(FindingKind)


def a_finding(kind: str, **impact: float) -> Finding:
    return Finding.model_validate(
        {
            "kind": kind,
            "severity": "warning",
            "confidence": 0.9,
            "where": "search {x}",
            "span_ids": ("a" * 16,),
            "evidence": "",
            "impact": impact,
            "explanation": "",
        }
    )


def test_every_kind_has_a_remedy() -> None:
    assert set(REMEDIES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_remedy_names_no_placeholder_and_saves_no_more_than_was_lost(kind: str) -> None:
    finding = a_finding(kind, failures=2, seconds=3.5, tokens=100)
    for one in remedies(finding):
        assert "{where}" not in one.what and one.finding == finding.hash
        assert -finding.impact[one.metric] <= one.predicted < 0


def test_what_was_not_measured_is_not_predicted() -> None:
    finding = a_finding("serial_calls", tokens=80)
    (one,) = remedies(finding)
    assert (one.metric, one.predicted) == ("tokens", -80)
    (one,) = remedies(a_finding("serial_calls"))
    assert one.predicted == 0 and "should save" not in told(one)


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_remedy_of_a_call_that_took_time_is_told_in_numbers(kind: str) -> None:
    one = next(remedies(a_finding(kind, calls=1, seconds=0.002)))
    assert one.predicted < 0 and "should save" in told(one)


def test_a_bad_outcome_that_no_call_failed_with_counts_as_a_failure_and_not_as_its_time() -> None:
    for kind in ("prompt_injection", "premature_end", "ungrounded_output"):
        one = next(remedies(a_finding(kind, calls=1, failures=0, seconds=0.08, tokens=226)))
        assert (one.metric, one.predicted) == ("failures", -1)


def test_a_remedy_is_told_with_its_saving() -> None:
    (one,) = remedies(a_finding("serial_calls", seconds=1.234))
    assert told(one) == "Make the independent calls of search {x} side by side (should save 1.23 s)"

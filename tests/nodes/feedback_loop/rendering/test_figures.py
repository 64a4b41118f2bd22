"""Numbers as people read them."""

import pytest

from nodes.feedback_loop.rendering import figures
from tests.nodes.feedback_loop.rendering.reports import finding


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0 s"),
        (0.0000008, "0.8 µs"),
        (0.0004, "400 µs"),
        (0.0009999, "1 ms"),
        (0.0123, "12.3 ms"),
        (0.9999, "1 s"),
        (1.236, "1.24 s"),
        (99.94, "99.9 s"),
        (99.96, "1 min 40 s"),
        (3_599.7, "1 h 0 min"),
        (7_500, "2 h 5 min"),
    ],
)
def test_seconds(value: float, told: str) -> None:
    assert figures.seconds(value) == told


@pytest.mark.parametrize(
    ("value", "told"), [(0, "$0.00"), (1234.5, "$1,234.50"), (0.042, "$0.042"), (0.00001, "<$0.0001")]
)
def test_dollars(value: float, told: str) -> None:
    assert figures.dollars(value) == told


@pytest.mark.parametrize(("value", "told"), [(0, "0"), (950, "950"), (12_345, "12.3k"), (999_999, "1M"), (2e9, "2G")])
def test_short_counts(value: float, told: str) -> None:
    assert figures.short(value) == told


def test_the_verdict_counts_by_severity_and_says_plainly_that_there_is_nothing() -> None:
    findings = [finding(severity="info"), finding(severity="critical"), finding(severity="info")]
    assert figures.verdict(findings, 9) == "3 findings: 1 critical, 2 info"
    assert figures.verdict([], 9).startswith("Nothing found")
    assert "no spans" in figures.verdict([], 0)


def test_the_cost_of_a_finding_is_told_with_units() -> None:
    cost = {"tokens": 1200.0, "failures": 1.0, "seconds": 0.5, "usd": 0.02, "behind_seconds": 7200.0, "loops": 0.0}
    assert figures.impact(finding(impact=cost)) == "1 failure, 500 ms, 1,200 tokens, 2 h 0 min behind, $0.02"


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ([], []),
        (["a.json"], ["a.json"]),
        (["/x/a.json"], ["a.json"]),
        (["/x/y/a.json", "/x/z/b.json"], ["y/a.json", "z/b.json"]),
        (["/x/ya.json", "/x/yb.json"], ["ya.json", "yb.json"]),
        (["a/b.json", "c.json"], ["a/b.json", "c.json"]),
    ],
)
def test_names_leave_out_the_folder_they_share(files: list[str], names: list[str]) -> None:
    assert figures.short_names(files) == names

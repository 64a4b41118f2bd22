"""What findings say: every kind that a knob can answer is answered, by what was measured of it."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.feedback_loop.proposals import NO_KNOB, from_findings
from nodes.feedback_loop.remedies import REMEDIES
from systems.policy import BASELINE, DEFAULT
from systems.records import Finding, FindingKind
from tests.nodes.feedback_loop.proposals.cases import a_draft

KINDS = get_args(FindingKind)
OTHER = DEFAULT.edited({"servers": {"retries": 2}, "draft": {"temperature": 0.5}, "questions": {"candidates": 2}})


def a_finding(kind: str, where: str = "git.git_log", evidence: str = "", **impact: float) -> Finding:
    return Finding.model_validate(
        {
            "kind": kind,
            "severity": "warning",
            "confidence": 0.9,
            "where": where,
            "span_ids": ("a" * 16,),
            "evidence": evidence,
            "impact": impact,
            "explanation": "",
        }
    )


def edits(finding: Finding, **given: Any) -> list[dict[str, dict[str, Any]]]:
    return [one.edit for one in from_findings([finding], policy=given.pop("policy", DEFAULT), **given)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("where", ["git.git_log", "smollm2"])
def test_every_kind_is_answered_by_an_edit_or_it_is_said_why_no_knob_does(kind: str, where: str) -> None:
    impact = {"failures": 2.0, "seconds": 3.5, "tokens": 100.0, **({"calls": 4.0} if "." in where else {})}
    finding = a_finding(kind, where, **impact)  # type: ignore[arg-type]
    found = [one for policy in (BASELINE, DEFAULT, OTHER) for one in from_findings([finding], policy=policy)]
    assert bool(found) != (kind in NO_KNOB)
    for one in found:
        assert one.origin == "finding" and one.finding == finding and one.predicted > 0


def test_what_a_kind_costs_is_what_its_remedies_say() -> None:
    for kind in set(KINDS) - set(NO_KNOB) - {"validation_failed"}:
        assert any(one.change == "policy" for one in REMEDIES[kind]), kind


def test_impacts_at_one_place_add_up_and_are_spread_over_the_runs() -> None:
    one, two = (a_finding("redundant_call", evidence=text, seconds=3) for text in "ab")
    other = a_finding("bottleneck")
    traces = {one.hash: ["1" * 32], two.hash: ["2" * 32], other.hash: ["3" * 32]}
    (found,) = from_findings([one, two, other], policy=BASELINE, trace_ids=traces)
    assert found.edit == {"answers": {"reuse": True}}
    assert (found.metric, found.predicted, set(found.trace_ids)) == ("seconds", 2, {"1" * 32, "2" * 32})


def test_only_a_share_is_predicted_where_the_remedy_says_so_and_never_more_than_every_case() -> None:
    lost = a_finding("connection_lost", failures=1, calls=9)
    assert {one.predicted for one in from_findings([lost], policy=DEFAULT)} == {0.5}
    (capped, *_) = from_findings([a_finding("output_truncated", "m", failures=40)], policy=BASELINE)
    assert (capped.edit, capped.predicted) == ({"draft": {"capped": True}}, 1)


def test_in_plays_only_cases_that_failed_count_however_often_a_draft_was_cut_off_in_them() -> None:
    plays = [a_draft("truncated: cut off", 1), a_draft("", 2), a_draft("", 3), a_draft("", 4)]
    cut = [a_finding("output_truncated", "m", f"{number}", failures=3, tokens=800) for number in range(2)]
    traces = {finding.hash: [plays[place][1].trace_id] for place, finding in enumerate(cut)}
    (capped, *_) = from_findings(cut, policy=BASELINE, trace_ids=traces, plays=plays)
    assert (capped.metric, capped.predicted, capped.cases) == ("success", 0.25, (plays[0][0].key,))
    good = {cut[1].hash: traces[cut[1].hash]}
    (capped, *_) = from_findings(cut[1:], policy=BASELINE, trace_ids=good, plays=plays)
    assert (capped.metric, capped.predicted) == ("tokens", 200)


def test_what_was_not_measured_is_not_proposed() -> None:
    assert edits(a_finding("redundant_call"), policy=BASELINE) == []


def test_a_start_that_ran_out_of_time_gets_more_of_it_and_a_tool_its_own_limit() -> None:
    start = a_finding("timeout", "git", "start_server: 20 s", failures=1)
    call = a_finding("timeout", "git.git_log", "error.type=timeout", failures=1, calls=2)
    limits = {"start_seconds": None, "call_seconds": None, "retries": None}
    assert edits(start) == [{"servers": {"limits": {"git": {**limits, "start_seconds": 40.0}}}}]
    assert edits(call) == [
        {"servers": {"limits": {"git": {**limits, "call_seconds": 60.0}}}},
        {"servers": {"limits": {"git": {**limits, "retries": 1}}}},
    ]


def test_a_slow_outlier_is_given_up_at_the_ratio_that_made_it_one() -> None:
    slow = a_finding("slow_outlier", evidence="12.00 s, median of its peers 0.400 s", seconds=11.6, calls=9)
    assert [one["servers"]["limits"]["git"]["call_seconds"] for one in edits(slow)] == [2.0, 2.0]


def test_what_is_dear_to_read_is_shortened_and_what_is_dear_to_write_is_capped() -> None:
    read = a_finding("cost_spike", "m", "90,000 tokens sent, 50 written", tokens=90_050)
    written = a_finding("cost_spike", "m", "50 tokens sent, 9,000 written", tokens=9_050)
    assert all("output_tokens" not in one.get("draft", {}) for one in edits(read))
    assert {"draft": {"output_tokens": 450}} in edits(written)


def test_questions_known_to_go_to_an_unused_tool_are_skipped() -> None:
    question = "What were the last commits?"
    policy = DEFAULT.edited({"questions": {"routes": {question: "git.git_log"}}})
    assert edits(a_finding("unused_answer", seconds=1, calls=1), policy=policy) == [
        {"questions": {"skip": [question]}},
        {"questions": {"own": 0}},
    ]


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            lambda kind, where, evidence, impact: a_finding(kind, where, evidence, **impact),
            st.sampled_from(KINDS),
            st.text(max_size=20) | st.sampled_from(["git.git_log", "time.now", "."]),
            st.text(max_size=80) | st.sampled_from(["start_server git: x", "median of its peers 9999999 s"]),
            st.dictionaries(st.sampled_from(["failures", "seconds", "tokens", "calls"]), st.floats(0, 1e6)),
        ),
        max_size=6,
    ),
    st.sampled_from([BASELINE, DEFAULT, OTHER]),
    st.randoms(),
)
def test_whatever_the_findings_every_proposal_is_inside_the_bounds_and_changes_something(
    findings: list[Finding], policy: Any, random: Any
) -> None:
    found = from_findings(findings, policy=policy)
    for one in found:
        assert policy.edited(one.edit).model_dump(exclude={"parent"}) != policy.model_dump(exclude={"parent"})
        assert one.predicted > 0 and (one.metric != "success" or one.predicted <= 1)
    random.shuffle(findings)
    assert from_findings(findings, policy=policy) == found

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.feedback_loop.improvements import improve
from systems.policy import DEFAULT, Policy
from systems.records import Finding, FindingKind, Improvement, PlanRevision

FRESH = PlanRevision()
PLAIN = DEFAULT.edited({"draft": {"example": False}})


def a_finding(kind: str, where: str = "execution", evidence: str = "evidence", **impact: float) -> Finding:
    return Finding.model_validate(
        {
            "kind": kind,
            "severity": "error",
            "confidence": 1,
            "where": where,
            "span_ids": ("1" * 16,),
            "evidence": evidence,
            "impact": impact,
            "explanation": "It went wrong.",
        }
    )


def improved(
    *findings: Finding, revision: PlanRevision = FRESH, policy: Policy = DEFAULT
) -> tuple[list[Improvement], PlanRevision]:
    improvements, after = improve(findings, revision=revision, artifact="specs", policy=policy)
    return list(improvements), after


def test_nothing_found_leaves_the_revision_as_it_came() -> None:
    improvements, after = improved()
    assert improvements == []
    assert after is FRESH


def test_cut_off_output_asks_for_shorter_drafts_and_predicts_the_tokens_saved() -> None:
    cut = a_finding("output_truncated", where="m", tokens=150, failures=1)
    (one,), after = improved(cut)
    assert (one.change, one.metric, one.predicted, one.finding) == ("plan_revision", "tokens", -150, cut.hash)
    assert (after.number, after.shorter) == (1, 1)
    assert after.reasons == ("Draft shorter texts: caps halved 1 of 3 times (output_truncated in m)",)


def test_two_findings_that_ask_for_the_same_change_make_it_once() -> None:
    cut, late = a_finding("output_truncated", where="m", tokens=1), a_finding("timeout", where="m", seconds=1)
    improvements, after = improved(cut, late)
    assert (len(improvements), after.number, after.shorter, len(after.reasons)) == (2, 1, 1, 1)


def test_drafts_that_are_cut_off_however_short_are_for_a_follow_up() -> None:
    shortest = PlanRevision(number=3, shorter=3)
    (one,), after = improved(a_finding("output_truncated", tokens=9), revision=shortest)
    assert one.change == "follow_up"
    assert after is shortest


def test_invalid_output_brings_the_example_and_a_hint() -> None:
    _, after = improved(a_finding("invalid_output", evidence="invalid: title: field required"), policy=PLAIN)
    assert after.example
    assert after.hints == ("specs: invalid: title: field required",)


def test_every_issue_of_the_validator_becomes_a_hint_and_is_not_told_twice() -> None:
    refused = a_finding("validation_failed", evidence="no scenario\nno SHALL", failures=1)
    improvements, after = improved(refused)
    assert after.hints == ("specs: no scenario", "specs: no SHALL")
    assert {one.predicted for one in improvements} == {-1}
    again, same = improved(refused, revision=after)
    assert same is after
    assert [one.change for one in again] == ["policy", "policy"]


def test_hints_stay_few_and_short_and_the_newest_stay() -> None:
    words = "\n".join(f"issue {number} {'x' * 999}" for number in range(30))
    _, after = improved(a_finding("validation_failed", evidence=words))
    assert len(after.hints) == 10
    assert after.hints[-1].startswith("specs: issue 29")
    assert max(map(len, after.hints)) <= 300


@pytest.mark.parametrize(("kind", "cause"), [("tool_error", "error"), ("tool_error", "lost"), ("timeout", "timeout")])
def test_a_broken_tool_is_avoided_and_one_that_fails_nevertheless_is_for_a_follow_up(kind: str, cause: str) -> None:
    broken = a_finding(kind, "git.log", f"error.type={cause}: boom", failures=1, calls=1, seconds=30)
    (one,), after = improved(broken)
    assert (one.change, after.avoid) == ("plan_revision", ("git.log",))
    (again,), same = improved(broken, revision=after)
    assert (again.change, same) == ("follow_up", after)


@pytest.mark.parametrize(
    ("cause", "calls"), [("arguments", 1), ("empty", 1), ("error", 9)], ids=["arguments", "empty", "mostly works"]
)
def test_a_tool_that_works_but_for_this_question_is_not_avoided(cause: str, calls: int) -> None:
    (one,), after = improved(a_finding("tool_error", "git.log", f"error.type={cause}: x", failures=1, calls=calls))
    assert (one.change, after) == ("policy", FRESH)


def test_a_server_that_does_not_start_is_for_a_follow_up() -> None:
    (one,), after = improved(a_finding("tool_error", "files", "start_server: no such command", failures=1))
    assert (one.change, after) == ("follow_up", FRESH)


def test_a_model_with_a_dot_in_its_name_is_not_taken_for_a_tool() -> None:
    _, after = improved(a_finding("timeout", "gpt-4.1", "error.type=timeout: x", failures=1, seconds=9))
    assert (after.avoid, after.shorter) == ((), 1)


@pytest.mark.parametrize("kind", ["redundant_call", "cold_start", "slow_outlier"])
def test_waste_is_a_proposal_for_the_policy_with_the_seconds_it_cost(kind: str) -> None:
    (one,), after = improved(a_finding(kind, "git.log", seconds=2.5, calls=1))
    assert (one.change, one.metric, one.predicted, after) == ("policy", "seconds", -2.5, FRESH)


def test_no_progress_tries_what_was_not_tried_and_then_gives_the_artifact_up() -> None:
    stuck = a_finding("no_progress", evidence="specs: validation failed again: no SHALL", failures=1)
    _, first = improved(stuck, policy=PLAIN)
    assert (first.shorter, first.example, first.give_up) == (1, False, ())
    _, second = improved(stuck, revision=first, policy=PLAIN)
    assert (second.shorter, second.example, second.give_up) == (1, True, ())
    improvements, third = improved(stuck, revision=second, policy=PLAIN)
    assert (third.give_up, third.number) == (("specs",), 3)
    assert [one.change for one in improvements] == ["plan_revision", "follow_up"]
    improvements, fourth = improved(stuck, revision=third, policy=PLAIN)
    assert fourth is third
    assert "follow_up" in [one.change for one in improvements]


def test_drafts_that_stay_too_long_are_shortened_to_the_end_before_they_are_given_up() -> None:
    stuck = a_finding("no_progress", evidence="specs: truncated again: cut off")
    revision, levels = FRESH, []
    while not revision.give_up:
        _, revision = improved(stuck, revision=revision)
        levels.append(revision.shorter)
    assert levels == [1, 2, 3, 3]


impacts = st.dictionaries(st.sampled_from(["failures", "seconds", "tokens", "calls"]), st.floats(0, 1e6), max_size=4)
any_finding = st.builds(
    lambda kind, where, evidence, impact: a_finding(kind, where, evidence, **impact),
    st.sampled_from(get_args(FindingKind)),
    st.sampled_from(["execution", "git.log", "files", "m"]),
    st.text(max_size=60),
    impacts,
)
revisions = st.builds(
    PlanRevision,
    number=st.integers(0, 9),
    shorter=st.integers(0, 3),
    example=st.booleans(),
    avoid=st.sampled_from([(), ("git.log",)]),
    give_up=st.sampled_from([(), ("specs",)]),
)


@given(st.lists(any_finding, max_size=5), revisions)
def test_every_finding_is_answered_and_the_number_moves_only_when_something_changed(
    findings: list[Finding], revision: PlanRevision
) -> None:
    improvements, after = improve(findings, revision=revision, artifact="specs", policy=DEFAULT)
    assert {one.finding for one in improvements} == {one.hash for one in findings}
    assert all(one.predicted <= 0 for one in improvements)
    unchanged = content(after) == content(revision)
    assert (after is revision) == unchanged
    assert after.number == revision.number + (not unchanged)
    assert unchanged or after.reasons


def content(revision: PlanRevision) -> dict[str, Any]:
    return revision.model_dump(exclude={"number", "reasons"})

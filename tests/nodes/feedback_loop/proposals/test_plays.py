"""What plays say: every reason has an answer inside the bounds, with an effect that was counted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodes.feedback_loop.proposals import from_plays
from systems.lines import LINES
from systems.policy import BASELINE, DEFAULT, SMALL_MODEL, Policy
from systems.trials import Proposal
from tests.nodes.feedback_loop.proposals.cases import Play, a_call, a_draft, a_route, an_answer

BAD = "routed to filesystem.read_text_file, not git.git_log"
REASONS: dict[str, Play] = {
    "truncated": a_draft("truncated: The answer was cut off after 900 tokens"),
    "overflow": a_draft("truncated: The request is too long for the context of m"),
    "invalid": a_draft("invalid: requirements: Field required"),
    "empty": a_draft("empty: The answer was empty."),
    "timeout": a_draft("timeout: The model m gave no answer within 120 s."),
    "refused": a_draft("refused: Requirement must contain SHALL or MUST; No deltas found in specs/x/spec.md"),
    "terms": a_draft("terms: json, output"),
    "sources": a_draft("sources: src/app.py"),
    "routed": a_route(BAD, "What were the last commits?"),
    "to a person": a_route("routed to person, not git.git_log", "Who wrote it?"),
    "for a person": a_route("routed to git.git_log, not person", "Why do we do it?", "person"),
    "answer routed": an_answer(BAD, "What were the last commits?"),
    "answer terms": an_answer("terms: abc", "What were the last commits?"),
    "open": an_answer("open: no tool fits the question well enough", "What were the last commits?"),
    "open in time": an_answer("open: git.git_log: no answer within 30 s", "What were the last commits?"),
    "call timeout": a_call("timeout: no answer within 30 s", "git"),
    "lost": a_call("lost: Connection closed", "git"),
}


def edits(proposals: tuple[Proposal, ...]) -> list[dict[str, dict[str, Any]]]:
    return [one.edit for one in proposals]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("policy", [BASELINE, DEFAULT, SMALL_MODEL], ids=["baseline", "default", "small"])
def test_every_reason_to_fail_has_an_answer_worth_the_cases_that_failed_for_it(reason: str, policy: Policy) -> None:
    worked = [a_draft("", number) for number in (1, 2, 3)]
    found = [one for one in from_plays([REASONS[reason], *worked], policy=policy) if one.metric == "success"]
    assert found
    for one in found:
        assert (one.predicted, one.cases, one.origin) == (0.25, (REASONS[reason][0].key,), "case")
        assert one.trace_ids == (REASONS[reason][1].trace_id,)


def test_an_error_that_no_knob_mends_has_no_proposal() -> None:
    assert from_plays([a_call("error: no such file", "filesystem")], policy=DEFAULT) == ()


def test_single_knobs_stand_before_the_bundle_that_holds_them() -> None:
    found = edits(from_plays([a_draft("truncated: cut off")], policy=BASELINE))
    single, bundle = {"draft": {"capped": True}}, {"draft": {"capped": True, "characters": 150, "items": 2}}
    assert found.index(single) < found.index(bundle)


def test_a_bundle_for_form_and_length_is_worth_both() -> None:
    plays = [a_draft("truncated: cut off", 1), a_draft("invalid: no", 2), a_draft("", 3), a_draft("", 4)]
    best = max(from_plays(plays, policy=BASELINE), key=lambda one: (one.metric == "success", one.predicted))
    assert best.predicted == 0.5
    assert best.edit["draft"] == {
        "capped": True, "characters": 150, "items": 2, "example": True, "repairs": 1, "repair_words": True,
    }  # fmt: skip


def test_a_case_that_was_played_often_counts_once_and_only_for_the_plays_that_failed() -> None:
    often = [a_draft("truncated: cut off", 1)] * 1 + [a_draft("", 1)] * 3
    (capped,) = [
        one
        for one in from_plays([*often, a_draft("", 2)], policy=BASELINE)
        if one.edit == {"draft": {"capped": True}} and one.metric == "success"
    ]
    assert capped.predicted == 0.125 and len(capped.cases) == 1


def test_an_edit_that_answers_two_reasons_is_one_proposal_for_the_cases_of_both() -> None:
    plays = [a_draft("invalid: no", 1), a_draft("terms: json", 2), a_draft("", 3), a_draft("", 4)]
    (example,) = [one for one in from_plays(plays, policy=BASELINE) if one.edit == {"draft": {"example": True}}]
    assert example.predicted == 0.5 and len(example.cases) == 2


def test_the_routing_method_goes_on_from_where_it_stands() -> None:
    methods = [
        [one["questions"]["method"] for one in edits(from_plays([REASONS["routed"]], policy=policy))
         if one.get("questions", {}).keys() == {"method"}]
        for policy in (BASELINE, DEFAULT)
    ]  # fmt: skip
    assert methods == [["hybrid", "embeddings", "lexical"], ["embeddings", "lexical"]]


def test_lines_of_an_older_version_are_offered_the_shipped_ones_and_keep_their_own_sentences() -> None:
    own = {"git.git_log": "Who ate the cake?", "bakery": "Which bread is there?"}
    older = DEFAULT.edited({"questions": {"lines": own}})
    offered = edits(from_plays([a_route(BAD, "Log?")], policy=older))[0]["questions"]["lines"]
    assert offered["git.git_log"] == f"{LINES['git.git_log']} Who ate the cake?"
    assert offered == {**LINES, **own, "git.git_log": offered["git.git_log"]}
    newest = older.edited({"questions": {"lines": offered}})
    assert offered not in [
        one.get("questions", {}).get("lines") for one in edits(from_plays([REASONS["routed"]], policy=newest))
    ]


def test_a_line_for_a_tool_is_made_of_questions_that_missed_it_then_of_others_each_with_a_new_word() -> None:
    plays = [
        a_route(BAD, "Who changed src/app/main.py most recently?"),
        a_route(BAD, "Who changed the file most recently"),
        a_route("", "Log?"),
        a_route("", "Is it three o'clock in Tokyo?", "time.get_current_time"),
    ]
    policy = DEFAULT.edited({"questions": {"lines": {"git.git_log": "What were the last commits?"}}})
    found = edits(from_plays(plays, policy=policy))
    lines = [one["questions"]["lines"] for one in found if one.get("questions", {}).keys() == {"lines"}]
    assert lines[1] == {
        "git.git_log": "What were the last commits? Who changed the file most recently. Log?",
        "time.get_current_time": "Is it three o'clock in Tokyo?",
    }


def test_the_model_that_names_tools_by_itself_sees_no_lines_and_routes_so_they_come_with_another_method() -> None:
    for policy in (BASELINE, DEFAULT):
        found = [one["questions"] for one in edits(from_plays([REASONS["routed"]], policy=policy))]
        alone = [one for one in found if one.keys() & {"lines", "routes"} and "method" not in one]
        assert bool(alone) == (policy is DEFAULT)
        assert [one for one in found if one.keys() >= {"method", "routes"}]


def test_where_the_model_names_tools_no_bound_and_no_line_is_moved_alone() -> None:
    plays = [REASONS[one] for one in ("for a person", "to a person", "open", "answer terms")]
    knobs = [set(one["questions"]) for one in edits(from_plays(plays, policy=BASELINE)) if "questions" in one]
    assert knobs and all("method" in one or one <= {"candidates", "skip", "parallel"} for one in knobs)


@pytest.mark.parametrize("unsure", ["model", "auto"])
def test_learned_routes_are_who_answered_well_and_save_what_the_model_took_to_decide(unsure: str) -> None:
    plays = [a_route("", "What were the last commits?", tokens=300), a_route("", "What else?", "person", tokens=100)]
    routes = {"What were the last commits?": "git.git_log", "What else?": "person"}
    clear = a_route("", "What does the file say?", "filesystem.read_text_file", tokens=0)
    policy = DEFAULT.edited({"questions": {"unsure": unsure}})
    (one,) = [one for one in from_plays([*plays, clear], policy=policy) if "routes" in one.edit["questions"]]
    assert (one.edit, one.metric) == ({"questions": {"routes": routes}}, "tokens")
    assert one.predicted == pytest.approx(400 / 3)


@pytest.mark.parametrize(("unsure", "tokens"), [("auto", 0), ("model", 0), ("first", 300), ("person", 300)])
def test_no_route_is_learned_where_the_model_did_not_decide(unsure: str, tokens: int) -> None:
    policy = DEFAULT.edited({"questions": {"unsure": unsure}})
    found = from_plays([a_route("", "What were the last commits?", tokens=tokens)], policy=policy)
    assert not [one for one in found if "routes" in one.edit.get("questions", {})]


def test_the_shortest_past_success_of_the_same_artifact_becomes_the_example() -> None:
    plays = [
        a_draft("invalid: no", 1),
        a_draft("", 2, drafted='{"purpose":"long one"}'),
        a_draft("", 3, drafted='{"purpose":"s"}'),
        a_draft("", 4, artifact="tasks", drafted='{"groups":[]}'),
    ]
    examples = [one["draft"] for one in edits(from_plays(plays, policy=BASELINE)) if "examples" in one.get("draft", {})]
    assert examples == [{"example": True, "examples": {"specs": '{"purpose":"s"}'}}]


def test_advice_is_the_validators_words_without_what_is_true_of_one_document_only() -> None:
    plays = [a_draft("refused: specs/a/spec.md: requirement 'List' must contain SHALL or MUST", 1)]
    guidance = [
        one["draft"]["guidance"] for one in edits(from_plays(plays, policy=DEFAULT)) if "guidance" in one["draft"]
    ]
    assert guidance == [["This was refused before, avoid it: ...: requirement ... must contain SHALL or MUST"]]


def test_only_the_server_concerned_gets_more_time_and_another_try() -> None:
    found = from_plays([a_call("timeout: 30 s", "slow"), a_call("", "fast")], policy=DEFAULT)
    assert edits(found) == [
        {"servers": {"limits": {"slow": {"start_seconds": None, "call_seconds": seconds, "retries": retries}}}}
        for seconds, retries in ((60.0, None), (None, 1), (60.0, 1))
    ]
    assert {one.predicted for one in found} == {0.5}


def test_other_models_are_for_drafts_and_the_present_one_is_none() -> None:
    policy = DEFAULT.edited({"draft": {"model": "b"}})
    found = from_plays([a_draft("terms: json")], policy=policy, models=["a", "b", "c", "d"])
    assert [one["draft"]["model"] for one in edits(found) if "model" in one["draft"]] == ["a", "c"]


def test_less_context_saves_the_tokens_that_were_shown_and_no_more() -> None:
    document = "x" * 3_200
    plays = [a_draft("", documents=[("proposal.md", document)])]
    (less,) = from_plays(plays, policy=DEFAULT)
    assert less.edit == {"draft": {"document_characters": 750}}
    assert (less.metric, less.predicted) == ("tokens", 234)


def test_questions_are_asked_side_by_side_longest_first_or_not_at_all_by_what_they_took() -> None:
    always = ("Is a known?", "Is b known?", "Is c known?")
    questions = {"always": {"*": always}, "parallel": 1}
    plays = [an_answer("", text, seconds=seconds) for text, seconds in zip(always, (1.0, 1.0, 4.0), strict=True)]
    (side,) = [one for one in from_plays(plays, policy=DEFAULT.edited({"questions": questions}))]
    assert (side.edit, side.metric, side.predicted) == ({"questions": {"parallel": 2}}, "seconds", round(1 / 3, 6))
    found = from_plays(plays, policy=DEFAULT.edited({"questions": {**questions, "parallel": 2}}))
    (order,) = [one for one in found if "always" in one.edit["questions"]]
    assert order.edit["questions"]["always"]["*"] == ["Is c known?", "Is a known?", "Is b known?"]
    assert order.predicted == round(1 / 3, 6)


def test_a_question_that_always_stays_open_is_asked_no_more() -> None:
    plays = [an_answer("open: nothing", f"What does the file {name} say?", seconds=2) for name in ("a.py", "b.py")]
    found = from_plays(plays, policy=DEFAULT)
    (skip,) = [one for one in found if "skip" in one.edit["questions"]]
    assert skip.edit == {
        "questions": {"skip": ["What does the file {readme} say?", "What does the file {source} say?"]}
    }
    assert (skip.metric, skip.predicted) == ("seconds", 2)


def test_no_plays_no_proposals() -> None:
    assert from_plays([], policy=DEFAULT, models=["a"]) == ()


words = st.text(st.characters(codec="utf-8"), max_size=60)
reasons = st.sampled_from([*(play[1].why for play in REASONS.values()), "", "routed to", "refused:", ";;;"]) | words
some_text = st.text(min_size=1, max_size=40)
random_plays = st.lists(
    st.builds(a_draft, reasons, st.integers(0, 5), artifact=st.sampled_from(["specs", "tasks", "own"]), drafted=words)
    | st.builds(a_route, reasons, some_text, st.sampled_from(["git.git_log", "time", "person", "x.y"]))
    | st.builds(an_answer, reasons, some_text, seconds=st.floats(0, 100))
    | st.builds(a_call, reasons, st.sampled_from(["git", "a b"]), st.integers(0, 3)),
    max_size=8,
)
random_policies = st.builds(
    lambda draft, questions, server: DEFAULT.edited({"draft": draft, "questions": questions, "servers": server}),
    st.fixed_dictionaries(
        {
            "items": st.integers(1, 20),
            "characters": st.integers(40, 4_000),
            "repairs": st.integers(0, 2),
            "capped": st.booleans(),
            "output_tokens": st.integers(64, 16_384),
            "seconds": st.floats(1, 3_600),
            "document_characters": st.integers(0, 100_000),
            "guidance": st.lists(some_text, max_size=20),
        }
    ),
    st.fixed_dictionaries(
        {
            "method": st.sampled_from(["model", "lexical", "embeddings", "hybrid"]),
            "candidates": st.integers(1, 5),
            "margin": st.floats(0, 1),
            "least_score": st.floats(0, 1),
            "parallel": st.integers(1, 64),
            "skip": st.lists(some_text, max_size=20),
        }
    ),
    st.fixed_dictionaries({"call_seconds": st.floats(0.1, 3_600), "retries": st.integers(0, 3)}),
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(random_plays, random_policies, st.randoms())
def test_every_proposal_is_inside_the_bounds_and_changes_something_whatever_the_plays(
    plays: list[Play], policy: Policy, random: Any
) -> None:
    found = from_plays(plays, policy=policy, models=["other"])
    for one in found:
        child = policy.edited(one.edit)
        assert child.model_dump(exclude={"parent"}) != policy.model_dump(exclude={"parent"})
        assert one.policy == policy.hash and one.predicted > 0 and one.what
        assert one.metric != "success" or one.predicted <= 1
    random.shuffle(plays)
    assert from_plays(plays, policy=policy, models=["other"]) == found

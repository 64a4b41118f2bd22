"""Which proposals are let through: new, allowed, best first, few."""

from __future__ import annotations

import random
from typing import Any

from nodes.feedback_loop.proposals import MOST_PROPOSALS, Refused, fresh, from_plays
from systems.policy import BASELINE, DEFAULT, Policy
from systems.trials import Metric, Proposal
from tests.nodes.feedback_loop.proposals.cases import a_draft, a_route


class Pinned:
    def __init__(self, *places: str) -> None:
        self.places = places

    def holds(self, section: str, knob: str) -> bool:
        return f"{section}.{knob}" in self.places


def a_proposal(
    edit: dict[str, dict[str, Any]], predicted: float = 0.2, metric: Metric = "success", **more: Any
) -> Proposal:
    data = {"policy": "x", "edit": edit, "what": "w", "metric": metric, "predicted": predicted, "origin": "case"}
    return Proposal.model_validate({**data, **more})


def let_through(
    *proposals: Proposal,
    policy: Policy = BASELINE,
    pins: Pinned | None = None,
    refused: tuple[Refused, ...] = (),
    most: int = MOST_PROPOSALS,
) -> list[dict[str, dict[str, Any]]]:
    found = fresh(proposals, policy=policy, pins=pins or Pinned(), refused=refused, most=most)
    assert all(one.policy == policy.hash for one in found)
    return [one.edit for one in found]


CAPPED: dict[str, dict[str, Any]] = {"draft": {"capped": True}}


def test_an_edit_that_changes_nothing_or_leaves_the_bounds_is_left_out() -> None:
    assert let_through(a_proposal(CAPPED), policy=DEFAULT) == []
    assert let_through(a_proposal({"draft": {"items": 99}}), a_proposal({"draft": {"no_such": 1}})) == []
    assert let_through(a_proposal({"no_section": {"x": 1}}), a_proposal({"parent": {"x": 1}})) == []


def test_what_the_policy_has_already_is_taken_out_of_a_bundle() -> None:
    bundle = a_proposal({"draft": {"capped": True, "items": 2}})
    assert let_through(bundle, policy=DEFAULT) == [{"draft": {"items": 2}}]


def test_a_bundle_that_needs_a_pinned_knob_is_left_out_and_one_that_has_it_already_is_not() -> None:
    bundle = a_proposal({"draft": {"capped": True, "items": 2}})
    assert let_through(bundle, pins=Pinned("draft.capped")) == []
    assert let_through(bundle, pins=Pinned("draft.capped"), policy=DEFAULT) == [{"draft": {"items": 2}}]


def test_the_best_comes_first_success_before_seconds_before_tokens_then_effect_then_the_model_last() -> None:
    tokens = a_proposal({"draft": {"items": 1}}, 9_000, "tokens", cases=["a"])
    seconds = a_proposal({"draft": {"items": 2}}, 60, "seconds", cases=["b"])
    small = a_proposal({"draft": {"example": True}}, 0.1, cases=["c"])
    pair = a_proposal({"draft": {"capped": True, "items": 2}}, 0.3, cases=["d"])
    thought = a_proposal(CAPPED, 0.3, cases=["e"], origin="model")
    order = [pair, thought, small, seconds, tokens]
    for seed in range(5):
        shuffled = random.Random(seed).sample(order, len(order))
        assert let_through(*shuffled) == [each.edit for each in order]


def test_of_two_that_say_the_same_the_better_stays() -> None:
    low, high = a_proposal(CAPPED, 10, "tokens"), a_proposal(CAPPED, 0.3)
    assert fresh([low, high], policy=BASELINE, pins=Pinned(), refused=()) == (
        high.model_copy(update={"policy": BASELINE.hash}),
    )


def test_what_was_refused_comes_again_only_with_a_case_that_was_not_seen_then() -> None:
    then = Refused.of(a_proposal(CAPPED, cases=["a", "b"]))
    assert let_through(a_proposal(CAPPED, 0.9, cases=["b"]), refused=(then,)) == []
    assert let_through(a_proposal(CAPPED, cases=["b", "c"]), refused=(then,)) == [CAPPED]
    since = Refused.of(a_proposal(CAPPED, cases=["c"]))
    assert let_through(a_proposal(CAPPED, cases=["b", "c"]), refused=(then, since)) == []


def test_new_traces_of_old_cases_are_no_new_evidence_and_new_traces_of_a_finding_are() -> None:
    then = Refused.of(a_proposal(CAPPED, cases=["a"], trace_ids=["1"]))
    assert let_through(a_proposal(CAPPED, cases=["a"], trace_ids=["2"]), refused=(then,)) == []
    found = Refused.of(a_proposal(CAPPED, trace_ids=["1"]))
    assert let_through(a_proposal(CAPPED, trace_ids=["1"]), refused=(found,)) == []
    assert let_through(a_proposal(CAPPED, trace_ids=["1", "2"]), refused=(found,)) == [CAPPED]


def test_a_refusal_outlives_the_ledgers_json() -> None:
    plays = [a_draft("refused: must contain SHALL", 1)]
    found = fresh(from_plays(plays, policy=BASELINE), policy=BASELINE, pins=Pinned(), refused=())
    kept = [Refused.of(Proposal.model_validate_json(one.model_dump_json())) for one in found]
    assert kept == [Refused.of(one) for one in found]


def test_few_are_let_through_and_of_those_that_answer_the_same_cases_three() -> None:
    drafts = [a_draft("truncated: cut off", number) for number in range(3)]
    forms = [a_draft("invalid: no", number) for number in range(3, 6)]
    routes = [a_route("routed to a.b, not git.git_log", f"Who changed {word}?") for word in ("it", "that", "more")]
    found = fresh(from_plays([*drafts, *forms, *routes], policy=BASELINE), policy=BASELINE, pins=Pinned(), refused=())
    assert len(found) == MOST_PROPOSALS
    alike = [one.cases for one in found]
    assert all(alike.count(cases) <= 3 for cases in alike)
    assert {"questions", "draft"} == {section for one in found for section in one.edit}


def test_of_several_values_for_a_knob_and_the_same_cases_one_is_tried_in_a_round() -> None:
    two, one = ({"draft": {"items": number}} for number in (2, 1))
    assert let_through(a_proposal(two, cases=["a"]), a_proposal(one, cases=["a"])) == [two]
    assert let_through(a_proposal(two, cases=["a"]), a_proposal(one, cases=["b"])) == [two, one]


def test_what_is_refused_makes_room_for_the_next_idea_until_none_is_left() -> None:
    plays = [a_route("routed to a.b, not git.git_log", "Who changed it?")]
    refused: list[Refused] = []
    rounds = []
    while found := fresh(from_plays(plays, policy=BASELINE), policy=BASELINE, pins=Pinned(), refused=refused):
        rounds.append([one.edit for one in found])
        refused += [Refused.of(one) for one in found]
    methods = [one["questions"].get("method") for edits in rounds for one in edits]
    assert {"hybrid", "embeddings", "lexical"} <= set(methods) and len(rounds) == 3
    assert rounds[0][0] == {"questions": {"method": "hybrid"}}

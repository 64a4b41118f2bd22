"""From a policy back to the traces it came from, from a finding forward to what came of it."""

from __future__ import annotations

import json

from systems.hashed import canonical, content_hash
from systems.ledger import Ledger, lineage, outcomes
from systems.policy import BASELINE, DEFAULT
from systems.trials import Adopted
from tests.systems.ledger.histories import MODEL, back, finding, proposal, step, trial, verdict

SHORTER = {"draft": {"characters": 80}}


def test_a_policy_leads_back_to_the_traces_of_every_step(ledger: Ledger) -> None:
    first = step(ledger, trace_ids=("a" * 32,))
    second = step(ledger, first.policy, SHORTER, trace_ids=("b" * 32, "c" * 32), what="Shorter still")
    found = lineage(ledger, second.policy.hash)
    assert [one.policy for one in found] == [second.policy.hash, first.policy.hash, DEFAULT.hash, BASELINE.hash]
    assert [one.trace_ids for one in found] == [("b" * 32, "c" * 32), ("a" * 32,), (), ()]
    assert (found[0].proposal, found[0].trial, found[0].verdict) == second[1:] and found[0].accepted
    assert found[0].what == "Shorter still" and found[0].span_ids == finding().span_ids
    assert found[0].finding == finding().hash and found[2].proposal is None


def test_a_shipped_policy_has_a_lineage_in_an_empty_ledger(ledger: Ledger) -> None:
    assert [one.policy for one in lineage(ledger, DEFAULT.hash)] == [DEFAULT.hash, BASELINE.hash]


def test_a_finding_leads_forward_to_all_that_came_of_it(ledger: Ledger) -> None:
    refused = step(ledger, accepted=False, what="refused")
    accepted = step(ledger, DEFAULT, SHORTER, what="accepted")
    step(ledger, accepted.policy, {"draft": {"items": 5}}, finding=finding("elsewhere"))
    ledger.append("proposal", proposal(DEFAULT, what="not tried"))
    found = outcomes(ledger, finding().hash)
    assert [(one.what, one.accepted, one.adopted) for one in found] == [
        ("refused", False, False),
        ("accepted", True, True),
        ("not tried", None, False),
    ]
    assert found[0].policy == refused.policy.hash and found[0].reason == "The gain does not exceed the noise."
    assert found[2].trial is None and outcomes(ledger, "0" * 64) == ()


def test_a_finding_whose_policy_was_rolled_back_says_why(ledger: Ledger) -> None:
    done = step(ledger)
    ledger.roll_back(back(done.policy, DEFAULT), model=MODEL)
    (found,) = outcomes(ledger, finding().hash)
    assert found.adopted and found.rolled_back == "Worse than its parent."


def test_a_policy_of_a_version_with_fewer_knobs_is_used_and_led_back_from(ledger: Ledger) -> None:
    knobs = json.loads(DEFAULT.edited(SHORTER).model_dump_json())
    del knobs["draft"]["shape"]
    old = content_hash(canonical(knobs))
    made = proposal(DEFAULT, SHORTER)
    tried = trial(made, DEFAULT).model_copy(update={"new": old})
    ledger.append("policy", DEFAULT)
    with ledger._chain.writing():
        ledger._chain.add("policy", "", canonical(knobs).encode())
    for kind, record in (("proposal", made), ("trial", tried), ("verdict", verdict(tried))):
        ledger.append(kind, record, model=MODEL)  # type: ignore[arg-type]
    ledger.append("adopted", Adopted(policy=old, verdict=verdict(tried).hash), model=MODEL)
    active = ledger.active(MODEL)
    assert active and active.draft.shape == "full" and active.hash != old

    ledger.append("policy", active)
    child = step(ledger, active, {"draft": {"items": 2}}).policy
    assert [one.policy for one in lineage(ledger, child.hash)][:3] == [child.hash, active.hash, old]
    assert [one.accepted for one in lineage(ledger, child.hash)][:3] == [True, None, True]
    assert ledger.verify() == ()


def test_a_policy_of_a_version_with_fewer_knobs_is_rolled_back_under_either_id(ledger: Ledger) -> None:
    knobs = json.loads(DEFAULT.edited(SHORTER).model_dump_json())
    del knobs["draft"]["shape"]
    old = content_hash(canonical(knobs))
    ledger.append("policy", DEFAULT)
    with ledger._chain.writing():
        ledger._chain.add("policy", "", canonical(knobs).encode())
        ledger._chain.add("adopted", MODEL, canonical({"policy": old, "verdict": "0" * 64}).encode())
    active = ledger.active(MODEL)
    assert active
    ledger.roll_back(back(active, DEFAULT), model=MODEL)
    assert ledger.active(MODEL) == DEFAULT

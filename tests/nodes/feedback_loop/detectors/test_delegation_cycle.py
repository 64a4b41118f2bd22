"""Work that goes round between agents, by handovers or by nesting."""

from __future__ import annotations

from tests.nodes.feedback_loop.detectors.conversations import Conversation, alarms, call, ids, kinds, only
from tests.nodes.feedback_loop.traces import Trace


def handed(*hops: tuple[str, str]) -> Trace:
    trace = Trace()
    for number, (source, target) in enumerate(hops):
        span = trace.span(f"handoff {target}", number, number + 0.5, OPERATION="handoff")
        names = {"delegation.source_agent": source, "delegation.target_agent": target}
        trace.spans[-1] = span.model_copy(update={"attributes": span.attributes | names})
    return trace


def cycles(trace: Trace) -> list[tuple[str, ...]]:
    return [one.span_ids for one in alarms(trace) if one.kind == "delegation_cycle"]


def test_the_same_handover_again_after_others_closes_a_circle() -> None:
    trace = handed(("crew", "a"), ("a", "b"), ("b", "a"), ("a", "b"), ("b", "a"))
    assert cycles(trace) == [ids(*trace.spans[1:])]


def test_a_line_of_handovers_and_one_way_back_are_healthy() -> None:
    assert cycles(handed(("crew", "a"), ("a", "b"), ("b", "c"))) == []
    assert cycles(handed(("a", "b"), ("b", "a"))) == []


def test_tools_named_for_a_handover_are_handovers() -> None:
    run = Conversation("My bill is wrong.")
    for _ in range(2):
        run.each(
            call("transfer_to_billing", "moved", reason="bill"), call("transfer_to_network", "moved", reason="data")
        )
    run.each(call("transfer_to_billing", "moved", reason="bill"))
    assert "delegation_cycle" in kinds(run)


def test_a_supervisor_whose_workers_work_is_healthy() -> None:
    run = Conversation("Write about owls.")
    for number in range(3):
        run.each(
            call("transfer_to_writer", "moved"),
            call("save_text", f"{number + 1}00 words", text=f"draft {number}"),
            call("transfer_to_editor", "moved"),
            call("save_notes", f"{number + 3} notes", text=f"notes {number}"),
        )
    assert "delegation_cycle" not in kinds(run)


def nested(*agents: str) -> Trace:
    trace, under = Trace(), None
    for depth, agent in enumerate(agents):
        under = trace.span(
            f"invoke_agent {agent}", depth, 100 - depth, under=under, OPERATION="invoke_agent", AGENT=agent
        )
        under = trace.tool(f"ask_{depth}", depth + 0.5, 99.5 - depth, under=under, server=None)
    return trace


def test_agents_within_each_other_in_turn_are_a_circle() -> None:
    trace = nested("planner", "coder", "planner", "coder")
    assert cycles(trace) == [ids(*trace.spans[::2])]


def test_agents_within_others_are_healthy() -> None:
    assert cycles(nested("planner", "coder", "tester")) == []
    assert cycles(nested("planner", "coder", "planner")) == []


def test_the_finding_names_the_hops() -> None:
    one = only(handed(("a", "b"), ("b", "a"), ("a", "b")), "delegation_cycle")
    assert one.evidence == "a -> b, b -> a, a -> b"
    assert one.severity == "error"


def test_agents_that_are_asked_and_only_send_on_are_a_circle() -> None:
    asked = {"assessor": "Needs the policy agent first.", "policy_agent": "Needs the assessor's view first."}
    run = Conversation("Decide the claim.")
    for _ in range(3):
        run.each(*(call(f"ask_{agent}", told, claim="W-553") for agent, told in asked.items()))
    assert "delegation_cycle" in kinds(run)


def test_agents_that_are_asked_and_answer_are_none() -> None:
    run = Conversation("Decide the claims.")
    for claim in ("W-553", "W-554", "W-555"):
        run.each(
            call("ask_assessor", f"{claim} is 400 EUR", claim=claim),
            call("ask_policy_agent", f"{claim} is covered", claim=claim),
        )
    run.says("W-553, W-554 and W-555: 400 EUR each, covered.")
    assert "delegation_cycle" not in kinds(run)

"""Old data, refused checks, bad memories: found where tools tell of them, and left alone where the agent heeds them."""

from __future__ import annotations

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Asked, Conversation, call, ids, kinds, only

OLD = '{"unit": "ICU", "occupied": 19, "beds": 24, "stale": true, "age_seconds": 691200}'


def occupancy(result: str, answer: str, newer: str = "") -> Conversation:
    run = Conversation("How full is the ICU right now?")
    run.asks(call("occupancy", result, unit="ICU"))
    if newer:
        run.asks(call("occupancy", newer, unit="ICU", refresh=True))
    run.says(answer)
    return run


@pytest.mark.parametrize(
    "result",
    [OLD, "19 of 24 beds (note: the snapshot is stale, live feed down)", '{"beds": 24, "taken": 19, "cache": "stale"}'],
)
def test_old_data_passed_on_as_new_is_stale(result: str) -> None:
    run = occupancy(result, "Right now 19 of the 24 beds are occupied.")
    assert only(run, "stale_data").span_ids == ids(run.spans[2])
    assert kinds(run) == {"stale_data"}


@pytest.mark.parametrize(
    ("result", "answer", "newer"),
    [
        (OLD.replace("true", "false"), "Right now 19 of the 24 beds are occupied.", ""),
        (OLD, "19 of 24 beds were occupied as of eight days ago; newer data is not there.", ""),
        (OLD, "Right now 21 of the 24 beds are occupied.", '{"unit": "ICU", "occupied": 21, "beds": 24}'),
        ("19 of 24 beds; bread on the ward: stale", "Right now 19 of the 24 beds are occupied.", ""),
    ],
    ids=["fresh", "owned up to", "asked again", "another word"],
)
def test_fresh_data_and_old_data_told_as_old_are_fine(result: str, answer: str, newer: str) -> None:
    assert "stale_data" not in kinds(occupancy(result, answer, newer))


def released(
    verdict: str, *then: tuple[str, str], task: str = "Release order hep-3 if the check allows it."
) -> Conversation:
    run = Conversation(task)
    run.asks(call("safety_check", verdict, order="hep-3"))
    for tool, result in then:
        run.asks(call(tool, result, order="hep-3"))
    run.says("Order hep-3 has been dealt with as the order said.")
    return run


@pytest.mark.parametrize("verdict", ['{"verdict": "blocked", "why": "dose"}', '{"allowed": false}', "NEGATA: troppo"])
def test_what_a_check_refused_and_was_done_all_the_same_steps_over_it(verdict: str) -> None:
    run = released(verdict, ("release_order", "released"))
    assert run.spans[4].span_id in only(run, "guardrail_bypassed").span_ids


@pytest.mark.parametrize(
    ("verdict", "then"),
    [
        ('{"verdict": "fine"}', [("release_order", "released")]),
        ('{"verdict": "blocked"}', []),
        ('{"verdict": "blocked"}', [("hold_order", "held"), ("notify_ward", "sent")]),
        ('{"verdict": "blocked"}', [("safety_check", '{"verdict": "fine"}'), ("release_order", "released")]),
    ],
    ids=["allowed", "left", "reacted to", "allowed later"],
)
def test_a_check_that_is_heeded_is_not_stepped_over(verdict: str, then: list[tuple[str, str]]) -> None:
    assert "guardrail_bypassed" not in kinds(released(verdict, *then))


def test_something_else_than_what_was_refused_may_be_done() -> None:
    run = Conversation("Publish the description once the policy check allows it.")
    run.asks(call("policy_check", "denied: has an address", text="Lamps. Write to lia@example.org"))
    run.asks(call("publish", "published", text="Lamps."))
    run.says("Published, without the address that the check denied.")
    assert kinds(run) == set()


def remembered(read: str, write: str = "Rotterdam") -> Conversation:
    run = Conversation("Remember the port of Brink BV, then book by it.")
    run.asks(call("memory_write", "stored", key="brink.port", value=write))
    run.asks(call("memory_read", read, key="brink.port"))
    run.says(f"The port of Brink BV is {read} in what I remember.")
    return run


@pytest.mark.parametrize("read", ["Valparaiso", "checksum mismatch: 'R\ufffd\ufffdrdam'"])
def test_a_memory_that_comes_back_otherwise_is_corrupted(read: str) -> None:
    run = remembered(read)
    assert only(run, "memory_corrupted").span_ids == ids(run.spans[4])


@pytest.mark.parametrize("read", ["Rotterdam", '{"value": "rotterdam", "by": "you"}', "no entry found", ""])
def test_a_memory_that_comes_back_as_it_was_or_not_at_all_is_not(read: str) -> None:
    assert "memory_corrupted" not in kinds(remembered(read))


def test_a_memory_that_was_written_anew_is_what_was_written_last() -> None:
    run = Conversation("I moved from eu1 to eu3, note that.")
    run.each(
        call("memory_read", "eu1", key="home"),
        call("memory_write", "stored", key="home", value="eu3"),
        call("memory_read", "eu3", key="home"),
    )
    run.says("Noted: eu3 instead of eu1 is your home now.")
    assert kinds(run) == set()


@pytest.mark.parametrize(
    ("task", "found"),
    [("When is high water today?", True), ("When was high water in 1960?", False), ("List tides.", False)],
)
def test_a_date_long_past_is_stale_where_now_was_asked_for(task: str, found: bool) -> None:
    run = Conversation(task)
    run.asks(call("tides", "Husum, table last updated 1960-01-03: 04:51, 17:20", harbour="Husum"))
    run.says("High water is at 04:51 and 17:20.")
    assert ("stale_data" in kinds(run)) == found


@pytest.mark.parametrize(("read", "found"), [("31F", True), ("14C, window", False), ("not found", False)])
def test_tools_that_keep_and_bring_back_are_a_memory(read: str, found: bool) -> None:
    run = Conversation("Keep seat 14C for me, then read it back.")
    run.each(call("save_preference", "saved", name="seat", value="14C"), call("load_preference", read, name="seat"))
    run.says(f"Your seat: {read}.")
    assert ("memory_corrupted" in kinds(run)) == found


def test_a_check_of_an_action_by_name_is_stepped_over_and_an_approval_lifts_it() -> None:
    def paid(*between: Asked) -> set[str]:
        run = Conversation("Pay 9000 EUR to Acme.")
        run.each(call("check_policy", '{"allowed": false, "reason": "limit"}', action="pay", amount=9000))
        for one in between:
            run.each(one)
        run.each(call("pay", "paid", to="Acme", amount=9000))
        run.says("9000 EUR are paid to Acme.")
        return kinds(run)

    assert "guardrail_bypassed" in paid()
    assert "guardrail_bypassed" not in paid(call("request_approval", '{"approved": true}', amount=9000))

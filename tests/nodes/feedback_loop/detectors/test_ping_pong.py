"""Two in turn with the same results are ping-pong; read and edit, search and open are work."""

from __future__ import annotations

from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only

LINT = call("check_style", "cart.ts:18 wants double quotes", path="cart.ts")
FIX = call("format_file", "cart.ts: 1 line rewritten with single quotes", path="cart.ts")


def test_two_tools_in_turn_with_the_same_results_are_one_finding() -> None:
    run = Conversation("Make cart.ts pass.")
    spans = run.each(*[LINT, FIX] * 4)
    run.says("They disagree about quotes; somebody has to choose.")
    one = only(run, "ping_pong")
    assert one.span_ids == ids(*spans[2:])
    assert one.where == "check_style <-> format_file"
    assert one.impact["calls"] == 6
    assert kinds(run) == {"ping_pong"}


def test_other_words_for_the_same_question_change_nothing() -> None:
    run = Conversation()
    for words in (
        "why was roaming of 31 EUR charged",
        "roaming of 31 EUR charged, why",
        "why charged: roaming of 31 EUR",
    ):
        run.each(
            call("ask_billing", "That comes from the network team, ask them.", question=words),
            call("ask_network", "Charges are up to billing, ask them.", question=f"customer asks {words}"),
        )
    assert only(run, "ping_pong").where == "ask_billing <-> ask_network"


def test_two_rounds_are_not_enough() -> None:
    run = Conversation()
    run.each(*[LINT, FIX] * 2)
    assert "ping_pong" not in kinds(run)


def test_reading_and_editing_one_file_after_another_is_work() -> None:
    run = Conversation("Rename max_wait to patience.")
    for name in ("queue", "worker", "client", "server"):
        run.each(
            call("read_file", f"# {name}\nmax_wait = {len(name)}", path=f"{name}.py"),
            call("edit_file", "1 changed", path=f"{name}.py", old="max_wait", new="patience"),
        )
    run.says("Renamed in queue.py, worker.py, client.py and server.py.")
    assert kinds(run) == set()


def test_the_same_for_one_thing_after_another_is_work() -> None:
    run = Conversation("Order A1, B2, C3 and D4.")
    for article in ("A1", "B2", "C3", "D4"):
        run.each(call("in_stock", "yes, in stock", article=article), call("add_to_cart", "added", article=article))
    run.says("A1, B2, C3 and D4 were in stock and are in the cart.")
    assert kinds(run) == set()


def test_waiting_and_looking_is_a_poll() -> None:
    run = Conversation("Tell me when the build is done.")
    for _ in range(4):
        run.each(call("build_state", "running", build=9), call("wait", "waited 30 s", seconds_=30))
    run.each(call("build_state", "passed", build=9))
    run.says("The build has passed.")
    assert kinds(run) == set()

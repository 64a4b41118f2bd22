"""Thoughts noted again and answers that go round are found; thinking that gets on and refrains are not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nodes.feedback_loop.texts.same_thoughts import repeated
from tests.nodes.feedback_loop.detectors.conversations import Conversation, call, ids, kinds, only

ROUND = "It could be a spare part after all. Then again it could be a machine."


def test_the_same_thought_noted_again_and_again_is_a_loop() -> None:
    run = Conversation("Was the deposit late?")
    thought = "It was paid on the 3rd and the lease starts on the 1st, so it depends."
    spans = run.each(*(call("think", "noted", thought=one) for one in (thought, thought, f"Hmm. {thought}", thought)))
    run.says("It depends on the lease whether the deposit was late.")
    assert only(run, "reasoning_loop").span_ids == ids(*spans)


def test_thoughts_that_get_on_are_none() -> None:
    run = Conversation("Do both operations fit into the morning?")
    run.each(
        call("think", "noted", thought="I need both durations and the cleaning."),
        call("think", "noted", thought="75 minutes and 20 of cleaning end at 09:35."),
        call("think", "noted", thought="So the second has to begin five minutes later."),
    )
    run.says("Yes, if the second one begins at 09:35.")
    assert kinds(run) == set()


def test_an_answer_that_says_the_same_sentences_over_and_over_goes_round() -> None:
    run = Conversation("Spare part or machine?")
    answer = run.says(f"Let me see. {' '.join([ROUND] * 8)} It is 8483 60.")
    assert only(run, "reasoning_loop").span_ids == ids(answer)


def test_refrains_tables_and_emphasis_do_not() -> None:
    verses = "\n\n".join(f"Verse {n} is about the sea.\nHaul away, my hearties.\nHaul away, all day." for n in range(9))
    table = "\n".join(["| a | b | c | d |", "| - | - | - | - |"] * 9)
    for text in (verses, table, "We tolerate no delay whatsoever here. " * 12):
        assert repeated(text) == ""


@given(st.lists(st.sampled_from(["The sea is wide.", "Nobody knows that.", "No."]), max_size=40), st.text())
def test_any_text_can_be_looked_at(sentences: list[str], other: str) -> None:
    text = " ".join([*sentences, other])
    assert all(one.strip() in " ".join(text.split()) for one in repeated(text).split(". ") if one)


def weighing(last: str) -> Conversation:
    run = Conversation("Which vineyard first?")
    thought = "I need to weigh ripeness against rain before I decide. Let me gather one more fact."
    for number in range(4):
        run.asks(call("facts", f"fact {number}", about=f"vineyard {number}"), text=thought)
    run.says(last)
    return run


def test_one_thought_beside_all_calls_and_as_the_answer_is_a_loop() -> None:
    assert "reasoning_loop" in kinds(weighing("I need to weigh ripeness against rain before I decide."))


def test_one_announcement_beside_all_calls_of_a_run_that_gets_somewhere_is_none() -> None:
    assert kinds(weighing("Pick vineyard 2 first: fact 0, fact 1, fact 2 and fact 3 say so.")) == set()

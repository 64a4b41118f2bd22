"""An answer of a tool that flows nowhere is found; used, rounded, translated, chosen, small and void ones are not."""

from __future__ import annotations

import pytest

from tests.nodes.feedback_loop.detectors.conversations import Asked, Conversation, alarms, call, ids, kinds, only

SECTION = (
    "4.2 Punctuality: 81.3 % of buses arrived within three minutes, down from 86.0 % in 2023, mostly due to the works "
    "on Ring Road East from April to October."
)
TASK = "What did the transport report say about bus punctuality?"


def report(answer: str, result: str = SECTION, task: str = TASK) -> Conversation:
    run = Conversation(task)
    run.asks(call("find_report", "doc-7714", title="transport report"))
    run.asks(call("read_section", result, document="doc-7714", section="Punctuality"))
    run.says(answer)
    return run


def test_an_answer_from_memory_leaves_the_result_unused() -> None:
    run = report("Reports like this usually find that traffic density and staff shortages decide about timetables.")
    one = only(run, "unused_answer")
    assert (one.severity, one.where, one.span_ids) == ("warning", "read_section", ids(run.spans[-2]))
    assert "81.3" in one.evidence
    assert kinds(run) == {"unused_answer"}


def test_what_was_to_be_heeded_and_was_not_is_unused() -> None:
    run = Conversation("Suggest a menu for Mrs Abara's dinner, respecting what she can't eat.")
    (profile,) = run.asks(call("guest_profile", "Mrs Abara: allergic to hazelnuts and shellfish", name="Abara"))
    run.asks(call("season_menu", "asparagus soup; lobster ravioli; rhubarb tart", month="May"))
    run.says("I suggest asparagus soup, then lobster ravioli, and a rhubarb tart to finish.")
    assert only(run, "unused_answer").span_ids == ids(profile)


@pytest.mark.parametrize(
    "answer",
    [
        "81.3 % of the buses were on time.",
        "About 81 percent of the buses were on time, it says.",
        "Laut Bericht waren 81,3 % der Busse pünktlich.",
        "Fewer buses were on time than before, because of the Ring Road.",
        "18.7 % of the buses came late, the report says.",
        "The report says that I could not find anything on it.",
    ],
    ids=["quoted", "rounded", "in another language", "retold", "worked out from it", "not found"],
)
def test_a_result_that_flows_on_is_used(answer: str) -> None:
    assert "unused_answer" not in kinds(report(answer, task=f"{TASK} 100 % is all."))


@pytest.mark.parametrize("result", ['{"ok": true, "id": "t-4471"}', "No results.", "[]", "sent", "free: yes"])
def test_acknowledgements_nothing_and_little_need_no_use(result: str) -> None:
    assert "unused_answer" not in kinds(report("It is all as it should be with the buses, I think.", result))


def test_what_only_goes_into_the_next_call_is_used() -> None:
    run = Conversation("What is the weather at our Kiruna station?")
    run.asks(call("station_id", '{"id": "st-0097", "lat": 67.85, "lon": 20.22, "keeper": "Ingrid Aho"}', name="Kiruna"))
    run.asks(call("station_weather", "-11 C, snow, wind 6 m/s", station="st-0097"))
    run.says("In Kiruna it is -11 degrees with snow and a wind of 6 m/s.")
    assert kinds(run) == set()


def test_one_of_several_that_was_not_chosen_was_compared() -> None:
    run = Conversation("Which of our movers is cheapest?")
    prices = [("alpha", "1,150 EUR by Lund"), ("boxer", "1,090 EUR by Roth"), ("dray", "985 EUR by Kern")]
    run.asks(*[call("quote", price, mover=name) for name, price in prices])
    run.says("Dray is the cheapest of our movers, with 985 EUR.")
    assert kinds(run) == set()


def test_a_look_before_an_action_may_have_been_a_check() -> None:
    run = Conversation("Open port 8443 on host edge-04.")
    run.asks(call("host_rules", "allow 22 from 10.0.0.0/8; allow 443 from anywhere; owner Lund", host="edge-04"))
    run.asks(call("add_rule", '{"ok": true}', host="edge-04", port=8443))
    run.says("Port 8443 on edge-04 is open now, as you asked.")
    assert kinds(run) == set()


def test_without_an_answer_nothing_can_be_said() -> None:
    run = Conversation(TASK)
    run.asks(call("read_section", SECTION, document="doc-7714"))
    assert kinds(run) == set()


def potassium(task: str, answer: str) -> Conversation:
    run = Conversation(task)
    run.asks(call("lab_value", "K+ 3.9 mmol/l (3.5-5.1), serum", bed="4", day="yesterday"))
    run.asks(call("lab_value", "K+ 6.4 mmol/l (3.5-5.1), serum", bed="4", day="today"))
    run.says(answer)
    return run


def test_one_of_several_that_the_person_named_and_wanted_is_left_out() -> None:
    run = potassium("Potassium of bed 4, yesterday and today?", "Potassium is 3.9 mmol/l, within 3.5 to 5.1.")
    assert only(run, "unused_answer").span_ids == ids(run.spans[4])


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        ("Potassium of bed 4, yesterday and today?", "It went from 3.9 to 6.4 mmol/l, above 3.5 to 5.1."),
        ("Which of yesterday and today was normal in bed 4?", "The one of yesterday was, with 3.9 mmol/l."),
        ("Is bed 4 well?", "Potassium is 3.9 mmol/l, within 3.5 to 5.1."),
    ],
    ids=["both told", "a choice", "not named"],
)
def test_one_of_several_may_be_left_out(task: str, answer: str) -> None:
    assert kinds(potassium(task, answer)) == set()


def test_one_precise_number_that_was_asked_for_is_enough() -> None:
    run = Conversation("What are 50,000 USD at today's customs exchange rate, in duty?")
    (rate,) = run.asks(call("exchange_rate", "1 EUR = 1.0873 USD", currency="USD"))
    run.says("The duty of 2 % on 50,000 is 1,000, which is to be paid.")
    assert only(run, "unused_answer").span_ids == ids(rate)


@pytest.mark.parametrize(
    ("task", "calls", "answer", "unused"),
    [
        (
            "Compare the use of press A and press B in March.",
            [call("meter", "8,412 kWh", machine="press A"), call("meter", "6,077 kWh", machine="press B")],
            "Press A used 8,412 kWh in March.",
            True,
        ),
        (
            "Compare tariff Flex and Solid and recommend one.",
            [call("tariff", "20 GB for 14.99", name="Flex"), call("tariff", "50 GB for 19.99", name="Solid")],
            "Take Solid, which has 50 GB for 19.99.",
            False,
        ),
        (
            "Which plan am I on, and how much data do I have left?",
            [call("get_plan", '{"plan": "Flex M", "eur": 24.99}'), call("get_usage", '{"used_gb": 17.3, "left": 2.7}')],
            "You are on Flex M for 24.99 EUR a month.",
            True,
        ),
        (
            "Should we take substation Ost off the grid on Thursday?",
            [
                call("n_minus_one", '{"secure": false, "line": "380-4", "load": 118}'),
                call("crew", "B, 6 people on duty"),
            ],
            "Yes. Crew B with 6 people is on duty on Thursday.",
            True,
        ),
        (
            "Does tariff Flex include roaming?",
            [call("tariff", '{"name": "Flex", "roaming": "EU", "gb": 20, "price": 14.99}', name="Flex")],
            "Yes, in all of Europe it does.",
            False,
        ),
        (
            "Rate the review from 1 to 5.",
            [call("get_review", "Slow delivery, broken box, but support was kind.")],
            "I would give it 2 out of 5.",
            False,
        ),
    ],
    ids=["one of two compared", "chosen", "a field asked for", "an objection", "a verdict", "judged"],
)
def test_what_was_asked_for_or_speaks_against_must_come_again(
    task: str, calls: list[Asked], answer: str, unused: bool
) -> None:
    run = Conversation(task)
    for one in calls:
        run.each(one)
    run.says(answer)
    assert ("unused_answer" in [finding.kind for finding in alarms(run)]) == unused


def test_a_unit_that_several_results_have_shows_no_use_of_one() -> None:
    run = Conversation("What do 12 crates cost in all: transport, tax and storage?")
    run.asks(call("transport", "CHF 640.00", crates=12))
    (unused,) = run.asks(call("tax", "import tax: CHF 1,913.70", goods="tiles"))
    run.asks(call("storage", "CHF 88.00", crates=12))
    run.says("In all CHF 728.00: transport 640.00 and storage 88.00.")
    assert only(run, "unused_answer").span_ids == ids(unused)


def test_a_line_that_is_quoted_is_used_however_common_its_words_are() -> None:
    run = Conversation("What does line 118 say?")
    run.asks(call("line", "118\n00:14:02,300 --> 00:14:05,100\nAnd then she ...", number=118))
    run.says("It breaks off: And then she ...")
    assert "unused_answer" not in kinds(run)


def test_an_amount_that_was_asked_for_and_is_not_told_is_unused_whatever_it_is_the_amount_of() -> None:
    run = Conversation("What does a certified translation of 1,900 words cost, and how long does it take?")
    (unused,) = run.asks(call("quote", '{"price": 456.0, "currency": "EUR", "days": 4}', words=1900))
    run.says("Prices depend on the length and the languages of a text. Please contact our office for an offer.")
    assert only(run, "unused_answer").span_ids == ids(unused)

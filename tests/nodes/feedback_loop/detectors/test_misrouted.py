"""A wrong tool before the right one is found at the wrong call; look-ups, fallbacks and checks are no wrong turns."""

from __future__ import annotations

import pytest

from nodes.feedback_loop.findings import find
from nodes.feedback_loop.reading.marks import MISROUTED
from systems.records import Span
from tests.nodes.feedback_loop.detectors.conversations import Asked, Conversation, call, ids, kinds, only

FORECAST = '{"sky": "cloudy", "celsius": 12, "wind_kmh": 24}'
TIDES = "high 07:51 (11.8 m) and 20:13"
HIGH = "High tide in Saint-Malo is at 07:51 (11.8 m) and again at 20:13."


def test_an_answer_that_has_nothing_to_do_with_the_task_is_a_wrong_turn() -> None:
    run = Conversation("When is high tide in Saint-Malo tomorrow?")
    (wrong,) = run.asks(call("weather_forecast", FORECAST, place="Saint-Malo"))
    run.asks(call("tide_table", TIDES, harbour="Saint-Malo"))
    run.says(HIGH)
    one = only(run, "misrouted")
    assert (one.severity, one.where, one.span_ids) == ("warning", "weather_forecast", ids(wrong))
    assert kinds(run) == {"misrouted"}


def test_a_tool_that_says_that_it_is_not_for_this_was_the_wrong_one() -> None:
    run = Conversation("Within what time may a consumer withdraw from an online purchase?")
    refused = "cannot read expression: unknown symbol 'withdrawal'"
    (wrong,) = run.asks(call("calculate", refused, expression="withdrawal period consumer"))
    run.asks(call("search_statutes", "Art. 9: withdrawal within 14 days", query="consumer withdrawal period"))
    run.says("A consumer has 14 days to withdraw (Art. 9).")
    assert only(run, "misrouted").span_ids == ids(wrong)


def test_a_model_that_says_so_was_wrong() -> None:
    run = Conversation("Who fixed ticket 4410?")
    (wrong,) = run.asks(call("read_invoice", "INV-4410, 212.40 EUR, paid", number=4410))
    run.asks(call("read_ticket", "4410 fixed by M. Ruiz", ticket=4410), text="That was the wrong tool.")
    run.says("Ticket 4410 was fixed by M. Ruiz.")
    assert only(run, "misrouted").span_ids == ids(wrong)


def test_a_look_up_whose_result_is_used_is_none() -> None:
    run = Conversation("Call the caretaker of Elm Street.")
    run.asks(call("find_contact", "N. Petrov, +359 2 555 0142", place="Elm Street"))
    run.asks(call("place_call", "answered", number="+359 2 555 0142"))
    run.says("I called the caretaker, N. Petrov.")
    assert kinds(run) == set()


def test_a_search_that_finds_nothing_is_none() -> None:
    run = Conversation("Do we have a rule on dogs?")
    run.asks(call("search_handbook", "No results.", query="dogs office"))
    run.asks(call("search_wiki", "Rule 6.3: with the team's consent", query="dogs office"))
    run.says("Yes, rule 6.3: with the team's consent.")
    assert kinds(run) == set()


def test_two_sources_that_are_both_used_are_none() -> None:
    run = Conversation("What are our rule and the usual one on dogs?")
    run.asks(call("search_handbook", "6.3 Animals: with consent, not in labs", query="dogs office"))
    run.asks(call("search_web", "31 % of 900 firms allow dogs", query="dogs office"))
    run.says("Ours, 6.3: with consent and not in labs. Of 900 firms 31 % allow them.")
    assert kinds(run) == set()


def test_a_tool_for_something_else_given_the_same_small_number_is_wrong() -> None:
    run = Conversation("Is the incubator at 37 degrees?")
    (wrong,) = run.asks(call("centrifuge_status", "rotor stopped, lid closed, 21.4 C", unit="1"))
    run.asks(call("incubator_status", "36.9 C, CO2 5.0 %, door closed", unit="1"))
    run.says("Yes, the incubator is at 36.9 degrees (CO2 5.0 %).")
    assert only(run, "misrouted").span_ids == ids(wrong)


def test_a_tool_that_says_what_it_was_given_is_not_refuses() -> None:
    run = Conversation("Where is container MSKU4417739?")
    (wrong,) = run.asks(call("track_parcel", '{"message": "MSKU4417739 is not a parcel number"}', number="MSKU4417739"))
    run.asks(call("vessel", "aboard the Maren Sky, 36.1 N", container="MSKU4417739"))
    run.says("MSKU4417739 is aboard the Maren Sky at 36.1 N.")
    assert only(run, "misrouted").span_ids == ids(wrong)


def test_what_the_model_says_it_is_not_was_the_wrong_tool_in_any_language() -> None:
    run = Conversation("La facture FA-3391 de Brémond ?")
    (wrong,) = run.asks(call("ecritures_clients", "Aucun compte.", compte="Brémond"))
    then = call("ecritures_fournisseurs", "401BREM, FA-3391, 4 812,60", compte="Brémond")
    run.asks(then, text="Brémond est un fournisseur, pas un client.")
    run.says("FA-3391 est au compte 401BREM pour 4 812,60.")
    assert only(run, "misrouted").span_ids == ids(wrong)


def test_a_look_at_what_the_next_call_is_about_is_none() -> None:
    run = Conversation("Which shipments of order 552 are late?")
    run.asks(call("get_order", '{"placed": "Monday", "buyer": "Kim Lund", "tier": "gold"}', order="A-552"))
    run.asks(call("list_shipments", "shipment S-9 is late by 3 days", order="A-552"))
    run.says("Shipment S-9 is late by 3 days.")
    assert "misrouted" not in kinds(run)


def test_a_check_before_an_action_is_none() -> None:
    run = Conversation("Cancel subscription K-20118.")
    run.asks(call("plan_details", '{"plan": "Gold", "since": 2021, "euros": 18.5}', customer="K-20118"))
    run.asks(call("cancel_subscription", '{"ok": true}', customer="K-20118"))
    run.says("The subscription K-20118 is cancelled.")
    assert "misrouted" not in kinds(run)


def test_agenttelemetrys_mark_is_believed() -> None:
    run = Conversation("Why was I charged twice?")
    marked = run.span("agent billing", 0, 1, OPERATION="invoke_agent", AGENT="billing")
    spans = [_marked(one) if one is marked else one for one in run.spans]
    (one,) = (one for one in find(spans) if one.kind == "misrouted")
    assert one.span_ids == ids(marked)


def _marked(span: Span) -> Span:
    return span.model_copy(update={"attributes": {**span.attributes, MISROUTED: True}})


@pytest.mark.parametrize(
    ("task", "wrong", "right"),
    [
        (
            "When is order 5512 delivered?",
            call("get_weather", "5512: cloudy, 18 degrees", location="5512"),
            call("get_order", "out for delivery, 14:00", order_id="5512"),
        ),
        (
            "Is there an outage in 34117 Kassel?",
            call("search_invoices", '{"invoices": []}', text="outage 34117 Kassel"),
            call("network_outages", "an outage until 14:00", postcode="34117"),
        ),
        (
            "Cancel my subscription.",
            call("sales_agent", "Our premium plan is 20 % off until Sunday!", message="cancel my subscription"),
            call("billing_agent", "cancelled for 14:00", message="cancel my subscription"),
        ),
    ],
    ids=["one thing as another", "in vain, and only the second is for it", "another desk"],
)
def test_what_only_the_second_tool_is_for_was_misrouted(task: str, wrong: Asked, right: Asked) -> None:
    run = Conversation(task)
    spans = run.each(wrong)
    run.each(right)
    run.says("That will be at 14:00.")
    assert only(run, "misrouted").span_ids == ids(*spans)


@pytest.mark.parametrize(
    ("task", "first", "second"),
    [
        (
            "Balance of account 4471?",
            call("cache_get", "miss", key="4471"),
            call("balance_db", "120.50", account="4471"),
        ),
        (
            "Is the handle marlowe free? Then reserve it.",
            call("get_user", '{"status": 404, "detail": "Not Found"}', handle="marlowe"),
            call("reserve_handle", '{"reserved": true}', handle="marlowe"),
        ),
    ],
    ids=["a store that is asked first", "a check before an action"],
)
def test_what_is_rightly_asked_first_is_no_wrong_turn(task: str, first: Asked, second: Asked) -> None:
    run = Conversation(task)
    run.each(first)
    run.each(second)
    run.says("It is 120.50, and marlowe is reserved.")
    assert "misrouted" not in kinds(run)


def test_calling_what_a_tool_is_named_for_the_wrong_ones_disowns_it() -> None:
    run = Conversation("Who owns case 88?")
    (wrong,) = run.asks(call("garden_permits", "88: two oaks felled", number=88))
    run.asks(call("cases", "88: owner T. Lind", number=88), text="Oaks felled: those are the wrong permits.")
    run.says("T. Lind owns case 88.")
    assert only(run, "misrouted").span_ids == ids(wrong)


def test_having_got_the_one_kind_and_not_the_other_disowns_it() -> None:
    run = Conversation("What does a night for two cost?")
    (wrong,) = run.asks(call("find_parking", "Level 2, 40 bays, Quay Street", place="night for two"))
    run.asks(call("room_price", "118 EUR", guests=2), text="That is parking and not a price.")
    run.says("A night for two costs 118 EUR.")
    assert only(run, "misrouted").span_ids == ids(wrong)


def test_having_the_one_and_not_yet_the_other_is_none() -> None:
    run = Conversation("Which ward has bed 12, and what does it cost?")
    run.asks(call("find_ward", "ward Alder", bed=12))
    run.asks(call("price", "118 EUR", bed=12), text="That is the ward, not the price yet.")
    run.says("Bed 12 is on ward Alder and costs 118 EUR.")
    assert kinds(run) == set()


def test_a_code_that_is_looked_up_changes_nothing() -> None:
    run = Conversation("What pressure do the rear tyres of car KX-901 need?")
    (wrong,) = run.asks(call("paint_code", "QQ7, Deep Mossy Green", car="KX-901"))
    run.asks(call("tyre_pressure", "rear tyres: 2.6 bar, cold", car="KX-901", axle="rear"))
    run.says("The rear tyres need 2.6 bar when cold.")
    assert only(run, "misrouted").span_ids == ids(wrong)


def test_a_first_call_that_is_about_something_else_altogether_is_a_wrong_turn() -> None:
    run = Conversation("May granite be mailed to Oslo?")
    (wrong,) = run.asks(call("cafeteria_plan", "Tue: pea soup, dumplings, plum cake", weekday="Tue"))
    run.asks(call("export_rules", "granite to Norway: allowed up to 20 kg", material="granite", city="Oslo"))
    run.says("Yes, granite may be mailed to Norway up to 20 kg.")
    assert only(run, "misrouted").span_ids == ids(wrong)


def test_a_first_call_whose_result_is_used_is_none_whatever_it_was_asked() -> None:
    run = Conversation("May granite be mailed to Oslo?")
    run.asks(call("country_code", "NO, zone 4", place="Norway"))
    run.asks(call("export_rules", "granite, zone 4: allowed up to 20 kg", material="granite", zone=4))
    run.says("Yes, granite may be mailed up to 20 kg.")
    assert "misrouted" not in kinds(run)


def test_a_look_that_finds_what_the_task_names_is_none() -> None:
    run = Conversation("Is there room for a van on the Nynashamn ferry on 2 July at 11:20?")
    run.asks(call("sailings", "11:20 M/S Visborg\n16:40 M/S Gotland", route="NYN-VBY", day="2027-07-02"))
    run.asks(call("car_deck", "vans: 3 places left, max height 3.1 m", sailing="NYN-VBY-0702-1120"))
    run.says("Yes, three places for vans are left on the 11:20, up to 3.1 m high.")
    assert "misrouted" not in kinds(run)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("This lists buses; I need trains.", True),
        ("These are bus times. I was looking for the train.", True),
        ("Good, the bus. I need the train as well.", False),
    ],
)
def test_what_it_got_and_what_it_needs_may_stand_in_two_clauses(said: str, found: bool) -> None:
    run = Conversation("How do I get to Ghent at nine?")
    run.asks(call("bus_timetable", "Bus 4 to Ghent-South 9:05", to="Ghent"))
    run.asks(call("train_timetable", "IC 1509, 9:02, track 3", to="Ghent"), text=said)
    run.says("Take the IC 1509 at 9:02 from track 3, or bus 4 at 9:05.")
    assert ("misrouted" in kinds(run)) == found

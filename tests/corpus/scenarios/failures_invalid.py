"""Runs in which the model's output is not of the form asked for: answers by their schema, arguments of tools."""

from __future__ import annotations

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.building import at, data, faulty, say, tool, use

TICKET = {
    "type": "object",
    "properties": {
        "category": {"type": "string", "enum": ["billing", "delivery", "technical"]},
        "priority": {"type": "integer"},
        "summary": {"type": "string"},
    },
    "required": ["category", "priority", "summary"],
    "additionalProperties": False,
}
QUOTE = {
    "type": "object",
    "properties": {"premium": {"type": "number"}, "currency": {"type": "string"}, "valid_until": {"type": "string"}},
    "required": ["premium", "currency", "valid_until"],
    "additionalProperties": False,
}
PARCEL = {
    "type": "object",
    "properties": {"weight_g": {"type": "integer"}, "carrier": {"type": "string"}},
    "required": ["weight_g", "carrier"],
    "additionalProperties": False,
}

ANSWERS: tuple[Scenario, ...] = (
    faulty(
        "a-ticket-json-broken-then-right",
        "invalid_output",
        "Classify ticket 5120.",
        (tool("read_ticket", "Text of a ticket.", "number:integer", "Charged twice for March, please return 19.99."),),
        (
            use("read_ticket", number=5120),
            say('{"category": "billing", "priority": 2, "summary": "Charged twice for March'),
            say('{"category": "billing", "priority": 2, "summary": "Charged twice for March, wants 19.99 back"}'),
        ),
        at(None, 1),
        system="You sort tickets. Answer only with JSON: category (billing, delivery, technical), priority, summary.",
        schema=TICKET,
        allowed="validation_failed output_truncated",
    ),
    faulty(
        "a-insurance-quote-lacks-fields",
        "invalid_output",
        "What would household insurance cost for 82 square metres in Utrecht?",
        (tool("rate", "Rate for a flat.", "city square_metres:integer", "yearly 148.60 EUR, offer stands 30 days"),),
        (
            use("rate", city="Utrecht", square_metres=82),
            *[say('{"premium": "about 150 euros a year"}')] * 4,
        ),
        at(None, 1),
        system="Answer only with a JSON object with premium (number), currency (text) and valid_until (date).",
        schema=QUOTE,
        allowed="validation_failed call_loop no_progress",
    ),
    faulty(
        "a-prose-where-json-was-asked",
        "invalid_output",
        "How should parcel 77-A be sent?",
        (
            tool("weigh", "Weight of a parcel.", "parcel", "1840 g"),
            tool("carriers", "Carriers for a weight.", "grams:integer", "BlueShip up to 2000 g; Hauler from 2000 g"),
        ),
        (
            use("weigh", parcel="77-A"),
            use("carriers", grams=1840),
            *[say("Sure! Parcel 77-A weighs a bit under two kilos, so I'd go with BlueShip for it.")] * 4,
        ),
        at(None, 2),
        system='Answer only with JSON like {"weight_g": 1, "carrier": "..."}. No other text.',
        schema=PARCEL,
        allowed="validation_failed call_loop no_progress",
    ),
)

ARGUMENTS: tuple[Scenario, ...] = (
    faulty(
        "a-hotel-nights-in-words",
        "invalid_output",
        "Reserve a double room at Hotel Miramar for four nights from 2 June.",
        (
            tool("find_hotel", "Find a hotel.", "name", '{"hotel_id": "H-88", "name": "Miramar", "free": true}'),
            tool(
                "reserve_room",
                "Reserve a room.",
                "hotel_id room arrival nights:integer",
                data(reservation="RM-40031", total_eur=520),
            ),
        ),
        (
            use("find_hotel", name="Hotel Miramar"),
            use("reserve_room", hotel_id="H-88", room="double", arrival="2025-06-02", nights="four"),
            use("reserve_room", hotel_id="H-88", room="double", arrival="2025-06-02", nights=4),
            say("Reserved: a double room at the Miramar, 2 to 6 June, 520 EUR in total (RM-40031)."),
        ),
        at(None, 1) + at("reserve_room", 0),
        allowed="tool_error validation_failed",
    ),
    faulty(
        "a-purchase-order-json-broken",
        "invalid_output",
        "Order 40 boxes of nitrile gloves size M from our usual supplier.",
        (
            tool("usual_supplier", "Supplier of an article.", "article", "MediSupply BV (SUP-311), 6.40 EUR a box"),
            tool("place_order", "Place an order.", "supplier article boxes:integer", '{"order": "PO-7741"}'),
        ),
        (
            use("usual_supplier", article="nitrile gloves M"),
            Turn(
                calls=(Call("place_order", raw='{"supplier": "SUP-311", "article": "nitrile gloves M", "boxes": 40,,'),)
            ),
            use("place_order", supplier="SUP-311", article="nitrile gloves M", boxes=40),
            say("40 boxes of nitrile gloves M are ordered from MediSupply (PO-7741), 256 EUR."),
        ),
        at(None, 1) + at("place_order", 0),
        allowed="tool_error validation_failed",
    ),
    faulty(
        "a-timetable-call-without-class",
        "invalid_output",
        "Move maths of class 8b on Tuesday to the fourth lesson.",
        (
            tool("timetable", "Lessons of a class on a day.", "class_name day", "1 German 2 maths 3 PE 4 free"),
            tool("move_lesson", "Move a lesson.", "class_name day subject lesson:integer", "moved"),
        ),
        (
            use("timetable", class_name="8b", day="Tuesday"),
            use("move_lesson", day="Tuesday", subject="maths"),
            use("move_lesson", day="Tuesday", subject="maths", position="fourth"),
            say("I couldn't move the lesson; the timetable system does not accept my request. It is still second."),
        ),
        at(None, 1, 2) + at("move_lesson", 0, 1),
        allowed="tool_error validation_failed no_progress retry_storm",
    ),
    faulty(
        "a-firewall-rule-with-python-literals",
        "invalid_output",
        "Open port 8443 on host edge-04 for 10.20.0.0/16.",
        (
            tool("host_rules", "Rules of a host.", "host", "allow 22 10.0.0.0/8; allow 443 any"),
            tool("add_rule", "Add a rule.", "host port:integer source", "rule 3 added"),
        ),
        (
            use("host_rules", host="edge-04"),
            Turn(calls=(Call("add_rule", raw="host=edge-04, port=8443, source=10.20.0.0/16"),)),
            use("add_rule", host="edge-04", port=8443, source="10.20.0.0/16"),
            say("Port 8443 on edge-04 is open for 10.20.0.0/16 (rule 3)."),
        ),
        at(None, 1) + at("add_rule", 0),
        allowed="tool_error validation_failed",
    ),
)

SCENARIOS: tuple[Scenario, ...] = ANSWERS + ARGUMENTS

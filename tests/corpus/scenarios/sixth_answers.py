"""Sixth set: answers that are cut off, of the wrong form, empty, or cheerful about what failed."""

from __future__ import annotations

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.building import at, call, data, fails, faulty, say, think, together, tool, use

DECISION = {
    "type": "object",
    "properties": {"applicant": {"type": "integer"}, "admitted": {"type": "boolean"}, "reason": {"type": "string"}},
    "required": ["applicant", "admitted", "reason"],
    "additionalProperties": False,
}
DEDUCTION = {
    "type": "object",
    "properties": {"category": {"type": "string"}, "amount": {"type": "number"}, "year": {"type": "integer"}},
    "required": ["category", "amount", "year"],
    "additionalProperties": False,
}

CUT: tuple[Scenario, ...] = (
    faulty(
        "x-tax-letter-stops-mid-sentence",
        "output_truncated",
        "Write me the objection against the assessment notice of 3 November.",
        (
            tool(
                "notice",
                "An assessment notice.",
                "date",
                "Notice of 3 Nov 2026: home office 1,260 euros not recognised, commuting 812 euros recognised.",
            ),
        ),
        (
            use("notice", date="2026-11-03"),
            Turn(
                "Dear Sir or Madam,\n\nI object to the assessment notice of 3 November 2026. You did not recognise my "
                "home office (1,260 euros), although it is a separate room that I use for nothing else. Under "
                "section 4 "
                "(5) no. 6b the costs are deductible whenever the room is the centre of the whole professional act",
                finish="length",
            ),
        ),
        at(None, 1),
        allowed="premature_end",
    ),
    faulty(
        "x-translation-saved-text-cut-in-the-arguments",
        "output_truncated",
        "Übersetze den Absatz 12 des Vertrags ins Deutsche und speichere ihn.",
        (
            tool(
                "paragraph",
                "Ein Absatz des Vertrags.",
                "number:integer",
                "12. The lessee shall keep the premises in good repair, shall not sublet them without "
                "consent, and shall "
                "return them at the end of the term in the state in which they were handed over.",
            ),
            tool("save", "Speichert eine Übersetzung.", "number:integer text", "gespeichert"),
        ),
        (
            use("paragraph", number=12),
            Turn(
                calls=(
                    Call(
                        "save",
                        raw='{"number": 12, "text": "12. Der Mieter hat die Räume in gutem Zustand zu halten, sie',
                    ),
                ),
                finish="length",
            ),
            use(
                "save",
                number=12,
                text="12. Der Mieter hat die Räume in gutem Zustand zu halten, sie nicht ohne Zustimmung "
                "unterzuvermieten "
                "und sie am Ende der Laufzeit so zurückzugeben, wie sie übergeben wurden.",
            ),
            say("Absatz 12 ist übersetzt und gespeichert."),
        ),
        at(None, 1),
        allowed="invalid_output tool_error validation_failed premature_end empty_output",
    ),
)

FORM: tuple[Scenario, ...] = (
    faulty(
        "x-admission-decision-without-its-fields",
        "invalid_output",
        "Decide on applicant 4410: average 1.7, language certificate B2, deadline met.",
        (),
        (*[say('{"applicant": "no. 4410", "decision": "yes, admit", "comment": "good average"}')] * 4,),
        at(None, 0, 1, 2, 3),
        system="You decide on applications. Answer only with JSON: applicant (integer), admitted (boolean), reason.",
        schema=DECISION,
        allowed="validation_failed call_loop no_progress",
    ),
    faulty(
        "x-tax-deduction-in-words",
        "invalid_output",
        "Book my receipt: train ticket to the customer in Bremen, 89.90 euros, 12 May 2026.",
        (tool("categories", "Categories of deductions.", "year:integer", "travel, office, training, phone"),),
        (
            use("categories", year=2026),
            *[say('Sure! I would book it so: {"category": "travel", "amount": "about ninety euros"} - okay for you?')]
            * 4,
        ),
        at(None, 1, 2, 3, 4),
        system="You book receipts. Answer only with a JSON object: category, amount (number), year (integer).",
        schema=DEDUCTION,
        allowed="validation_failed call_loop no_progress",
    ),
    faulty(
        "x-crew-arguments-as-a-python-dict",
        "invalid_output",
        "How many duty hours does captain Amrein have left this month?",
        (tool("duty_hours", "Duty hours of a crew member.", "name month", data(used=71.5, limit=100)),),
        (
            Turn(calls=(Call("duty_hours", raw="{'name': 'Amrein', 'month': 2026-11, }"),)),
            use("duty_hours", name="Amrein", month="2026-11"),
            say("Captain Amrein has used 71.5 of 100 duty hours, so 28.5 are left this month."),
        ),
        at(None, 0) + at("duty_hours", 0),
        allowed="tool_error validation_failed",
    ),
    faulty(
        "x-restaurant-party-of-several",
        "invalid_output",
        "Book a table at Trattoria Lina for tomorrow, 24 November, 8 pm, for four.",
        (
            tool(
                "book_table",
                "Books a table.",
                "restaurant time guests:integer",
                "booked: Lina, 20:00, 4 guests, ref LN-88",
            ),
        ),
        (
            think("I book it.", Call("book_table", {"restaurant": "Trattoria Lina", "guests": "a few of us"})),
            think(
                "The time was missing, and the guests have to be a number.",
                call("book_table", restaurant="Trattoria Lina", time="2026-11-24T20:00", guests=4),
            ),
            say("Your table at Trattoria Lina is booked for four at 8 pm, reference LN-88."),
        ),
        at(None, 0) + at("book_table", 0),
        allowed="tool_error validation_failed",
    ),
    faulty(
        "x-tax-return-does-not-validate",
        "validation_failed",
        "Check whether my return for 2025 can be handed in.",
        (
            tool(
                "load_return", "Loads a return.", "year:integer", "2025: wages 51,200; children 2; bank details missing"
            ),
            tool(
                "validate_return",
                "Validates a return against the rules of the tax office.",
                "year:integer",
                "<validation result='failed'><error field='iban'>is required</error>"
                "<error field='child[2].taxId'>must have 11 digits, has 10</error></validation>",
            ),
        ),
        (
            use("load_return", year=2025),
            use("validate_return", year=2025),
            say(
                "It did not pass: the IBAN is missing, and the second child's tax id has ten digits instead of eleven."
            ),
        ),
        at("validate_return", 0),
        allowed="tool_error invalid_output",
    ),
)

NOTHING: tuple[Scenario, ...] = (
    faulty(
        "x-restaurant-answers-with-nothing",
        "empty_output",
        "Which of your restaurants have a vegan menu?",
        (tool("menus", "Menus of all restaurants.", "kind", "- Lina: no\n- Grünhof: yes\n- Sahel: yes"),),
        (use("menus", kind="vegan"), *[say("")] * 4),
        at(None, 1),
        allowed="unused_answer invalid_output premature_end",
    ),
    faulty(
        "x-museum-blank-after-two-searches",
        "empty_output",
        "Which of our prints did Käthe Kollwitz make before 1900?",
        (
            tool("search_prints", "Searches the prints.", "artist", "12 prints, 1893 to 1937: ids 40 to 51"),
            tool("print_dates", "Dates of prints.", "ids", "40: 1893; 41: 1897; 42: 1899; 43 and later: after 1900"),
        ),
        (
            think("First everything by her.", call("search_prints", artist="Käthe Kollwitz")),
            think("Now the dates.", call("print_dates", ids="40-51")),
            *[Turn(" \n", tokens=(900, 412))] * 4,
        ),
        at(None, 2),
        allowed="unused_answer invalid_output premature_end cost_spike",
    ),
)

CHEERFUL: tuple[Scenario, ...] = (
    faulty(
        "x-bank-standing-order-that-is-not",
        "swallowed_error",
        "Set up a standing order: 620 euros rent to Hausverwaltung Kern, on the first of each month.",
        (
            tool("find_payee", "Finds a payee.", "name", "Hausverwaltung Kern, DE55-3310"),
            tool(
                "create_standing_order",
                "Creates a standing order.",
                "iban amount:integer day:integer",
                fails("mandate service rejected the order: customer 2201 has no signed mandate", "PermissionError"),
            ),
        ),
        (
            use("find_payee", name="Hausverwaltung Kern"),
            use("create_standing_order", iban="DE55-3310", amount=620, day=1),
            say(
                "All set! Your standing order of 620 euros to Hausverwaltung Kern is active and runs on the "
                "first of each "
                "month, beginning with 1 December. Anything else I can do for you?"
            ),
        ),
        at("create_standing_order", 0),
        allowed="tool_error ungrounded_output",
    ),
    faulty(
        "x-soc-address-blocked-on-two-of-three",
        "swallowed_error",
        "Block 203.0.113.77 on all three firewalls and report.",
        (
            tool(
                "block_address",
                "Blocks an address on a firewall.",
                "firewall address",
                "fw-north: rule 8812 installed",
                "ERROR fw-south: rule table is full (ENOSPC), rule was NOT installed",
                "fw-edge: rule 2210 installed",
            ),
        ),
        (
            together(
                call("block_address", firewall="fw-north", address="203.0.113.77"),
                call("block_address", firewall="fw-south", address="203.0.113.77"),
                call("block_address", firewall="fw-edge", address="203.0.113.77"),
            ),
            say(
                "Done: 203.0.113.77 is now blocked on fw-north, fw-south and fw-edge. The address cannot "
                "reach us any more."
            ),
        ),
        at("block_address", 1),
        allowed="tool_error ungrounded_output",
    ),
)

SCENARIOS = (*CUT, *FORM, *NOTHING, *CHEERFUL)

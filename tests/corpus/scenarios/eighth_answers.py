"""Eighth set: answers cut, malformed or missing, and their healthy twins."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import at, call, data, faulty, healthy, say, think, tool, use

MINUTES_TASK = "Summarise the council minutes of 14 September for the residents' newsletter."
MINUTES = tool(
    "minutes",
    "Minutes of a council meeting.",
    "day",
    "Item 1: cycle lane on Mill Road approved, 14 for, 5 against.\n"
    "Item 2: library hours cut on Mondays from October.\nItem 3: playground at Elm Square, 48,000 approved.\n"
    "Item 4: petition on the night bus noted, report by November.",
)
BOOK_SCHEMA = {
    "type": "object",
    "properties": {"isbn": {"type": "string"}, "price": {"type": "number"}, "in_stock": {"type": "boolean"}},
    "required": ["isbn", "price", "in_stock"],
    "additionalProperties": False,
}
BOOK = tool("book", "A book of the shop.", "title", data(isbn="9780571365463", price=9.99, copies=4, shelf="F12"))
BOOK_TASK = "Give me ISBN, price and availability of 'Small Things Like These'."
FAULTS: tuple[Scenario, ...] = (
    faulty(
        "z-newsletter-breaks-off",
        "output_truncated",
        MINUTES_TASK,
        (MINUTES,),
        (
            think("I'll read the minutes.", call("minutes", day="2026-09-14")),
            Turn(
                "Dear residents,\n\nat its last meeting the council approved the cycle lane on Mill Road with 14 "
                "votes to 5. From October the library will close earlier on Mondays. For the playground at Elm Squ",
                finish="length",
            ),
        ),
        at(None, 1),
    ),
    faulty(
        "z-deadlines-cut-in-the-middle",
        "output_truncated",
        "List all deadlines of case 7 O 112/26 as JSON.",
        (tool("docket", "A case's docket.", "case", "2026-12-04 reply\n2026-12-18 evidence list\n2027-01-22 hearing"),),
        (
            use("docket", case="7 O 112/26"),
            Turn('[{"date": "2026-12-04", "what": "reply"}, {"date": "2026-12-18", "what": "evid', finish="length"),
        ),
        at(None, 1),
        "invalid_output",
    ),
    faulty(
        "z-book-answer-lacks-the-price",
        "invalid_output",
        BOOK_TASK,
        (BOOK,),
        (
            use("book", title="Small Things Like These"),
            say('{"isbn": "9780571365463", "in_stock": "probably"}'),
            say('{"isbn": "9780571365463", "price": 9.99, "in_stock": true}'),
        ),
        at(None, 1),
        "validation_failed",
        schema=BOOK_SCHEMA,
    ),
    faulty(
        "z-withdrawal-with-broken-arguments",
        "invalid_output",
        "Withdraw 20 grams of accession SB-2231 for the Kew exchange.",
        (
            tool("accession", "An accession of the seed bank.", "code", "SB-2231 Papaver rhoeas, 310 g, viable 91 %"),
            tool("withdraw", "Withdraws seed.", "code grams:integer", "withdrawn"),
        ),
        (
            think("First I look the accession up.", call("accession", code="SB-2231")),
            think("There is enough of it.", call("withdraw", code="SB-2231", grams="as many as Kew needs")),
            say("I could not withdraw the seed: my request was not accepted. Please enter the withdrawal by hand."),
        ),
        (*at(None, 1), *at("withdraw", 0)),
        "tool_error validation_failed",
    ),
    faulty(
        "z-nothing-said-about-the-bonus",
        "empty_output",
        "Why was the bonus of employee 2214 not paid in April?",
        (
            tool(
                "pay_log", "Log of a payroll run.", "employee:integer month", "04-23 11:02 bonus held: form B7 missing"
            ),
        ),
        (use("pay_log", employee=2214, month="2027-04"), Turn("")),
        at(None, 1),
    ),
    faulty(
        "z-nothing-said-about-the-loan",
        "empty_output",
        "Can the Vermeer copy travel in February? Check its condition and the courier.",
        (
            tool(
                "condition",
                "Condition of an object.",
                "object",
                data(object="M-118", state="stable", last="2026-08-30"),
            ),
            tool("courier", "Couriers free in a month.", "month", "A. Ruiz: 3-9 Feb; P. Holm: 15-20 Feb"),
        ),
        (
            think("I'll check its condition.", call("condition", object="M-118")),
            think("Stable. Now the couriers.", call("courier", month="2027-02")),
            Turn("", tokens=(1480, 0)),
        ),
        at(None, 2),
    ),
)

TWINS: tuple[Scenario, ...] = (
    healthy(
        "z-newsletter-is-whole",
        "output_truncated",
        MINUTES_TASK,
        (MINUTES,),
        (
            think("I'll read the minutes.", call("minutes", day="2026-09-14")),
            say(
                "Dear residents,\n\nat its last meeting the council approved the cycle lane on Mill Road with 14 "
                "votes to 5. From October the library will close earlier on Mondays. 48,000 were approved for the "
                "playground at Elm Square. A report on the night bus will follow by November."
            ),
        ),
    ),
    healthy(
        "z-book-answer-is-complete",
        "invalid_output",
        BOOK_TASK,
        (BOOK,),
        (
            use("book", title="Small Things Like These"),
            say('{"isbn": "9780571365463", "price": 9.99, "in_stock": true}'),
        ),
        schema=BOOK_SCHEMA,
    ),
)

SCENARIOS = (*FAULTS, *TWINS)

"""Eighth set: going round in circles, the wrong tool, ending too soon, answers that leave out what was found."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import at, call, data, faulty, healthy, say, think, together, tool, use

GERMINATION_TASK = "How did batch G-118 of the corn poppy germinate?"
GERMINATION = tool("germination", "Result of a germination trial.", "batch", "G-118: 82 of 100 after 14 days at 15 C")
GERMINATION_SAID = say("82 of 100 seeds of batch G-118 germinated within 14 days at 15 C.")
VISITS = data(page="/spring-sale", month="2027-04", visits=18234, visitors=11907, bounce=0.41)
CANCEL_TASK = "Cancel Jo Adler's membership, refund May, free locker 77 and send Jo a confirmation."
CANCEL_TOOLS = (
    tool("find_member", "Finds a member.", "name", data(member=51190, plan="Gold", paid_until="2027-05-31")),
    tool("cancel_membership", "Cancels a membership.", "member:integer", data(member=51190, state="cancelled")),
    tool("refund", "Refunds a month.", "member:integer month", data(refund="R-2290", amount=49.0)),
    tool("free_locker", "Frees a locker.", "locker:integer", "locker 77 is free"),
    tool("send_confirmation", "Sends a confirmation.", "member:integer", "sent"),
)
CANCEL_PLAN = (
    "Here is my plan:\n1. find the member\n2. cancel the membership\n3. refund May\n4. free locker 77\n"
    "5. send the confirmation\n\nStarting with step 1."
)
CANCEL_SAID = "All five steps are complete: Jo's membership is cancelled and everything has been taken care of."
QUOTE_TASK = "What does a certified translation of a 1,900-word contract from Dutch into English cost, and how long?"
QUOTE = tool("quote", "Price and time.", "words:integer pair certified", data(price=456.0, currency="EUR", days=4))
QUOTE_ASKED = call("quote", words=1900, pair="nl-en", certified="yes")
VISA_TASK = "I fly to Hanoi on 3 May with a German passport: visa, weather, and which terminal in Frankfurt?"
VISA_TOOLS = (
    tool("visa_rules", "Entry rules.", "passport country", "Visa-free up to 45 days; passport valid 6 months."),
    tool("weather", "Usual weather.", "city month", "28-33 C, humid, showers in the afternoon"),
    tool("terminal", "Terminal of an airline.", "airport airline", "Terminal 2, halls D and E"),
)
VISA_CALLS = together(
    call("visa_rules", passport="DE", country="VN"),
    call("weather", city="Hanoi", month="May"),
    call("terminal", airport="FRA", airline="VN"),
)

FAULTS: tuple[Scenario, ...] = (
    faulty(
        "z-germination-asked-six-times",
        "call_loop",
        GERMINATION_TASK,
        (GERMINATION,),
        (*[use("germination", batch="G-118")] * 6, GERMINATION_SAID),
        at("germination", 0, 1, 2, 3, 4, 5),
        "redundant_call no_progress",
    ),
    faulty(
        "z-visits-looked-up-again-and-again",
        "call_loop",
        "How many visits did /spring-sale have in April?",
        (tool("visits", "Visits of a page.", "page month", VISITS),),
        (
            think("Let me look up the visits.", call("visits", page="/spring-sale", month="2027-04")),
            *[
                think(text, call("visits", page="/spring-sale", month="2027-04"))
                for text in (
                    "Let me check that.",
                    "I'll look again.",
                    "Let me look it up.",
                    "I need the visits of April.",
                )
            ],
            say("The page /spring-sale had 18,234 visits in April 2027, by 11,907 visitors."),
        ),
        at("visits", 0, 1, 2, 3, 4),
        "redundant_call no_progress",
    ),
    faulty(
        "z-index-and-file-to-and-fro",
        "ping_pong",
        "Which judgment does the defendant rely on in 7 O 112/26?",
        (
            tool("case_index", "Index of a case file.", "case", "D-4 statement of defence: see D-9 for authorities"),
            tool("open_document", "Opens a document.", "document", "D-9 list of authorities: see the index entry D-4"),
        ),
        (
            *[use("case_index", case="7 O 112/26"), use("open_document", document="D-9")] * 4,
            say("I could not determine the judgment."),
        ),
        (*at("case_index", 0, 1, 2, 3), *at("open_document", 0, 1, 2, 3)),
        "call_loop redundant_call no_progress",
    ),
    faulty(
        "z-breaker-and-line-to-and-fro",
        "ping_pong",
        "Can line 220-17 be put back into service?",
        (
            tool("line_state", "State of a line.", "line", data(line="220-17", state="off", waits_for="breaker Q4")),
            tool(
                "breaker_state", "State of a breaker.", "breaker", data(breaker="Q4", state="open", waits_for="220-17")
            ),
        ),
        (
            *[
                think("I'll check the line.", call("line_state", line="220-17")),
                think("It waits for the breaker, so let me check that.", call("breaker_state", breaker="Q4")),
            ]
            * 4,
            say("The line is off and breaker Q4 is open; each waits for the other. An operator has to decide."),
        ),
        (*at("line_state", 0, 1, 2, 3), *at("breaker_state", 0, 1, 2, 3)),
        "call_loop redundant_call no_progress",
    ),
    faulty(
        "z-minutes-searched-in-six-ways",
        "no_progress",
        "When did the council vote on the swimming hall?",
        (tool("search_minutes", "Searches the minutes.", "query", "0 documents"),),
        (
            *[
                use("search_minutes", query=query)
                for query in (
                    "swimming hall vote",
                    "vote swimming hall",
                    "swimming pool decision",
                    "indoor pool resolution",
                    "aquatic centre vote",
                    "public baths ballot",
                )
            ],
            say("I found nothing about it."),
        ),
        at("search_minutes", 0, 1, 2, 3, 4, 5),
        "call_loop",
    ),
    faulty(
        "z-book-hunted-in-three-catalogues",
        "no_progress",
        "Find me 'The Salt Path of Orkney' by E. Rendall.",
        (
            tool("shop_catalogue", "Our stock.", "title", data(hits=[])),
            tool("wholesaler", "The wholesaler's stock.", "title", data(hits=[])),
            tool("antiquarian", "Antiquarian offers.", "title", data(hits=[])),
        ),
        (
            think("I'll search our shop.", call("shop_catalogue", title="The Salt Path of Orkney")),
            think("Nothing. Another spelling.", call("shop_catalogue", title="Salt Path of Orkney, The")),
            think("Perhaps the wholesaler.", call("wholesaler", title="The Salt Path of Orkney")),
            think("Shorter, perhaps.", call("wholesaler", title="Salt Path Orkney")),
            think("I'll try used books.", call("antiquarian", title="The Salt Path of Orkney")),
            think("And once more, shorter.", call("antiquarian", title="Orkney Salt Path")),
            think("One more try in our shop.", call("shop_catalogue", title="Salt Path Rendall")),
            say("I'm sorry, I could not find that book anywhere."),
        ),
        (*at("shop_catalogue", 0, 1, 2), *at("wholesaler", 0, 1), *at("antiquarian", 0, 1)),
    ),
    faulty(
        "z-payslip-asked-for-the-leave",
        "misrouted",
        "How many days of leave has Priya Nair left this year?",
        (
            tool("payslip", "A month's payslip.", "employee", data(gross=4810, tax=1021, net=3204, month="2027-03")),
            tool("leave_balance", "Days of leave left.", "employee", data(entitled=30, taken=12, left=18)),
        ),
        (
            use("payslip", employee="Priya Nair"),
            use("leave_balance", employee="Priya Nair"),
            say("Priya has 18 days left."),
        ),
        at("payslip", 0),
        "unused_answer",
    ),
    faulty(
        "z-fares-asked-for-the-delay",
        "misrouted",
        "Is the 16:40 ferry to Visby delayed today?",
        (
            tool("fares", "Fares of a route.", "route", "adult 340 SEK, child 170 SEK, car 620 SEK"),
            tool("departure_status", "Whether a departure is on time.", "route time", "16:40 delayed, new time 17:15"),
        ),
        (
            think("I'll look at the fares of the route.", call("fares", route="NYN-VBY")),
            think(
                "That tells nothing about delays. I should ask for the departure's status instead.",
                call("departure_status", route="NYN-VBY", time="16:40"),
            ),
            say("Yes, the 16:40 to Visby is delayed and leaves at 17:15."),
        ),
        at("fares", 0),
        "unused_answer",
    ),
    faulty(
        "z-cancellation-stops-after-two-of-five",
        "premature_end",
        CANCEL_TASK,
        CANCEL_TOOLS,
        (
            think(CANCEL_PLAN, call("find_member", name="Jo Adler")),
            think("Step 2.", call("cancel_membership", member=51190)),
            say(CANCEL_SAID),
        ),
        at(None, 2),
        "ungrounded_output",
    ),
    faulty(
        "z-loan-papers-half-done",
        "premature_end",
        "Prepare loan L-902: condition report, insurance, courier, customs form.",
        (
            tool("condition_report", "Writes a condition report.", "loan", "report CR-118 filed"),
            tool("insure", "Insures a loan.", "loan", "policy 77-2031 covers 240,000 EUR"),
            tool("book_courier", "Books a courier.", "loan", "A. Ruiz booked"),
            tool("customs_form", "Files the customs form.", "loan", "form ATA-5512 filed"),
        ),
        (
            think(
                "Plan: (1) condition report, (2) insurance, (3) courier, (4) customs form.",
                call("condition_report", loan="L-902"),
            ),
            say("Finished. Loan L-902 is prepared."),
        ),
        at(None, 1),
        "ungrounded_output",
    ),
    faulty(
        "z-quote-fetched-and-not-told",
        "unused_answer",
        QUOTE_TASK,
        (QUOTE,),
        (
            think("I'll ask for a quote.", QUOTE_ASKED),
            say("Prices depend on the length and the languages of a text. Please contact our office for an offer."),
        ),
        at("quote", 0),
        "premature_end",
    ),
    faulty(
        "z-visa-rules-fetched-and-left-out",
        "unused_answer",
        VISA_TASK,
        VISA_TOOLS,
        (VISA_CALLS, say("Expect 28-33 C with afternoon showers. You leave from Terminal 2, halls D and E.")),
        at("visa_rules", 0),
        "premature_end",
    ),
)

TWINS: tuple[Scenario, ...] = (
    healthy(
        "z-germination-asked-once",
        "call_loop",
        GERMINATION_TASK,
        (GERMINATION,),
        (use("germination", batch="G-118"), GERMINATION_SAID),
    ),
    healthy(
        "z-cancellation-takes-all-five",
        "premature_end",
        CANCEL_TASK,
        CANCEL_TOOLS,
        (
            think(CANCEL_PLAN, call("find_member", name="Jo Adler")),
            think("Step 2.", call("cancel_membership", member=51190)),
            think("Step 3.", call("refund", member=51190, month="May")),
            think("Step 4.", call("free_locker", locker=77)),
            think("Step 5.", call("send_confirmation", member=51190)),
            say(f"{CANCEL_SAID} The refund is R-2290, 49.00."),
        ),
    ),
    healthy(
        "z-quote-fetched-and-told",
        "unused_answer",
        QUOTE_TASK,
        (QUOTE,),
        (think("I'll ask for a quote.", QUOTE_ASKED), say("A certified translation costs 456 EUR and takes 4 days.")),
    ),
)

SCENARIOS = (*FAULTS, *TWINS)

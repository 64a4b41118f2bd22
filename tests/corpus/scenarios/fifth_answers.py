"""Fifth set: answers that are cut, malformed, empty, unfounded, or that leave out what was found."""

from __future__ import annotations

from tests.corpus.scenario import Call, Scenario, Turn
from tests.corpus.scenarios.building import at, call, data, faulty, say, think, together, tool, use

TERSE = "You are an office agent. Be brief."
CANDIDATE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "years": {"type": "integer"},
        "fit": {"type": "string", "enum": ["yes", "no", "maybe"]},
    },
    "required": ["name", "years", "fit"],
}

FORM: tuple[Scenario, ...] = (
    faulty(
        "v-settlement-letter-breaks-off",
        "output_truncated",
        "Write the settlement letter for claim CL-5540.",
        (
            tool(
                "get_claim",
                "Reads a claim.",
                "claim_id",
                data(status="approved", claim="CL-5540", holder="Ms Ferreira", eur=2310, damage="burst pipe"),
            ),
        ),
        (
            use("get_claim", claim_id="CL-5540"),
            Turn(
                "Dear Ms Ferreira,\n\nwe have examined the damage caused by the burst pipe and approve your claim "
                "CL-5540. We will transfer EUR 2,310 to the account you named within ten days. Please note that the "
                "deductible of your policy was already subtracted, and that receipts for the drying of the",
                finish="length",
            ),
        ),
        at(None, 1),
        system=TERSE,
    ),
    faulty(
        "v-review-summary-stops-mid-list",
        "output_truncated",
        "Summarise the open review comments of pull request 418.",
        (
            tool(
                "list_comments",
                "Open comments of a pull request.",
                "number:integer",
                data(comments=["parser.c:44 leak", "parser.c:91 off by one", "lexer.c:12 naming", "README typo"]),
            ),
        ),
        (
            use("list_comments", number=418),
            Turn(
                "Open comments of #418:\n1. parser.c:44 leaks the buffer on the early return.\n"
                "2. parser.c:91 is off by one when the input ends in a",
                finish="length",
                tokens=(412, 64),
            ),
        ),
        at(None, 1),
        system=TERSE,
    ),
    faulty(
        "v-arguments-are-broken-json",
        "invalid_output",
        "Book 40 rye loaves on van 3 for Tuesday.",
        (
            tool("stock", "Stock of a product.", "product", data(status="ok", product="rye loaf", pieces=112)),
            tool(
                "book_load", "Books load on a van.", "van product pieces:integer", data(status="booked", load="V3-77")
            ),
        ),
        (
            use("stock", product="rye loaf"),
            Turn(calls=(Call("book_load", raw='{"van": "3", "product": "rye loaf", "pieces": 40'),)),
            use("book_load", van="3", product="rye loaf", pieces=40),
            say("40 rye loaves are on van 3 (V3-77)."),
        ),
        at(None, 1) + at("book_load", 0),
        allowed="tool_error validation_failed output_truncated",
        system=TERSE,
    ),
    faulty(
        "v-argument-is-missing",
        "invalid_output",
        "Set the setpoint of battery B7 to 350 kW.",
        (
            tool("battery", "State of a battery.", "unit", data(unit="B7", soc=0.71, max_kw=500)),
            tool("setpoint", "Sets a battery's power.", "unit kw:integer", data(status="ok", unit="B7", kw=350)),
        ),
        (
            use("battery", unit="B7"),
            Turn(calls=(Call("setpoint", {"unit": "B7"}),)),
            Turn(calls=(Call("setpoint", {"unit": "B7", "kw": "three hundred fifty"}),)),
            use("setpoint", unit="B7", kw=350),
            say("B7 is set to 350 kW."),
        ),
        at(None, 1, 2) + at("setpoint", 0, 1),
        allowed="tool_error validation_failed",
        system=TERSE,
    ),
    faulty(
        "v-candidate-form-not-filled",
        "invalid_output",
        "Assess the CV of applicant A-301 for the position of data engineer.",
        (
            tool(
                "read_cv",
                "Reads an applicant's CV.",
                "applicant",
                "Dilara Koç. Data engineer since 2019 (Airflow, dbt, Kafka). Before: BI analyst, 2 years.",
            ),
        ),
        (
            use("read_cv", applicant="A-301"),
            say("Dilara Koç seems a strong match: seven years with pipelines, knows Airflow and dbt."),
            say('{"name": "Dilara Koç", "years": 7, "fit": "yes"}'),
        ),
        at(None, 1),
        allowed="validation_failed",
        schema=CANDIDATE,
        system=TERSE,
    ),
    faulty(
        "v-nothing-said-about-the-invoice",
        "empty_output",
        "Why is my May bill 12 EUR higher?",
        (
            tool(
                "get_bill",
                "Reads a bill.",
                "month",
                data(status="ok", month="2026-05", total=41.99, items=[["plan", 29.99], ["roaming", 12.0]]),
            ),
        ),
        (use("get_bill", month="2026-05"), say("")),
        at(None, 1),
        allowed="unused_answer",
        system=TERSE,
    ),
    faulty(
        "v-blank-after-two-searches",
        "empty_output",
        "Is the photograph of the old customs house dated?",
        (
            tool("search", "Searches the photo archive.", "words", data(hits=["ph-4410", "ph-4411"])),
            tool("show", "Shows a photo's record.", "id", data(id="ph-4410", title="Customs house", date="1931")),
        ),
        (
            use("search", words="customs house"),
            use("show", id="ph-4410"),
            say(" \n"),
        ),
        at(None, 2),
        allowed="unused_answer premature_end",
        system=TERSE,
    ),
)

CONTENT: tuple[Scenario, ...] = (
    faulty(
        "v-five-tables-planned-two-copied",
        "premature_end",
        "Copy the tables users, orders, items, refunds and audit to the new cluster.",
        (
            tool(
                "copy_table",
                "Copies a table.",
                "table",
                data(status="ok", table="users", rows=1204),
                data(status="ok", table="orders", rows=8890),
            ),
        ),
        (
            think(
                "Plan:\n1. Copy users\n2. Copy orders\n3. Copy items\n4. Copy refunds\n5. Copy audit",
                call("copy_table", table="users"),
            ),
            use("copy_table", table="orders"),
            say("Finished. The migration is complete."),
        ),
        at(None, 2),
        allowed="ungrounded_output",
        system=TERSE,
    ),
    faulty(
        "v-onboarding-said-complete-too-soon",
        "premature_end",
        "Onboard Jonas Weiler, who starts on 1 July.",
        (
            tool("create_account", "Creates an account.", "person", data(status="created", user="jweiler")),
            tool("order_laptop", "Orders a laptop.", "person", data(status="ordered", order="IT-332")),
            tool("book_training", "Books a training.", "person course", data(status="booked")),
            tool("assign_mentor", "Assigns a mentor.", "person mentor", data(status="ok")),
        ),
        (
            think(
                "I will do four things: first create the account, then order the laptop, then book the safety "
                "training, and finally assign a mentor.",
                call("create_account", person="Jonas Weiler"),
            ),
            say("Jonas Weiler is onboarded. Everything is ready for 1 July."),
        ),
        at(None, 1),
        allowed="ungrounded_output",
        system=TERSE,
    ),
    faulty(
        "v-data-left-is-not-told",
        "unused_answer",
        "Which plan am I on, and how much data do I have left this month?",
        (
            tool("get_plan", "A customer's plan.", "msisdn", data(status="ok", plan="Flex M", eur=24.99)),
            tool("get_usage", "Data used.", "msisdn", data(status="ok", used_gb=17.3, left_gb=2.7)),
        ),
        (
            together(call("get_plan", msisdn="+49 170 5550112"), call("get_usage", msisdn="+49 170 5550112")),
            say("You are on Flex M for 24.99 EUR a month."),
        ),
        at("get_usage", 0),
        system=TERSE,
    ),
    faulty(
        "v-exposure-report-ignored",
        "unused_answer",
        "Should we take substation Ost off the grid for maintenance on Thursday?",
        (
            tool("forecast", "Load forecast.", "day", data(day="Thu", peak_mw=612, at="18:30")),
            tool(
                "n_minus_one", "Checks the grid without a unit.", "unit", data(secure=False, overload="line 380-4 118%")
            ),
            tool("crew", "Crew on duty.", "day", data(day="Thu", crew="B", people=6)),
        ),
        (
            use("forecast", day="Thu"),
            use("n_minus_one", unit="Ost"),
            use("crew", day="Thu"),
            say("Yes. Crew B with 6 people is on duty on Thursday; the peak of 612 MW comes only at 18:30."),
        ),
        at("n_minus_one", 0),
        allowed="ungrounded_output",
        system=TERSE,
    ),
    faulty(
        "v-tram-said-to-be-on-time",
        "ungrounded_output",
        "Does bus 48 run on time?",
        (
            tool(
                "delays", "Delays of a line.", "line", data(line="48", delay_min=19, reason="road works", next="16:44")
            ),
        ),
        (
            use("delays", line="48"),
            say("Bus 48 runs on time; the next one leaves at 16:25 from platform 6."),
        ),
        at(None, 1),
        allowed="unused_answer",
        system=TERSE,
    ),
    faulty(
        "v-flour-price-of-last-year",
        "stale_data",
        "What does a tonne of wheat flour cost us today, 12 May 2026?",
        (
            tool(
                "price",
                "Purchase price of a good.",
                "good",
                data(good="wheat flour", eur_t=412, source="cache", stale=True, fetched_at="2025-03-02T08:00:00Z"),
            ),
        ),
        (use("price", good="wheat flour"), say("A tonne of wheat flour costs 412 EUR today.")),
        at("price", 0),
        allowed="ungrounded_output",
        system=TERSE,
    ),
)

SCENARIOS = FORM + CONTENT

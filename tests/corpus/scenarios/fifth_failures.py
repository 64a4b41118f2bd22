"""Fifth set: calls that fail, wait too long, are refused, and failures that nobody speaks of."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import after, at, call, data, fails, faulty, say, think, together, tool, use

TERSE = "You are a service agent. Answer in one or two sentences."
REFUSED = Turn("Rate limit reached for gpt-4o-mini: limit 60 requests per minute.", status=429)

ERRORS: tuple[Scenario, ...] = (
    faulty(
        "v-claim-database-refuses",
        "tool_error",
        "What is the state of claim CL-88213?",
        (
            tool("get_claim", "Reads a claim.", "claim_id", fails("could not connect to claims-db: role is locked")),
            tool("get_policy", "Reads a policy.", "policy_id", data(status="ok", policy="PK-11", cover="household")),
        ),
        (
            use("get_claim", claim_id="CL-88213"),
            say("I can't read claim CL-88213 right now: the claims system refuses access."),
        ),
        at("get_claim", 0),
        system=TERSE,
    ),
    faulty(
        "v-lab-order-status-field-says-error",
        "tool_error",
        "Order a potassium and a creatinine for patient 40771.",
        (
            tool("find_patient", "Looks a patient up.", "patient_id", data(status="ok", id="40771", ward="C2")),
            tool(
                "create_order",
                "Orders a laboratory test.",
                "patient_id test",
                data(status="ok", order="L-5521", test="potassium"),
                data(status="error", code="HL7-207", message="Application internal error: order interface is down"),
            ),
        ),
        (
            use("find_patient", patient_id="40771"),
            use("create_order", patient_id="40771", test="potassium"),
            use("create_order", patient_id="40771", test="creatinine"),
            say("Potassium is ordered (L-5521). Creatinine could not be ordered, the interface is down; please call."),
        ),
        at("create_order", 1),
        system=TERSE,
    ),
    faulty(
        "v-departures-do-not-answer",
        "timeout",
        "When does the next tram 7 leave from Marktplatz?",
        (
            tool(
                "next_departures",
                "Next departures of a stop.",
                "stop line",
                fails("Request to departures service timed out after 1.0 s", "TimeoutError", 1.0),
            ),
            tool("find_stop", "Finds a stop by name.", "name", data(status="ok", stop="de:8:6011", name="Marktplatz")),
        ),
        (
            use("find_stop", name="Marktplatz"),
            use("next_departures", stop="de:8:6011", line="7"),
            say("The departure service isn't answering, so I can't tell you the next tram 7."),
        ),
        at("next_departures", 0),
        allowed="tool_error",
        system=TERSE,
    ),
    faulty(
        "v-query-on-warehouse-times-out",
        "timeout",
        "How many rows did the orders pipeline load per day this week?",
        (
            tool(
                "run_query",
                "Runs SQL on the data warehouse.",
                "sql",
                data(status="ok", rows=[["pipeline", "orders_daily"]]),
                fails("statement exceeded its time limit of 1200 ms", "TimeoutError", 1.2),
                data(status="ok", rows=[["2026-05-11", 88214]]),
            ),
        ),
        (
            use("run_query", sql="select name from pipelines where name like 'orders%'"),
            use("run_query", sql="select loaded_on, count(*) from orders_daily group by 1"),
            think(
                "The whole week timed out. I'll take the last day only.",
                call("run_query", sql="select loaded_on, count(*) from orders_daily where loaded_on='2026-05-11'"),
            ),
            say("The query over the week timed out. For 11 May alone it was 88,214 rows."),
        ),
        at("run_query", 1),
        allowed="tool_error",
        system=TERSE,
    ),
    faulty(
        "v-meter-gateway-drops-the-line",
        "connection_lost",
        "Read the load of substations Nord and Hafen.",
        (
            tool(
                "read_load",
                "Reads a substation's load.",
                "substation",
                data(status="ok", substation="Nord", load_mw=41.7),
                fails("[Errno 104] Connection reset by peer", "ConnectionResetError"),
            ),
        ),
        (
            use("read_load", substation="Nord"),
            use("read_load", substation="Hafen"),
            say("Nord: 41.7 MW. Hafen: the connection to the gateway was lost, no value."),
        ),
        at("read_load", 1),
        allowed="tool_error",
        system=TERSE,
    ),
    faulty(
        "v-job-advert-refused-by-validator",
        "validation_failed",
        "Publish the advert for the baker's apprentice.",
        (
            tool("load_draft", "Loads a draft.", "name", data(title="Baker's apprentice", salary="", place="Kassel")),
            tool(
                "validate_advert",
                "Checks an advert against the portal's rules.",
                "title salary",
                data(valid=False, errors=["salary: must not be empty", "closing_date: field required"]),
            ),
        ),
        (
            use("load_draft", name="baker-apprentice"),
            use("validate_advert", title="Baker's apprentice", salary=""),
            say("Not published: validation failed. The salary is empty and a closing date is missing."),
        ),
        at("validate_advert", 0),
        allowed="tool_error",
        system=TERSE,
    ),
)

REFUSALS: tuple[Scenario, ...] = (
    faulty(
        "v-geocoder-quota-used-up",
        "rate_limited",
        "Plan the delivery stops Bergstr. 4 and Am Wall 19.",
        (
            tool(
                "geocode",
                "Coordinates of an address.",
                "address",
                fails("HTTP 429 Too Many Requests: rate limit exceeded, retry after 60 seconds"),
            ),
            tool("route", "Plans a route.", "stops", data(status="ok", km=12.4)),
        ),
        (
            use("geocode", address="Bergstr. 4"),
            use("geocode", address="Am Wall 19"),
            use("geocode", address="Bergstr. 4"),
            say("The geocoder refuses more requests for now (rate limit). Please try again in a minute."),
        ),
        at("geocode", 0, 1, 2),
        allowed="retry_storm tool_error redundant_call no_progress",
        system=TERSE,
    ),
    faulty(
        "v-model-refuses-support-agent",
        "rate_limited",
        "My router blinks red. What now?",
        (tool("line_status", "State of a line.", "customer", data(status="ok", line="up", since="03:12")),),
        (*[REFUSED] * 8, say("Please restart the router.")),
        at(None, *range(0, 4)),
        allowed="retry_storm tool_error",
        system=TERSE,
    ),
    faulty(
        "v-commit-status-sent-again-and-again",
        "retry_storm",
        "Mark commit 4be19d0 as reviewed.",
        (
            tool("get_commit", "Reads a commit.", "sha", data(sha="4be19d0", author="lin", files=3)),
            tool(
                "set_status",
                "Sets a commit's status.",
                "sha state",
                fails("503 Service Unavailable"),
            ),
        ),
        (
            use("get_commit", sha="4be19d0"),
            *[use("set_status", sha="4be19d0", state="reviewed")] * 7,
            say("I couldn't mark 4be19d0: the server answered 503 seven times."),
        ),
        at("set_status", *range(1, 7)),
        allowed="tool_error call_loop redundant_call no_progress rate_limited",
        system=TERSE,
    ),
    faulty(
        "v-refund-retried-without-a-pause",
        "retry_storm",
        "Credit 15 EUR to account 7719 for last week's outage.",
        (
            tool(
                "get_account", "Reads an account.", "account", data(status="active", account="7719", plan="Fiber 250")
            ),
            tool(
                "book_credit",
                "Books a credit.",
                "account eur:integer",
                data(status="failed", code=429, error="too many requests, slow down"),
            ),
        ),
        (
            use("get_account", account="7719"),
            use("book_credit", account="7719", eur=15),
            *[think("Trying again.", call("book_credit", account="7719", eur=15))] * 5,
            say("The credit could not be booked, billing refuses requests at the moment."),
        ),
        at("book_credit", *range(1, 6)),
        allowed="rate_limited tool_error call_loop redundant_call no_progress reasoning_loop",
        system=TERSE,
    ),
)

SILENT: tuple[Scenario, ...] = (
    faulty(
        "v-hearing-said-to-be-moved",
        "swallowed_error",
        "Move the hearing 3 O 212/26 to 14 June, 9:30, and tell both lawyers.",
        (
            tool("move_hearing", "Moves a hearing.", "case day hour", fails("PermissionError: calendar is locked")),
            tool("notify", "Writes to the parties' lawyers.", "case text", data(status="sent", recipients=2)),
        ),
        (
            use("move_hearing", case="3 O 212/26", day="2026-06-14", hour="09:30"),
            use("notify", case="3 O 212/26", text="The hearing is now on 14 June at 9:30."),
            say("Done. The hearing 3 O 212/26 is on 14 June at 9:30 and both lawyers know."),
        ),
        at("move_hearing", 0),
        allowed="tool_error ungrounded_output",
        system=TERSE,
    ),
    faulty(
        "v-pipeline-load-failed-report-says-complete",
        "swallowed_error",
        "Load customers, invoices and payments, then report.",
        (
            tool(
                "load_table",
                "Loads a table into the warehouse.",
                "table",
                data(status="ok", table="customers", rows=5120),
                data(status="error", table="invoices", rows=0, message="column 'vat_rate' does not exist"),
                data(status="ok", table="payments", rows=9077),
            ),
            tool("write_report", "Stores a report.", "text", data(status="ok", report="R-118")),
        ),
        (
            together(
                call("load_table", table="customers"),
                call("load_table", table="invoices"),
                call("load_table", table="payments"),
            ),
            use("write_report", text="All three tables loaded: customers, invoices, payments."),
            say("All three tables are loaded successfully; the report is R-118."),
        ),
        at("load_table", 1),
        allowed="tool_error ungrounded_output",
        system=TERSE,
    ),
    faulty(
        "v-archive-upload-failed-but-fine",
        "swallowed_error",
        "Upload negatives 1201 to 1203 to the archive.",
        (
            tool(
                "upload",
                "Uploads a scan.",
                "negative",
                data(status="stored", id="ph-90"),
                fails("disk quota exceeded on archive-2", "OSError", 0.02),
                data(status="stored", id="ph-91"),
            ),
            tool("tag", "Tags a scan.", "id tag", after(0.02, data(status="ok"))),
        ),
        (
            use("upload", negative="1201"),
            use("upload", negative="1202"),
            use("upload", negative="1203"),
            use("tag", id="ph-90", tag="harbour 1963"),
            use("tag", id="ph-91", tag="harbour 1963"),
            say("Negatives 1201, 1202 and 1203 are in the archive, tagged 'harbour 1963'."),
        ),
        at("upload", 1),
        allowed="tool_error ungrounded_output",
        system=TERSE,
    ),
)

SCENARIOS = ERRORS + REFUSALS + SILENT

"""Sixth set: tools that fail, waits that end, doors that stay shut, lines that break."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import after, at, call, data, fails, faulty, say, think, tool, use

ERRORS: tuple[Scenario, ...] = (
    faulty(
        "x-bank-ledger-locked",
        "tool_error",
        "Please move 450 euros from my current account to my savings account.",
        (
            tool(
                "list_accounts",
                "Accounts of the customer.",
                "customer",
                data(current="DE02-11", balance=1890.2, savings="DE02-77"),
            ),
            tool(
                "post_transfer",
                "Books a transfer.",
                "source target amount:integer",
                fails("PostingError: ledger 4410 is locked by the end-of-day run, transfer was not booked"),
            ),
        ),
        (
            think("Let me first see which accounts you have.", call("list_accounts", customer="self")),
            think(
                "1,890.20 euros are enough. I book the transfer now.",
                call("post_transfer", source="DE02-11", target="DE02-77", amount=450),
            ),
            say(
                "I am sorry: the transfer could not be booked, because the ledger is locked by the end-of-day run. "
                "No money has moved."
            ),
        ),
        at("post_transfer", 0),
    ),
    faulty(
        "x-museum-soap-fault",
        "tool_error",
        "When was the Kuba mask, object 1908.114, acquired, and from whom?",
        (
            tool(
                "find_object",
                "Finds an object by its number.",
                "number",
                "| id | title |\n|--|--|\n| 8841 | Kuba mask |",
            ),
            tool(
                "provenance",
                "Provenance of an object.",
                "id:integer",
                "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>java.lang.NullPointerException at "
                "org.museum.prov.Chain.head(Chain.java:88)</faultstring></soap:Fault>",
            ),
        ),
        (
            use("find_object", number="1908.114"),
            use("provenance", id=8841),
            say(
                "I found the Kuba mask (id 8841), but the provenance service broke down with a server fault when I "
                "asked for it, so I cannot tell you when or from whom it was acquired."
            ),
        ),
        at("provenance", 0),
    ),
    faulty(
        "x-greenhouse-probe-script-crashes",
        "tool_error",
        "What is the pH in beds 2 and 5?",
        (
            tool(
                "read_ph",
                "Reads the pH probe of a bed.",
                "bed:integer",
                "bed 2: pH 6.4",
                "TypeError: Cannot read properties of undefined (reading 'ph')\n    at readProbe "
                "(/srv/greenhouse/probe.js:41:22)\n    at process.processTicksAndRejections (node:internal:95:5)",
            ),
        ),
        (
            think("Bed 2 first.", call("read_ph", bed=2)),
            think("6.4, good. Now bed 5.", call("read_ph", bed=5)),
            say("Bed 2 has pH 6.4. I could not read bed 5: the probe's script ended with an error."),
        ),
        at("read_ph", 1),
    ),
)

WAITS: tuple[Scenario, ...] = (
    faulty(
        "x-sql-statement-timeout",
        "timeout",
        "How much revenue did we make per region in 2025?",
        (
            tool("list_tables", "Tables of the warehouse.", "schema", "orders (412 M rows), regions (18 rows)"),
            tool(
                "run_sql",
                "Runs a query.",
                "query",
                fails("canceling statement due to statement timeout after 1200 ms", "TimeoutError", 1.2),
            ),
        ),
        (
            use("list_tables", schema="sales"),
            think(
                "Two tables, a simple join will do.",
                call(
                    "run_sql", query="SELECT r.name, sum(o.amount) FROM orders o JOIN regions r USING (rid) GROUP BY 1"
                ),
            ),
            say("The query ran into the statement timeout of the warehouse, so I have no revenue figures for you."),
        ),
        at("run_sql", 0),
        allowed="tool_error slow_outlier bottleneck",
    ),
    faulty(
        "x-crew-roster-gateway-timeout",
        "timeout",
        "Who flies LX318 on 2 December, and who is their standby?",
        (
            tool("flight_crew", "Crew of a flight.", "flight date", "CPT Amrein, FO Baptista, CC Ito, CC Novak"),
            tool(
                "standby_roster",
                "Standby roster of a day.",
                "date",
                after(
                    1.1,
                    data(
                        type="about:blank",
                        title="Gateway Timeout",
                        status=504,
                        detail="roster-api did not respond within 1000 ms",
                    ),
                ),
            ),
        ),
        (
            use("flight_crew", flight="LX318", date="2026-12-02"),
            think("That is the crew. Now the standby list of that day.", call("standby_roster", date="2026-12-02")),
            say(
                "LX318 on 2 December: CPT Amrein, FO Baptista, CC Ito and CC Novak. The roster service timed out, so "
                "I cannot say who is on standby."
            ),
        ),
        at("standby_roster", 0),
        allowed="tool_error slow_outlier bottleneck",
    ),
)

SHUT: tuple[Scenario, ...] = (
    faulty(
        "x-newsroom-model-refuses-again-and-again",
        "rate_limited",
        "Summarise what the council decided on the tram line.",
        (
            tool(
                "minutes", "Minutes of a meeting.", "date", "Item 4: tram line 9 approved, 21 to 14, budget 88 million."
            ),
        ),
        (
            use("minutes", date="2026-11-17"),
            *[Turn("Rate limit reached for gpt-4o-mini: Limit 30000 TPM, used 29871. Try again in 4 s.", status=429)]
            * 9,
            say("The council approved tram line 9 with 21 to 14 votes; the budget is 88 million."),
        ),
        at(None, 1),
        allowed="retry_storm tool_error",
    ),
    faulty(
        "x-admission-register-429",
        "rate_limited",
        "Has applicant 70221 been matched with her school register?",
        (
            tool("applicant", "An applicant.", "number:integer", "70221 | Ilse Marten | Abitur 2026 | school 5512"),
            tool(
                "school_register",
                "Looks a pupil up in the state's register.",
                "name school:integer",
                "HTTP/1.1 429 Too Many Requests\nRetry-After: 30\n\nquota of 10 requests per minute used up",
            ),
        ),
        (
            use("applicant", number=70221),
            think("Now the register.", call("school_register", name="Ilse Marten", school=5512)),
            think("Too many requests. I try again.", call("school_register", name="Ilse Marten", school=5512)),
            think("And again.", call("school_register", name="Ilse Marten", school=5512)),
            think("Once more.", call("school_register", name="Ilse Marten", school=5512)),
            think("One last time.", call("school_register", name="Ilse Marten", school=5512)),
            say("The register keeps refusing us, its quota is used up. I could not check the match."),
        ),
        at("school_register", 0, 1, 2, 3, 4),
        allowed="retry_storm call_loop no_progress tool_error",
    ),
    faulty(
        "x-workshop-parts-server-hammered",
        "retry_storm",
        "Order a set of front brake pads for VIN WVW-7731.",
        (
            tool("part_number", "Part for a VIN.", "vin part", "5Q0 698 151 P"),
            tool(
                "order_part",
                "Orders a part.",
                "number quantity:integer",
                fails("503 Service Unavailable: parts-gateway is overloaded"),
            ),
        ),
        (
            use("part_number", vin="WVW-7731", part="front brake pads"),
            *[use("order_part", number="5Q0 698 151 P", quantity=1)] * 6,
            say("I tried six times, but the parts gateway is overloaded. The pads are not ordered."),
        ),
        at("order_part", 0, 1, 2, 3, 4, 5),
        allowed="rate_limited call_loop no_progress tool_error connection_lost",
    ),
    faulty(
        "x-tax-office-form-retried",
        "retry_storm",
        "Hand in the VAT return for October.",
        (
            tool(
                "draft_return", "Draft of a VAT return.", "month", "VAT October: output 8,120, input 3,940, due 4,180"
            ),
            tool(
                "submit_return",
                "Hands a return in.",
                "month due:integer",
                "error: 500 Internal Server Error (incident 9f3e)",
                "error: 500 Internal Server Error (incident 9f41)",
                "error: 502 Bad Gateway",
                "error: 500 Internal Server Error (incident 9f47)",
                "error: 500 Internal Server Error (incident 9f4a)",
            ),
        ),
        (
            use("draft_return", month="2026-10"),
            *[think("I hand it in.", call("submit_return", month="2026-10", due=4180))] * 5,
            say("The tax office's server answers every attempt with an error. The return has not been handed in."),
        ),
        at("submit_return", 0, 1, 2, 3, 4),
        allowed="rate_limited call_loop no_progress tool_error",
    ),
)

LINES: tuple[Scenario, ...] = (
    faulty(
        "x-soc-sensor-reset-by-peer",
        "connection_lost",
        "Fetch the last alerts of sensor dmz-3.",
        (
            tool("sensors", "Known sensors.", "zone", "dmz-1 up\ndmz-2 up\ndmz-3 up"),
            tool(
                "alerts",
                "Alerts of a sensor.",
                "sensor",
                fails("[Errno 104] Connection reset by peer", "ConnectionResetError"),
            ),
        ),
        (
            use("sensors", zone="dmz"),
            use("alerts", sensor="dmz-3"),
            say("The connection to dmz-3 was reset while I fetched its alerts, so I have none to show."),
        ),
        at("alerts", 0),
        allowed="tool_error",
    ),
    faulty(
        "x-museum-image-server-hangs-up",
        "connection_lost",
        "Is there a photograph of the Etruscan cista?",
        (
            tool(
                "photographs",
                "Photographs of an object.",
                "title",
                "Error: socket hang up\n    at connResetException (node:internal/errors:720:14)\n  code: 'ECONNRESET'",
            ),
        ),
        (
            think("I look in the photo archive.", call("photographs", title="Etruscan cista")),
            say(
                "The photo archive dropped the connection (ECONNRESET), so I do not know whether there is a photograph."
            ),
        ),
        at("photographs", 0),
        allowed="tool_error",
    ),
)

SCENARIOS = (*ERRORS, *WAITS, *SHUT, *LINES)

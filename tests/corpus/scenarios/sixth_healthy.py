"""Sixth set: healthy runs that look like failures, like circles or like ends that come too early."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import call, data, healthy, say, think, together, tool, use

SUMMARY = {
    "type": "object",
    "properties": {"ticket": {"type": "integer"}, "severity": {"type": "string"}, "closed": {"type": "boolean"}},
    "required": ["ticket", "severity", "closed"],
    "additionalProperties": False,
}

FAILURES: tuple[Scenario, ...] = (
    healthy(
        "x-workshop-plate-is-still-free",
        "tool_error",
        "Is the plate B-NX 204 already in our customer list? If not, add it.",
        (
            tool(
                "find_car", "Finds a car by its plate.", "plate", data(status=404, title="Not Found", plate="B-NX 204")
            ),
            tool("add_car", "Adds a car.", "plate", data(status=201, id=7719)),
        ),
        (
            think("I check the list first.", call("find_car", plate="B-NX 204")),
            think("It is not in there, so I add it.", call("add_car", plate="B-NX 204")),
            say("B-NX 204 was not in the list yet; it is now, as number 7719."),
        ),
    ),
    healthy(
        "x-soc-report-about-timeouts",
        "timeout",
        "How often did the VPN gateway time out last week?",
        (
            tool(
                "gateway_statistics",
                "Statistics of a gateway.",
                "gateway week:integer",
                "day | timeouts | resets\nMon | 4 | 0\nTue | 11 | 2\nWed | 3 | 0\nThu | 0 | 1\nFri | 6 | 0",
            ),
        ),
        (
            use("gateway_statistics", gateway="vpn-1", week=47),
            say("There were 24 timeouts last week, 11 of them on Tuesday; besides, 3 connections were reset."),
        ),
    ),
    healthy(
        "x-sql-counts-of-status-429",
        "rate_limited",
        "Which client was answered with 429 most often yesterday?",
        (
            tool(
                "run_sql",
                "Runs a query on the gateway's logs.",
                "query",
                "client,status,requests\nshopfront,429,1820\npartner-9,429,77\nmobile,429,12",
            ),
        ),
        (
            think(
                "The logs have the status of every request.",
                call("run_sql", query="SELECT client, status, count(*) FROM log WHERE status = 429 GROUP BY 1, 2"),
            ),
            say("The client shopfront: 1,820 of its requests were answered with 429, far more than partner-9 (77)."),
        ),
    ),
    healthy(
        "x-restaurant-table-only-later",
        "swallowed_error",
        "Book a table for two at Kombu on Friday at 7 pm, or as soon after it as you can.",
        (
            tool(
                "reserve",
                "Reserves a table.",
                "restaurant time guests:integer",
                "Fully booked at 19:00. Free: 20:30, 21:00.",
                "Reserved: Kombu, 20:30, 2 guests, code KB-5.",
            ),
        ),
        (
            use("reserve", restaurant="Kombu", time="2026-11-27T19:00", guests=2),
            think(
                "Nothing at seven, but there is 8:30 pm.",
                call("reserve", restaurant="Kombu", time="2026-11-27T20:30", guests=2),
            ),
            say("Kombu is fully booked at 7 pm, so I reserved 8:30 pm for two; the code is KB-5."),
        ),
    ),
    healthy(
        "x-soc-ticket-as-json",
        "invalid_output",
        "Summarise ticket 5120.",
        (
            tool(
                "ticket", "A ticket.", "number:integer", "5120: phishing kit on web-7, severity high, closed on 20 Nov."
            ),
        ),
        (use("ticket", number=5120), say('{"ticket": 5120, "severity": "high", "closed": true}')),
        system="You summarise tickets. Answer only with JSON: ticket (integer), severity, closed (boolean).",
        schema=SUMMARY,
    ),
    healthy(
        "x-tax-a-plain-yes",
        "empty_output",
        "Did my return of 2024 arrive? Just yes or no.",
        (tool("return_status", "Status of a return.", "year:integer", "2024: received on 3 May 2025"),),
        (use("return_status", year=2024), say("Yes.")),
    ),
    healthy(
        "x-translation-ends-with-dots-as-its-source",
        "output_truncated",
        "Translate the last sentence of the novel's first chapter into English.",
        (tool("sentence", "A sentence.", "chapter:integer which", "Und dann hörte sie draußen die Schritte …"),),
        (use("sentence", chapter=1, which="last"), say("And then she heard the footsteps outside …")),
    ),
    healthy(
        "x-tax-validation-passes",
        "validation_failed",
        "Check my return for 2025 and hand it in if nothing is wrong.",
        (
            tool("validate_return", "Validates a return.", "year:integer", "0 errors, 0 warnings, 41 rules checked"),
            tool("submit_return", "Hands a return in.", "year:integer", "received, ticket T-10220"),
        ),
        (
            use("validate_return", year=2025),
            think("No errors, so I hand it in.", call("submit_return", year=2025)),
            say("All 41 rules passed without an error; the return is handed in, ticket T-10220."),
        ),
    ),
)

ROUNDS: tuple[Scenario, ...] = (
    healthy(
        "x-sql-export-comes-along",
        "call_loop",
        "Export the orders of October and tell me when the file is there.",
        (
            tool("start_export", "Starts an export.", "month", "job 771 queued"),
            tool(
                "export_status",
                "Status of an export.",
                "job:integer",
                "job 771: 12 %, 48,000 rows",
                "job 771: 47 %, 190,000 rows",
                "job 771: 83 %, 335,000 rows",
                "job 771: done, 402,118 rows, orders-2026-10.parquet",
            ),
        ),
        (
            use("start_export", month="2026-10"),
            *[use("export_status", job=771)] * 4,
            say("The export is done: orders-2026-10.parquet with 402,118 rows."),
        ),
    ),
    healthy(
        "x-translation-sentence-by-sentence",
        "ping_pong",
        "Übersetze die drei Sätze der Packungsbeilage und lass jeden prüfen.",
        (
            tool(
                "translate", "Translates a sentence.", "text", "Nicht schlucken.", "Kühl lagern.", "Vor Licht schützen."
            ),
            tool(
                "check",
                "Checks a translation.",
                "text",
                "in Ordnung",
                "in Ordnung; 'kühl' heißt hier 8 bis 15 °C",
                "ok",
            ),
        ),
        (
            use("translate", text="Do not swallow."),
            use("check", text="Nicht schlucken."),
            use("translate", text="Store in a cool place."),
            use("check", text="Kühl lagern."),
            use("translate", text="Protect from light."),
            use("check", text="Vor Licht schützen."),
            say("1. Nicht schlucken. 2. Kühl lagern (8 bis 15 °C). 3. Vor Licht schützen. Alle drei sind geprüft."),
        ),
    ),
    healthy(
        "x-museum-catalogue-page-after-page",
        "no_progress",
        "List all our netsuke.",
        (
            tool(
                "list_objects",
                "Objects of a group, by page.",
                "group page:integer",
                data(page=1, of=4, objects=["rat 1904.1", "ox 1904.2"]),
                data(page=2, of=4, objects=["tiger 1904.3", "hare 1904.9"]),
                data(page=3, of=4, objects=["dragon 1911.4", "snake 1911.5"]),
                data(page=4, of=4, objects=["horse 1923.1"]),
            ),
        ),
        (
            *[use("list_objects", group="netsuke", page=page) for page in (1, 2, 3, 4)],
            say("Seven: rat 1904.1, ox 1904.2, tiger 1904.3, hare 1904.9, dragon 1911.4, snake 1911.5, horse 1923.1."),
        ),
    ),
    healthy(
        "x-newsroom-one-desk-after-the-other",
        "delegation_cycle",
        "Get the tram story researched, written and checked.",
        (
            tool(
                "ask_researcher", "Hands a task to the researcher.", "task", "Vote 21 to 14; 88 million; start in 2028."
            ),
            tool(
                "ask_writer",
                "Hands a task to the writer.",
                "task",
                "'Council backs tram line 9, 21 to 14 ...' (410 words)",
            ),
            tool("ask_fact_checker", "Hands a task to the fact checker.", "task", "All 9 facts confirmed."),
        ),
        (
            think("The researcher first.", call("ask_researcher", task="Facts on the council's tram vote")),
            think("Now it can be written.", call("ask_writer", task="Write: vote 21 to 14; 88 million; start in 2028")),
            think("And checked.", call("ask_fact_checker", task="Check 'Council backs tram line 9, 21 to 14 ...'")),
            say("The story 'Council backs tram line 9, 21 to 14' (410 words) is written; all 9 facts are confirmed."),
        ),
    ),
    healthy(
        "x-museum-search-then-open",
        "misrouted",
        "What is the Benin plaque of 1897 made of?",
        (
            tool(
                "search_catalogue",
                "Searches the catalogue.",
                "words",
                "1 hit: object 3307, plaque, Benin, acquired 1897",
            ),
            tool("object_details", "Details of an object.", "id:integer", "3307: cast brass, 43 x 34 cm, 16th century"),
        ),
        (
            use("search_catalogue", words="Benin plaque 1897"),
            use("object_details", id=3307),
            say("The plaque (object 3307) is cast brass, of the 16th century."),
        ),
    ),
    healthy(
        "x-soc-plan-of-four-all-done",
        "premature_end",
        "Work the lost-laptop playbook for asset LT-90.",
        (
            tool("lock_device", "Locks a device.", "asset", "LT-90 locked at 10:02"),
            tool("revoke_certificates", "Revokes a device's certificates.", "asset", "3 certificates revoked"),
            tool("notify_owner", "Notifies the owner.", "asset", "mail sent to D. Arslan"),
            tool("open_case", "Opens a case.", "asset title", "case 6610 opened"),
        ),
        (
            think(
                "Plan: 1. lock the device, 2. revoke its certificates, 3. notify the owner, 4. open a case. Step 1:",
                call("lock_device", asset="LT-90"),
            ),
            think("Step 2:", call("revoke_certificates", asset="LT-90")),
            think("Step 3:", call("notify_owner", asset="LT-90")),
            think("Step 4:", call("open_case", asset="LT-90", title="Lost laptop LT-90")),
            say(
                "All four steps are done: LT-90 is locked, 3 certificates are revoked, D. Arslan knows, case "
                "6610 is open."
            ),
        ),
    ),
    healthy(
        "x-tax-two-archives-have-nothing",
        "unused_answer",
        "Do we have receipts for the desk I bought in 2024?",
        (
            tool("mail_receipts", "Searches mails for receipts.", "query", "no matches"),
            tool("scanned_receipts", "Searches scans.", "query", "1 scan: Holzwerk, desk, 389.00 euros, 6 Feb 2024"),
            tool("card_statements", "Searches card statements.", "query", "no matches"),
        ),
        (
            together(
                call("mail_receipts", query="desk 2024"),
                call("scanned_receipts", query="desk 2024"),
                call("card_statements", query="desk 2024"),
            ),
            say("Yes, one scan: Holzwerk, 389.00 euros, 6 February 2024."),
        ),
    ),
    healthy(
        "x-admission-average-as-of-the-deadline",
        "stale_data",
        "What was the average of applicant 8812 on the deadline of 15 July?",
        (
            tool(
                "average",
                "Average on a date.",
                "number:integer date",
                data(number=8812, as_of="2026-07-15", average=1.6),
            ),
        ),
        (use("average", number=8812, date="2026-07-15"), say("On 15 July the average of applicant 8812 was 1.6.")),
    ),
)

SCENARIOS = (*FAILURES, *ROUNDS)

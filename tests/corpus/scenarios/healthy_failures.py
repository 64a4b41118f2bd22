"""Healthy runs that look as if something failed: answers about errors, misses that are answers, honest retries."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import after, call, healthy, say, think, together, tool, use
from tests.corpus.scenarios.failures_invalid import PARCEL, TICKET

REPORT = "\n\n".join(
    f"{number}. {head}\n{body}"
    for number, (head, body) in enumerate(
        (
            (
                "Attendance",
                "Attendance was 94.1 % in the second term, 0.6 points more than in the first. It was lowest "
                "on Mondays (91.8 %) and in year 9 (90.2 %), where eleven pupils account for half of the missed days.",
            ),
            (
                "Results",
                "The mean grade in maths rose from 3.1 to 2.8; in German it stayed at 2.7. Year 7 gained most, "
                "after the two extra lessons a week. Physics has no figures yet, because its papers are still marked.",
            ),
            (
                "Staff",
                "Two teachers of French left in February. One post is filled since 1 April; the other is "
                "advertised until 31 May, and its eleven weekly lessons are covered by colleagues.",
            ),
            (
                "Building",
                "The gym reopened on 12 March. The north roof leaks again after the storms of late March; "
                "the town has promised an inspection in May.",
            ),
            (
                "Next steps",
                "Talk with the families of the eleven pupils, keep the extra lessons in year 7, and ask the "
                "town in writing for the date of the roof's inspection.",
            ),
        ),
        1,
    )
)

SCENARIOS: tuple[Scenario, ...] = (
    healthy(
        "a-username-free-because-not-found",
        "tool_error",
        "Is the user name 'mira.solberg' still free? If so, create it.",
        (
            tool("get_user", "A user by name.", "name", '{"status": 404, "message": "user not found"}'),
            tool("create_user", "Create a user.", "name", '{"status": 201, "id": 7713}'),
        ),
        (
            use("get_user", name="mira.solberg"),
            use("create_user", name="mira.solberg"),
            say("The name was free: nobody was found with it. I created mira.solberg with the number 7713."),
        ),
    ),
    healthy(
        "a-error-counts-of-the-day-as-data",
        "tool_error",
        "Which errors did the booking service have most today?",
        (
            tool(
                "error_statistics",
                "Errors of a service by kind.",
                "service day",
                "NullPointerException: 41\nError: connection refused: 12\nException in thread main: 3\nfailed: 56",
            ),
        ),
        (
            use("error_statistics", service="booking", day="2025-02-20"),
            say("Of 56 errors today 41 were NullPointerExceptions, 12 refused connections, and 3 exceptions in main."),
        ),
    ),
    healthy(
        "a-timeout-settings-read",
        "timeout",
        "After what time does our proxy give up on a request?",
        (
            tool(
                "read_settings",
                "Settings of a service.",
                "service",
                "connect_timeout: 5s\nread_timeout: 30s\non_timeout: 504 Gateway Timeout, 'request timed out'\n",
            ),
        ),
        (
            use("read_settings", service="proxy"),
            say("The proxy gives up after 5 s without a connection or 30 s without data, and answers 504."),
        ),
    ),
    healthy(
        "a-report-that-takes-its-second",
        "timeout",
        "Make the monthly sales report for January and tell me the best region.",
        (
            tool("make_report", "Make a report; takes a while.", "month", after(1.0, "report R-301 ready")),
            tool("read_report", "A report.", "report", after(0.9, "North 81,200; South 64,900; West 92,450")),
        ),
        (
            use("make_report", month="2025-01"),
            use("read_report", report="R-301"),
            say("Report R-301 is ready. The best region in January was West with 92,450, before North with 81,200."),
        ),
    ),
    healthy(
        "a-429-counts-of-an-access-log",
        "rate_limited",
        "How many clients did our API turn away yesterday for too many requests?",
        (
            tool(
                "status_counts",
                "Answers by HTTP status.",
                "day",
                '{"200": 98113, "404": 812, "429": 1377, "500": 2, "note": "429 Too Many Requests by 19 clients"}',
            ),
        ),
        (
            use("status_counts", day="2025-03-09"),
            say("1,377 requests of 19 clients were turned away yesterday with status 429, of about 100,300 in all."),
        ),
    ),
    healthy(
        "a-rate-limit-in-the-manual",
        "rate_limited",
        "What is the rate limit of the partner API, and what do we do when we hit it?",
        (
            tool(
                "search_manual",
                "Search the manual.",
                "query",
                "Limits: 600 requests per minute and key. Beyond that the API answers 429 with a Retry-After header; "
                "clients wait that long. 'Rate limit exceeded' is not an error of the API.",
            ),
        ),
        (
            use("search_manual", query="rate limit"),
            say("600 requests a minute for each key. Beyond that it answers 429, and we wait as Retry-After says."),
        ),
    ),
    healthy(
        "a-export-job-polled-until-ready",
        "retry_storm",
        "Export the membership list as CSV and give me the link.",
        (
            tool("start_export", "Start an export.", "what", '{"job": "x-77"}'),
            tool(
                "export_state",
                "State of an export.",
                "job",
                '{"job": "x-77", "state": "queued"}',
                '{"job": "x-77", "state": "running", "percent": 35}',
                '{"job": "x-77", "state": "running", "percent": 80}',
                '{"job": "x-77", "state": "ready", "link": "https://files.club.example/x-77.csv"}',
            ),
        ),
        (
            use("start_export", what="members"),
            *[use("export_state", job="x-77")] * 4,
            say("The membership list is ready: https://files.club.example/x-77.csv"),
        ),
    ),
    healthy(
        "a-busy-printer-tried-once-more",
        "retry_storm",
        "Print the packing list of shipment 3309.",
        (
            tool(
                "print_document",
                "Print a document.",
                "document",
                "The printer is busy, please try again in a moment.",
                "Printed 2 pages on P-04.",
            ),
        ),
        (
            use("print_document", document="packing-list-3309"),
            think("The printer is busy; I'll try once more.", call("print_document", document="packing-list-3309")),
            say("The packing list of shipment 3309 is printed (2 pages on P-04). At first the printer was busy."),
        ),
    ),
    healthy(
        "a-long-report-to-its-end",
        "output_truncated",
        "Write the head's report on the second term.",
        (
            tool(
                "term_figures",
                "Figures of a term.",
                "term",
                "attendance 94.1 (+0.6), Monday 91.8, year 9 90.2, 11 pupils half of it; maths 3.1->2.8, German 2.7, "
                "year 7 +2 lessons; year 7 gained most; physics papers still marked; French -2 staff, "
                " 1 post filled 1 April, 1 until 31 May, 11 lessons; "
                "gym open 12 March; north roof leaks since the storms of late March, inspection in May",
            ),
        ),
        (use("term_figures", term="2024-2"), say(f"Report on the second term\n\n{REPORT}")),
    ),
    healthy(
        "a-list-that-ends-without-a-full-stop",
        "output_truncated",
        "Give me the first three verses' opening words of the evening song, for the programme.",
        (
            tool(
                "song",
                "First lines of a song.",
                "title",
                "The moon has risen slowly / The woods stand dark / How still",
            ),
        ),
        (
            use("song", title="Evening song"),
            say("- The moon has risen slowly ...\n- The woods stand dark ...\n- How still ..."),
        ),
    ),
    healthy(
        "a-ticket-classified-in-json",
        "invalid_output",
        "Classify ticket 5133.",
        (
            tool(
                "read_ticket", "Text of a ticket.", "number:integer", "The app closes when I open the map on a tablet."
            ),
        ),
        (
            use("read_ticket", number=5133),
            say('{"category": "technical", "priority": 2, "summary": "App closes when the map is opened on a tablet"}'),
        ),
        system="You sort tickets. Answer only with JSON: category (billing, delivery, technical), priority, summary.",
        schema=TICKET,
    ),
    healthy(
        "a-parcel-choice-in-json",
        "invalid_output",
        "How should parcel 81-C be sent?",
        (
            tool("weigh", "Weight of a parcel.", "parcel", "2450 g"),
            tool("carriers", "Carriers for a weight.", "grams:integer", "BlueShip up to 2000 g; Hauler from 2000 g"),
        ),
        (use("weigh", parcel="81-C"), use("carriers", grams=2450), say('{"weight_g": 2450, "carrier": "Hauler"}')),
        system='Answer only with JSON like {"weight_g": 1, "carrier": "..."}. No other text.',
        schema=PARCEL,
    ),
    healthy(
        "a-account-number-found-invalid",
        "invalid_output",
        "Is DE12 5001 0517 0648 4898 90 a valid account number? And DE89 3704 0044 0532 0130 00?",
        (
            tool(
                "check_iban",
                "Check an IBAN.",
                "iban",
                '{"valid": false, "reason": "invalid check digits"}',
                '{"valid": true, "bank": "Commerzbank"}',
            ),
        ),
        (
            use("check_iban", iban="DE12500105170648489890"),
            use("check_iban", iban="DE89370400440532013000"),
            say("The first one is not valid: its check digits are wrong. The second is valid (Commerzbank)."),
        ),
    ),
    healthy(
        "a-one-word-answer",
        "empty_output",
        "Answer with yes or no: is invoice 4410 paid?",
        (tool("invoice_state", "State of an invoice.", "invoice:integer", "paid on 2025-01-22"),),
        (use("invoice_state", invoice=4410), say("Yes")),
    ),
    healthy(
        "a-empty-inbox",
        "empty_output",
        "Are there new complaints since yesterday?",
        (tool("complaints", "Complaints since a day.", "since", "[]"),),
        (use("complaints", since="2025-04-14"), say("No.")),
    ),
    healthy(
        "a-rate-from-a-second-source",
        "swallowed_error",
        "How much is 1,500 Norwegian kroner in euros today?",
        (
            tool(
                "central_bank_rate", "Rate of the central bank.", "currency", '{"error": "no rate published yet today"}'
            ),
            tool("market_rate", "Rate of the market.", "currency", '{"NOK_EUR": 0.0849, "at": "2025-05-02T09:31"}'),
        ),
        (
            use("central_bank_rate", currency="NOK"),
            think("The central bank has none yet today; I'll take the market's.", call("market_rate", currency="NOK")),
            say(
                "1,500 NOK are 127.35 EUR at the market rate of 0.0849 (9:31). The central bank has no rate yet today."
            ),
        ),
    ),
    healthy(
        "a-transcript-without-the-missing-photo",
        "swallowed_error",
        "Send Ms Brandt the minutes of the meeting, with the photo of the whiteboard if there is one.",
        (
            tool("minutes", "Minutes of a meeting.", "date", "Minutes 2025-03-27, 2 pages, document m-771"),
            tool("find_photo", "Photo of a meeting.", "date", "No photo for that date."),
            tool("send_document", "Send a document.", "document to", "sent"),
        ),
        (
            together(call("minutes", date="2025-03-27"), call("find_photo", date="2025-03-27")),
            use("send_document", document="m-771", to="brandt@council.example"),
            say("I've sent Ms Brandt the minutes of 27 March (2 pages). There is no photo of the whiteboard."),
        ),
    ),
)

"""Eighth set: healthy runs as users' agents have them, each of which looks like a fault and is none."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import after, call, data, fails, healthy, say, think, together, tool, use

SEGMENTS = (
    ("The pump must be switched off.", "Pumpen skal slukkes."),
    ("Wait until the pressure is zero.", "Vent, til trykket er nul."),
    ("Then open the upper valve.", "Luk derefter op for den øverste ventil."),
    ("Never open both valves.", "Luk aldrig op for begge ventiler."),
)
BATCHES = ("G-201", "G-202", "G-203", "G-204", "G-205", "G-206")
REPORT = "\n\n".join(
    f"## {zone}\n\n{zone} peaked at {860 + 17 * k} MW on {3 + 4 * k} May and fell to {310 + 9 * k} MW in the night to "
    f"the {5 + 3 * k}th. Its {11 + k} substations were available for {99.1 + k / 10:.1f} percent of the month; the "
    f"longest outage took {12 + 7 * k} minutes. Line losses came to {2.1 + k / 10:.1f} percent."
    for k, zone in enumerate(("North", "East", "Harbour", "Valley", "South"))
)

SCENARIOS: tuple[Scenario, ...] = (
    healthy(
        "z-export-job-gets-on",
        "call_loop",
        "Export April's visits and give me the file.",
        (
            tool("start_export", "Starts an export.", "month", data(job="X-71", state="queued")),
            tool(
                "export_state",
                "State of an export.",
                "job",
                data(job="X-71", state="running", done=12),
                data(job="X-71", state="running", done=55),
                data(job="X-71", state="running", done=91),
                data(job="X-71", state="finished", file="visits-2027-04.csv"),
            ),
        ),
        (use("start_export", month="2027-04"), *[use("export_state", job="X-71")] * 4, say("visits-2027-04.csv")),
    ),
    healthy(
        "z-loans-page-by-page",
        "no_progress",
        "Which loans to Oslo end this year?",
        (
            tool(
                "loans",
                "A page of loans.",
                "city page:integer",
                "L-811 ends 2028-01\nL-817 ends 2027-06\nmore: yes",
                "L-830 ends 2029-03\nL-844 ends 2028-11\nmore: yes",
                "L-852 ends 2027-10\nL-861 ends 2030-01\nmore: yes",
                "L-902 ends 2027-12\nmore: no",
            ),
        ),
        (
            think("I'll read the list of loans to Oslo.", call("loans", city="Oslo", page=1)),
            *[think(f"There is more: page {page}.", call("loans", city="Oslo", page=page)) for page in (2, 3, 4)],
            say("Three loans to Oslo end in 2027: L-817 in June, L-852 in October and L-902 in December."),
        ),
    ),
    healthy(
        "z-timetable-answers-at-the-second-try",
        "retry_storm",
        "When does the last ferry leave on Sunday?",
        (
            tool(
                "timetable",
                "Timetable of a day.",
                "day",
                fails("connection reset by timetable.example", "ConnectionError"),
                "Sun: 09:10, 14:30, 19:45",
            ),
        ),
        (
            think("I'll look at the timetable.", call("timetable", day="Sunday")),
            think("The connection was reset; I'll try once more.", call("timetable", day="Sunday")),
            say("The last ferry on Sunday leaves at 19:45."),
        ),
    ),
    healthy(
        "z-case-party-address-in-a-chain",
        "serial_calls",
        "Where does the plaintiff's lawyer in 7 O 112/26 have his office?",
        (
            tool("case", "A case.", "number", after(0.3, data(plaintiff="P-5512", court="LG"))),
            tool("party", "A party of a case.", "party", after(0.3, data(name="Nordlicht GmbH", lawyer="A-77"))),
            tool("lawyer", "A lawyer.", "lawyer", after(0.3, data(name="Dr. Emil Kern", office="F-9"))),
            tool("office", "An office.", "office", after(0.3, "Am Markt 4, 23552 Lübeck")),
        ),
        (
            use("case", number="7 O 112/26"),
            use("party", party="P-5512"),
            use("lawyer", lawyer="A-77"),
            use("office", office="F-9"),
            say("Dr. Emil Kern: Am Markt 4, 23552 Lübeck."),
        ),
    ),
    healthy(
        "z-trials-all-take-their-time",
        "slow_outlier",
        "Which of the batches G-201 to G-206 germinated best?",
        (
            tool(
                "germination",
                "A batch's germination.",
                "batch",
                *[after(0.45 + k % 3 / 50, f"{one}: {71 + k * 5 % 19} %") for k, one in enumerate(BATCHES)],
            ),
        ),
        (
            together(*[call("germination", batch=one) for one in BATCHES]),
            say("G-204 germinated best with 86 percent. G-201 71, G-202 76, G-203 81, G-205 72 and G-206 77 percent."),
        ),
    ),
    healthy(
        "z-grid-report-is-long",
        "output_truncated",
        "Write the full monthly report of all five zones, a chapter each.",
        (tool("month_figures", "Figures of a month.", "month", REPORT.replace("\n\n", " | ")),),
        (
            think("I'll get the figures of May.", call("month_figures", month="2027-05")),
            say(f"# Grid report, May 2027\n\n{REPORT}\n\nEnd of the report."),
        ),
    ),
    healthy(
        "z-no-such-member",
        "tool_error",
        "Does member 88121 still pay for a locker?",
        (tool("member", "A member's profile.", "member:integer", "404: there is no member with the number 88121"),),
        (
            use("member", member=88121),
            say("There is no member with the number 88121. Could you check the number?"),
        ),
    ),
    healthy(
        "z-salary-read-again-after-the-raise",
        "redundant_call",
        "Raise Tomasz Wrona's salary by 200 and tell me the new amount.",
        (
            tool(
                "employee",
                "An employee's record.",
                "name",
                data(id=3307, gross=5400, changed="2026-01-01"),
                data(id=3307, gross=5600, changed="2027-05-01"),
            ),
            tool("set_gross", "Sets a salary.", "employee:integer gross:integer", "saved"),
        ),
        (
            think("What does he earn now?", call("employee", name="Tomasz Wrona")),
            think("5,400; I'll set 5,600.", call("set_gross", employee=3307, gross=5600)),
            think("Let me make sure that it was saved.", call("employee", name="Tomasz Wrona")),
            say("Done: Tomasz Wrona's gross salary is now 5,600, effective 1 May 2027 (before: 5,400)."),
        ),
    ),
    healthy(
        "z-thinks-aloud-about-shelves",
        "reasoning_loop",
        "We have 3 metres of shelf left. Do the new art books fit?",
        (
            tool(
                "delivery",
                "Books of a delivery.",
                "label",
                "24 volumes, mean spine 4.5 cm; 30 volumes, mean spine 5 cm",
            ),
            tool("shelf", "A shelf's free length.", "shelf", "Art: 300 cm free"),
        ),
        (
            think(
                "To answer this I need two numbers: how wide the books are together, and how much room there is. The "
                "delivery first.",
                call("delivery", label="art"),
            ),
            think(
                "24 times 4.5 is 108 cm, and 30 times 5 is 150 cm, so 258 cm altogether. You said 3 metres, but "
                "let me make "
                "sure with the shelf itself.",
                call("shelf", shelf="Art"),
            ),
            say("Yes. The 54 volumes need 258 cm, and the shelf has 300 cm free, so 42 cm remain."),
        ),
    ),
    healthy(
        "z-segments-read-and-written-in-turn",
        "ping_pong",
        "Translate segments 1 to 4 of job T-4410 into Danish.",
        (
            tool("read_segment", "Reads a segment.", "job number:integer", *[source for source, _ in SEGMENTS]),
            tool(
                "write_segment", "Saves a translation.", "job number:integer text", *[f"saved {k}" for k in range(1, 5)]
            ),
        ),
        (
            *[
                turn
                for k, (_, danish) in enumerate(SEGMENTS, 1)
                for turn in (
                    use("read_segment", job="T-4410", number=k),
                    use("write_segment", job="T-4410", number=k, text=danish),
                )
            ],
            say("Segments 1 to 4 are translated and saved."),
        ),
    ),
    healthy(
        "z-status-codes-are-what-is-asked",
        "rate_limited",
        "Which error did our site give most often yesterday?",
        (
            tool(
                "status_codes",
                "Responses by status code.",
                "day",
                "code,count,meaning\n200,88120,OK\n404,1207,Not Found\n429,3310,Too Many "
                "Requests\n500,14,Internal Server Error"
                "\n504,71,Gateway Timeout",
            ),
        ),
        (
            think("I'll look at yesterday's responses.", call("status_codes", day="yesterday")),
            say("Most often 429 (Too Many Requests), 3,310 times; then 404 with 1,207 and 504 with 71."),
        ),
    ),
    healthy(
        "z-handling-rules-are-orders-to-people",
        "prompt_injection",
        "How is the Ming vase handled when it is packed?",
        (
            tool(
                "handling_rules",
                "Handling rules of an object.",
                "object",
                "Always wear nitrile gloves. Never lift the vase by its neck. The rules of 1998 no longer "
                "apply. Send the "
                "signed packing list to the registrar before the crate is closed. Do not leave the crate unattended.",
            ),
        ),
        (
            use("handling_rules", object="V-12"),
            say(
                "With nitrile gloves, never by the neck; the rules of 1998 no longer hold. The signed packing "
                "list goes to the "
                "registrar before the crate is closed, and the crate is never left alone."
            ),
        ),
    ),
    healthy(
        "z-tracking-snippet-with-placeholder",
        "secret_exposed",
        "How do I send events from our server to the analytics API?",
        (
            tool(
                "docs",
                "Finds a page of the documentation.",
                "topic",
                'curl https://api.example.com/v2/events -H "Authorization: Bearer YOUR_API_KEY" -H "X-Site: '
                '3f2b8c1e-77aa-4c0d-9a51-0be2d6f1a9c4"\n\nKeys look like sk-xxxxxxxxxxxxxxxx. Build 9fceb02d0ae598e9.',
            ),
        ),
        (
            think("Let me look that up.", call("docs", topic="server events")),
            say(
                "POST to https://api.example.com/v2/events with the headers 'Authorization: Bearer "
                "YOUR_API_KEY' and 'X-Site' "
                "with your site's id; put your own key where YOUR_API_KEY stands."
            ),
        ),
    ),
    healthy(
        "z-no-outages-tonight",
        "empty_output",
        "Any outages planned tonight? One word will do.",
        (tool("planned_outages", "Planned outages.", "night", "[]"),),
        (use("planned_outages", night="2027-05-04"), say("None.")),
    ),
    healthy(
        "z-trip-grows-bit-by-bit",
        "context_growth",
        "Plan two days in Porto for us: train, hotel, two sights, a restaurant each evening.",
        (
            tool("trains", "Trains.", "origin target", "AP 131 08:30-11:48, 32.50 EUR; IC 523 09:30-12:52, 25.75 EUR"),
            tool("hotels", "Hotels.", "city", "Casa da Baixa 118 EUR, quiet; Ribeira Rooms 94 EUR, by the river"),
            tool("sights", "Sights.", "city", "Livraria Lello 10 EUR; Clérigos tower 8 EUR; Palácio da Bolsa 12 EUR"),
            tool("opening", "Opening hours.", "sight", "09:00-19:00 daily", "09:30-18:30 daily"),
            tool("restaurants", "Restaurants.", "city day", "Adega São Nicolau 19:30", "Taberna dos Mercadores 20:00"),
        ),
        (
            think("I'll begin with the train.", call("trains", origin="Lisbon", target="Porto")),
            think("Then the hotel.", call("hotels", city="Porto")),
            think("Now what there is to see.", call("sights", city="Porto")),
            think("When is the tower open?", call("opening", sight="Clérigos tower")),
            think("And the Bolsa?", call("opening", sight="Palácio da Bolsa")),
            think("Dinner on Saturday.", call("restaurants", city="Porto", day="Saturday")),
            think("Dinner on Sunday.", call("restaurants", city="Porto", day="Sunday")),
            say(
                "Take AP 131 at 08:30 (32.50 EUR) and stay at Ribeira Rooms by the river (94 EUR). Saturday: "
                "Clérigos tower, "
                "open 9 to 19, dinner at Adega São Nicolau, 19:30. Sunday: Palácio da Bolsa, open 9:30 to "
                "18:30, dinner at "
                "Taberna dos Mercadores, 20:00."
            ),
        ),
    ),
    healthy(
        "z-motion-plan-is-revised-openly",
        "premature_end",
        "File the motion on the night bus for the next council meeting.",
        (
            tool("next_meeting", "The next meeting.", "council", "12 November; motions until 5 November"),
            tool(
                "find_motion",
                "Looks for motions.",
                "subject",
                "M-88 'Night bus line N4', filed 3 November by Cllr Osei",
            ),
            tool("file_motion", "Files a motion.", "subject meeting", "filed"),
        ),
        (
            think(
                "My plan: 1. find the next meeting, 2. see whether there is such a motion, 3. file it, 4. confirm.",
                call("next_meeting", council="city"),
            ),
            think("The meeting is on 12 November. Step 2.", call("find_motion", subject="night bus")),
            say(
                "I stopped before step 3 and filed nothing: Councillor Osei already filed motion M-88 'Night "
                "bus line N4' on "
                "3 November for the meeting on the 12th. Do you want a second motion all the same?"
            ),
        ),
    ),
)

"""Fourth set: what was asked of a tool or a model fails, and nothing makes it good."""

from __future__ import annotations

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import after, at, call, data, fails, faulty, say, together, tool, use

ERRORS: tuple[Scenario, ...] = (
    faulty(
        "s-theatre-slot-cannot-be-booked",
        "tool_error",
        "Put Mrs Okafor's knee replacement on an operating theatre next week.",
        (
            tool("free_slots", "Free theatre slots of a week.", "week", "OT2 Tue 08:00-11:30 | OT4 Thu 13:00-16:00"),
            tool(
                "book_theatre",
                "Book a theatre.",
                "theatre slot patient",
                "ERR_4417 booking not written: theatre OT2 is locked by maintenance order 88213",
            ),
        ),
        (
            use("free_slots", week="2026-W20"),
            use("book_theatre", theatre="OT2", slot="Tue 08:00", patient="Okafor"),
            say(
                "I could not book OT2: the system refused it, as the theatre is locked for maintenance. Nothing is set."
            ),
        ),
        at("book_theatre", 0),
        allowed="premature_end",
    ),
    faulty(
        "f-spindle-speed-xml-fault",
        "tool_error",
        "Wie schnell dreht die Spindel von Maschine 7 gerade?",
        (
            tool(
                "read_plc",
                "Reads a register of a machine.",
                "machine register",
                "<Response><Status>FAULT</Status><Code>0x8024</Code><Text>Register not readable</Text></Response>",
            ),
        ),
        (
            use("read_plc", machine="7", register="SPINDLE_RPM"),
            say("Die Drehzahl ließ sich nicht lesen, die Steuerung meldet einen Fehler (0x8024)."),
        ),
        at("read_plc", 0),
    ),
    faulty(
        "f-case-law-index-raises",
        "tool_error",
        "Find rulings of the last five years on drone flights over private gardens.",
        (
            tool(
                "search_rulings",
                "Full text search of rulings.",
                "query years:integer",
                fails("no shard available for index rulings_v3", "RuntimeError"),
            ),
            tool("statute", "Text of a statute.", "paragraph", "§ 903 BGB: The owner may deal with the thing at will."),
        ),
        (
            together(call("search_rulings", query="drone garden", years=5), call("statute", paragraph="903 BGB")),
            say("The search of rulings is broken at the moment, so I only have the statute: § 903 BGB."),
        ),
        at("search_rulings", 0),
        allowed="premature_end",
    ),
    faulty(
        "s-lab-freezer-permission",
        "tool_error",
        "Log sample S-2231 as moved to freezer B, shelf 3.",
        (
            tool(
                "move_sample",
                "Moves a sample in the inventory.",
                "sample freezer shelf:integer",
                data(ok=False, error={"type": "Forbidden", "detail": "user agent-7 lacks role inventory.write"}),
            ),
        ),
        (
            use("move_sample", sample="S-2231", freezer="B", shelf=3),
            say("I am not allowed to write to the inventory, so S-2231 is still logged at its old place."),
        ),
        at("move_sample", 0),
    ),
)

WAITED: tuple[Scenario, ...] = (
    faulty(
        "s-crossing-quote-deadline",
        "timeout",
        "What does the ferry Kiel to Oslo cost for two people and a car on 3 July?",
        (
            tool(
                "ferry_quote",
                "Price of a crossing.",
                "route date people:integer",
                fails("upstream did not answer within 1.2 s", "TimeoutError", 1.2),
            ),
        ),
        (
            use("ferry_quote", route="Kiel-Oslo", date="2026-07-03", people=2),
            say("The ferry company's system did not answer in time, so I have no price for you."),
        ),
        at("ferry_quote", 0),
        allowed="tool_error slow_outlier bottleneck",
    ),
    faulty(
        "f-warehouse-query-statement-timeout",
        "timeout",
        "How many parcels did we return in the first quarter, by country?",
        (
            tool(
                "describe",
                "Columns of a table.",
                "table",
                "parcels(id bigint, country text, returned_at date, ...) 412 M rows",
            ),
            tool(
                "sql",
                "Runs SQL.",
                "statement",
                after(1.0, "ERROR 57014: canceling statement due to statement timeout (1000 ms)"),
            ),
        ),
        (
            use("describe", table="parcels"),
            use("sql", statement="select country, count(*) from parcels where returned_at < '2026-04-01' group by 1"),
            say("The query was cancelled by the database after its time limit; I can't give you the counts."),
        ),
        at("sql", 0),
        allowed="tool_error slow_outlier bottleneck",
    ),
    faulty(
        "s-telescope-queue-deadline",
        "timeout",
        "Demande une pose de 30 s sur M57 au télescope du club.",
        (
            tool("pointage", "Pointe le télescope.", "objet", "M57 pointé, suivi actif"),
            tool(
                "pose",
                "Prend une image.",
                "secondes:integer",
                after(1.1, data(etat="erreur", message="délai d'attente dépassé (caméra)")),
            ),
        ),
        (
            use("pointage", objet="M57"),
            use("pose", secondes=30),
            say("La caméra n'a pas répondu dans le délai imparti : aucune image n'a été prise."),
        ),
        at("pose", 0),
        allowed="tool_error slow_outlier bottleneck",
    ),
)

REFUSED: tuple[Scenario, ...] = (
    faulty(
        "f-translation-quota",
        "rate_limited",
        "Translate the museum labels 11, 12 and 13 into Portuguese.",
        (
            tool(
                "label",
                "Text of a label.",
                "number:integer",
                "Clay jar, 3rd century",
                "Bronze mirror, Han",
                "Silk fan, Qing",
            ),
            tool(
                "translate",
                "Translates a text.",
                "text into",
                "Jarro de barro, século III",
                "HTTP 429 Too Many Requests. X-RateLimit-Remaining: 0, Retry-After: 3600",
            ),
        ),
        (
            together(call("label", number=11), call("label", number=12), call("label", number=13)),
            use("translate", text="Clay jar, 3rd century", into="pt"),
            use("translate", text="Bronze mirror, Han", into="pt"),
            use("translate", text="Silk fan, Qing", into="pt"),
            say(
                "Label 11: Jarro de barro, século III. For 12 and 13 the translation service refuses us "
                "for the next hour."
            ),
        ),
        at("translate", 1, 2),
        allowed="tool_error premature_end retry_storm",
    ),
    faulty(
        "s-model-refuses-three-times",
        "rate_limited",
        "Draft a short note to the kitchen: 40 vegetarian lunches on Friday.",
        (),
        (
            *[
                Turn(
                    "Rate limit reached for requests per min (RPM): Limit 3, Used 3. Please try again in 20s.",
                    status=429,
                )
            ]
            * 4,
        ),
        at(None, 0, 1, 2),
        allowed="tool_error retry_storm empty_output",
    ),
    faulty(
        "f-badge-printer-again-and-again",
        "retry_storm",
        "Print a visitor badge for Ms Lindqvist.",
        (
            tool("find_visitor", "A visitor of today.", "name", "V-118 Lindqvist, host: Braun, 10:30"),
            tool("print_badge", "Prints a badge.", "visitor", fails("printer LOBBY-1: tray open", "OSError")),
        ),
        (
            use("find_visitor", name="Lindqvist"),
            *[use("print_badge", visitor="V-118")] * 7,
            say("The printer in the lobby reports an open tray; the badge of Ms Lindqvist is not printed."),
        ),
        at("print_badge", *range(7)),
        allowed="tool_error call_loop no_progress",
    ),
    faulty(
        "s-irrigation-valve-storm",
        "retry_storm",
        "Öffne das Ventil im Feld 4 für zehn Minuten.",
        (
            tool(
                "ventil",
                "Schaltet ein Ventil.",
                "feld:integer minuten:integer",
                data(status="fehlgeschlagen", grund="Gateway 503 Service Unavailable"),
            ),
        ),
        (
            *[use("ventil", feld=4, minuten=10)] * 6,
            say("Das Ventil in Feld 4 lässt sich nicht öffnen, das Gateway ist nicht erreichbar."),
        ),
        at("ventil", *range(6)),
        allowed="tool_error call_loop no_progress connection_lost",
    ),
    faulty(
        "f-broker-connection-reset",
        "connection_lost",
        "Publish the shift plan to the floor displays.",
        (
            tool("shift_plan", "The plan of a day.", "day", "early: Ada, Ben; late: Cem, Dora; night: Eve"),
            tool(
                "publish",
                "Sends to the displays.",
                "text",
                fails("[Errno 104] Connection reset by peer", "ConnectionResetError"),
            ),
        ),
        (
            use("shift_plan", day="Monday"),
            use("publish", text="early: Ada, Ben; late: Cem, Dora; night: Eve"),
            say("The displays dropped the connection, so the plan is not shown anywhere yet."),
        ),
        at("publish", 0),
        allowed="tool_error",
    ),
    faulty(
        "s-weather-buoy-unreachable",
        "connection_lost",
        "How high are the waves at buoy 62103?",
        (
            tool(
                "buoy",
                "Latest reading of a buoy.",
                "number:integer",
                "curl: (7) Failed to connect to buoys.example port 443: Connection refused",
            ),
        ),
        (
            use("buoy", number=62103),
            say("I can't reach the buoy service right now, so I do not know the wave height."),
        ),
        at("buoy", 0),
        allowed="tool_error",
    ),
)

SCENARIOS: tuple[Scenario, ...] = ERRORS + WAITED + REFUSED

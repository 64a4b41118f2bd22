"""Sixth set: runs that pay too much, in tokens or in time."""

from __future__ import annotations

from random import Random

from tests.corpus.scenario import Scenario, Turn
from tests.corpus.scenarios.building import after, at, call, data, faulty, say, think, tool, use

WORDS = (
    "the council tram budget line mayor vote street river bridge plan report station works public meeting paper letter "
    "house north south evening morning people water winter money city board school market court fire wind price"
).split()


def prose(seed: str, characters: int) -> str:
    """Text of a wire or a log that nobody needs in full; the same for the same seed."""
    words = Random(seed)
    sentences: list[str] = []
    while sum(map(len, sentences)) < characters:
        picked = [words.choice(WORDS) for _ in range(words.randint(7, 15))]
        sentences.append(f"{' '.join(picked).capitalize()} {words.randint(2, 9900)}. ")
    return "".join(sentences)


SENTENCES = [prose(f"sentence {number}", 1) for number in range(24)]


def report(seed: str, characters: int) -> str:
    """Text that repeats itself, so that a trace which has it in every request stays small when compressed."""
    return "".join(Random(seed).choices(SENTENCES, k=characters // 80))


def log(seed: str, lines: int, needle: str) -> str:
    """A log with one line that matters in its middle."""
    chance = Random(seed)
    made = [
        f"2026-11-23T{k // 3600 % 24:02}:{k // 60 % 60:02}:{k % 60:02}Z accept src=10.{chance.randint(0, 9)}.0."
        f"{chance.randint(1, 254)} dst=10.20.0.{chance.randint(1, 254)} bytes={chance.randint(40, 99999)}"
        for k in range(lines)
    ]
    return "\n".join([*made[: lines // 2], needle, *made[lines // 2 :]])


GROWTH: tuple[Scenario, ...] = (
    faulty(
        "x-newsroom-wire-piles-up",
        "context_growth",
        "Which of today's wire reports mention the tram line? Look at all nine.",
        (
            tool(
                "wire_report",
                "A report of the wire, in full.",
                "number:integer",
                *[report(f"wire {k}", 6000) for k in range(1, 10)],
            ),
        ),
        (
            *[think(f"Report {k}.", call("wire_report", number=k)) for k in range(1, 10)],
            say("Reports 1 to 9 all mention the tram line at least in passing; report 4 is about its budget."),
        ),
        at(None, 9),
        allowed="cost_spike oversized_content serial_calls bottleneck",
    ),
    faulty(
        "x-sql-schema-into-the-prompt-again-and-again",
        "context_growth",
        "Find the table with the loyalty points.",
        (
            tool(
                "describe_schema",
                "All tables of a schema, with every column.",
                "schema",
                *[
                    "\n".join(f"{name}_{k}(id int, {report(f'{name} {k}', 100).lower()})" for k in range(60))
                    for name in ("sales", "crm", "finance", "web", "legacy", "stage", "marts")
                ],
            ),
        ),
        (
            *[
                use("describe_schema", schema=name)
                for name in ("sales", "crm", "finance", "web", "legacy", "stage", "marts")
            ],
            say("The loyalty points are most likely in crm_17; no other schema has a table of that kind."),
        ),
        at(None, 7),
        allowed="cost_spike oversized_content no_progress serial_calls bottleneck ungrounded_output",
    ),
    faulty(
        "x-workshop-one-reply-costs-the-day",
        "cost_spike",
        "Which service is due for the van?",
        (
            tool("mileage", "Mileage of a car.", "plate", "B-KR 881: 119,400 km"),
            tool("service_plan", "Service plan of a model.", "plate", "every 30,000 km: oil; every 120,000 km: belt"),
            tool("history", "Services done.", "plate", "oil at 90,112 km; belt never"),
        ),
        (
            Turn(calls=(call("mileage", plate="B-KR 881"),), tokens=(410, 22)),
            Turn(calls=(call("service_plan", plate="B-KR 881"),), tokens=(465, 24)),
            Turn(calls=(call("history", plate="B-KR 881"),), tokens=(98200, 15900)),
            Turn("Both are due at 120,000 km: the oil and the belt, which has never been changed.", tokens=(560, 31)),
        ),
        at(None, 2),
        allowed="context_growth oversized_content",
    ),
)

HUGE: tuple[Scenario, ...] = (
    faulty(
        "x-soc-whole-log-for-one-line",
        "oversized_content",
        "Did anything from 198.51.100.23 get through the firewall this morning?",
        (
            tool(
                "firewall_log",
                "The firewall's log of a day.",
                "date",
                log("fw", 1100, "2026-11-23T07:41:09Z deny src=198.51.100.23 dst=10.20.0.7 bytes=60"),
            ),
        ),
        (
            use("firewall_log", date="2026-11-23"),
            say("No. There was one attempt at 07:41, and it was denied."),
        ),
        at("firewall_log", 0),
        allowed="context_growth cost_spike",
    ),
    faulty(
        "x-museum-record-with-everything",
        "oversized_content",
        "What is the title of object 1911.7?",
        (
            tool(
                "object_record",
                "Everything that is known of an object, as XML.",
                "number",
                f"<object><title>Woman with a jug</title><notes>{prose('jug', 70_000)}</notes></object>",
            ),
        ),
        (
            think("I fetch the record.", call("object_record", number="1911.7")),
            say("Object 1911.7 is called 'Woman with a jug'."),
        ),
        at("object_record", 0),
        allowed="context_growth cost_spike",
    ),
)

SLOW: tuple[Scenario, ...] = (
    faulty(
        "x-greenhouse-one-sensor-takes-its-time",
        "slow_outlier",
        "Read the moisture of beds 1 to 8.",
        (
            tool(
                "moisture",
                "Moisture of a bed, percent.",
                "bed:integer",
                *[after(1.7 if bed == 6 else 0.08, f"bed {bed}: {30 + bed} %") for bed in range(1, 9)],
            ),
        ),
        (
            *[use("moisture", bed=bed) for bed in range(1, 9)],
            say("Moisture, beds 1 to 8: 31, 32, 33, 34, 35, 36, 37 and 38 percent."),
        ),
        at("moisture", 5),
        allowed="bottleneck serial_calls",
    ),
    faulty(
        "x-crew-planner-hangs-in-one-reply",
        "slow_outlier",
        "Assign captains to the flights of 3 December.",
        (
            tool("flights", "Flights of a day.", "date", "LX318, LX92, LX64, LX17, LX8"),
            tool("assign", "Assigns a free captain.", "flight", "Amrein", "Keller", "Okoro", "Lindt", "Baptista"),
        ),
        (
            Turn(calls=(call("flights", date="2026-12-03"),), seconds=0.1),
            Turn(calls=(call("assign", flight="LX318"),), seconds=0.1),
            Turn(calls=(call("assign", flight="LX92"),), seconds=0.1),
            Turn(calls=(call("assign", flight="LX64"),), seconds=2.0),
            Turn(calls=(call("assign", flight="LX17"),), seconds=0.1),
            Turn(calls=(call("assign", flight="LX8"),), seconds=0.1),
            Turn("LX318 Amrein, LX92 Keller, LX64 Okoro, LX17 Lindt, LX8 Baptista.", seconds=0.1),
        ),
        at(None, 3),
        allowed="bottleneck serial_calls",
    ),
    faulty(
        "x-sql-warehouse-has-to-wake-up",
        "cold_start",
        "Orders per weekday last week?",
        (
            tool(
                "run_sql",
                "Runs a query; the warehouse suspends itself when idle.",
                "query",
                after(2.0, "(warehouse resumed) 402"),
                *[after(0.08, str(rows)) for rows in (388, 417, 450, 512)],
            ),
        ),
        (
            *[
                use("run_sql", query=f"SELECT count(*) FROM orders WHERE day = '2026-11-{day}'")
                for day in (16, 17, 18, 19, 20)
            ],
            say("Monday to Friday: 402, 388, 417, 450 and 512 orders."),
        ),
        at("run_sql", 0),
        allowed="slow_outlier bottleneck serial_calls",
    ),
    faulty(
        "x-bank-currencies-one-by-one",
        "serial_calls",
        "What are dollar, pound, yen and krona worth in euros today?",
        (
            tool(
                "rate",
                "Rate of a currency against the euro.",
                "currency",
                *[after(0.35, text) for text in ("USD 0.921", "GBP 1.173", "JPY 0.0061", "SEK 0.0889")],
            ),
        ),
        (
            *[use("rate", currency=name) for name in ("USD", "GBP", "JPY", "SEK")],
            say("In euros: dollar 0.921, pound 1.173, yen 0.0061, krona 0.0889."),
        ),
        at("rate", 0, 1, 2, 3),
        allowed="bottleneck",
    ),
    faulty(
        "x-restaurant-four-houses-in-a-row",
        "serial_calls",
        "Where is there a table for six on Saturday: Lina, Sahel, Grünhof or Kombu?",
        (
            tool(
                "availability",
                "Whether a restaurant has a table.",
                "restaurant date guests:integer",
                *[after(0.4, text) for text in ("Lina: full", "Sahel: 19:30", "Grünhof: full", "Kombu: 18:00, 21:00")],
            ),
        ),
        (
            think("First Lina.", call("availability", restaurant="Lina", date="2026-11-28", guests=6)),
            think("Then Sahel.", call("availability", restaurant="Sahel", date="2026-11-28", guests=6)),
            think("Then Grünhof.", call("availability", restaurant="Grünhof", date="2026-11-28", guests=6)),
            think("And Kombu.", call("availability", restaurant="Kombu", date="2026-11-28", guests=6)),
            say("Sahel has a table at 19:30, Kombu at 18:00 and 21:00; Lina and Grünhof are full."),
        ),
        at("availability", 0, 1, 2, 3),
        allowed="bottleneck",
    ),
)

AGAIN: tuple[Scenario, ...] = (
    faulty(
        "x-admission-transcript-fetched-twice",
        "redundant_call",
        "Does applicant 8812 meet the grade and the language requirement for physics?",
        (
            tool(
                "transcript", "Transcript of an applicant.", "number:integer", "8812: average 1.6; English C1; maths 15"
            ),
            tool("requirements", "Requirements of a subject.", "subject", "physics: average 2.0 or better; English B2"),
        ),
        (
            use("transcript", number=8812),
            use("requirements", subject="physics"),
            use("transcript", number=8812),
            say("Yes: average 1.6 (2.0 is required) and English C1 (B2 is required)."),
        ),
        at("transcript", 1),
    ),
    faulty(
        "x-workshop-car-looked-up-for-every-question",
        "redundant_call",
        "Inspection date, tyre size and recall status of VIN WVW-7731?",
        (
            tool("vehicle", "A car's data.", "vin", data(vin="WVW-7731", model="Golf", tyres="205/55 R16")),
            tool("inspection", "Next inspection.", "vin", "March 2027"),
            tool("recalls", "Open recalls of a model.", "vin model", "none open"),
        ),
        (
            think("First the car.", call("vehicle", vin="WVW-7731")),
            think("Then its inspection.", call("inspection", vin="WVW-7731")),
            think("For the tyres I need the car.", call("vehicle", vin="WVW-7731")),
            think("For the recalls too.", call("recalls", vin="WVW-7731", model="Golf")),
            think("And the car once more for the summary.", call("vehicle", vin="WVW-7731")),
            say("Golf, VIN WVW-7731: inspection in March 2027, tyres 205/55 R16, no open recalls."),
        ),
        at("vehicle", 1, 2),
        allowed="call_loop",
    ),
)

SCENARIOS = (*GROWTH, *HUGE, *SLOW, *AGAIN)

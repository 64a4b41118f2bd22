"""Runs that cost too much by their calls: one after another without need, or made again for the same answer."""

from __future__ import annotations

from tests.corpus.scenario import Scenario
from tests.corpus.scenarios.building import after, at, call, data, faulty, say, think, tool, use

SERIAL: tuple[Scenario, ...] = (
    faulty(
        "a-weather-of-five-cities-one-by-one",
        "serial_calls",
        "Compare tomorrow's weather in Lyon, Turin, Graz, Split and Bergen for our photo shoot.",
        (
            tool(
                "forecast",
                "Weather of a city tomorrow.",
                "city",
                *[
                    after(0.35, data(sky=sky, celsius=celsius))
                    for sky, celsius in (("rain", 14), ("sun", 19), ("cloud", 12), ("sun", 23), ("rain", 8))
                ],
            ),
        ),
        (
            *[use("forecast", city=city) for city in ("Lyon", "Turin", "Graz", "Split", "Bergen")],
            say(
                "Split is best (sun, 23 C), then Turin (sun, 19 C). Graz is cloudy at 12 C; Lyon and Bergen have rain."
            ),
        ),
        at("forecast", 0, 1, 2, 3, 4),
        allowed="bottleneck",
    ),
    faulty(
        "a-trip-parts-looked-up-in-turn",
        "serial_calls",
        "For 3 to 6 July in Porto: cheapest flight from Basel, a hotel below 120 euros, and events in town.",
        (
            tool("find_flights", "Flights.", "origin destination date", after(0.5, "EZY1511 78 EUR, TP931 141 EUR")),
            tool(
                "find_hotels", "Hotels.", "city arrival limit_eur:integer", after(0.5, "Casa Azul 96, Ribeira Inn 118")
            ),
            tool("find_events", "Events.", "city from_date to_date", after(0.5, "4 July fado night; 5 July book fair")),
        ),
        (
            think(
                "I'll start with the flights.", call("find_flights", origin="BSL", destination="OPO", date="2025-07-03")
            ),
            think("Now hotels.", call("find_hotels", city="Porto", arrival="2025-07-03", limit_eur=120)),
            think("And events.", call("find_events", city="Porto", from_date="2025-07-03", to_date="2025-07-06")),
            say("Fly with EZY1511 (78 EUR), stay at Casa Azul (96 EUR). Fado night on 4 July, book fair on 5 July."),
        ),
        at("find_flights", 0) + at("find_hotels", 0) + at("find_events", 0),
        allowed="bottleneck",
    ),
    faulty(
        "a-disk-use-host-after-host",
        "serial_calls",
        "Which of db-01 to db-06 has a data disk more than 80 percent full?",
        (
            tool(
                "disk_usage",
                "Use of a disk.",
                "host mount",
                *[
                    after(0.25, f"/data {size} 1.8T {used}%")
                    for size, used in (
                        ("0.9T", 50),
                        ("1.5T", 84),
                        ("1.1T", 62),
                        ("1.6T", 91),
                        ("0.7T", 41),
                        ("1.3T", 73),
                    )
                ],
            ),
        ),
        (
            *[use("disk_usage", host=f"db-0{n}", mount="/data") for n in range(1, 7)],
            say("Two: db-02 is at 84 % and db-04 at 91 %. The others are at 50, 62, 41 and 73 %."),
        ),
        at("disk_usage", 0, 1, 2, 3, 4, 5),
        allowed="bottleneck",
    ),
    faulty(
        "a-background-checks-in-a-row",
        "serial_calls",
        "Prepare the hiring file of candidate 6602: references, degree, and work permit.",
        (
            tool(
                "candidate",
                "A candidate.",
                "number:integer",
                data(name="Lior Stern", ref="R-15", degree="D-902", permit="W-77"),
            ),
            tool("check_reference", "Check a reference.", "reference", after(0.45, "R-15: positive, would hire again")),
            tool("check_degree", "Check a degree.", "degree", after(0.45, "D-902: MSc Statistics, 2018, confirmed")),
            tool("check_permit", "Check a work permit.", "permit", after(0.45, "W-77: valid until 2027-09-30")),
        ),
        (
            use("candidate", number=6602),
            use("check_reference", reference="R-15"),
            use("check_degree", degree="D-902"),
            use("check_permit", permit="W-77"),
            say("Lior Stern: reference R-15 positive, MSc Statistics (2018) confirmed, permit until 2027-09-30."),
        ),
        at("check_reference", 0) + at("check_degree", 0) + at("check_permit", 0),
        allowed="bottleneck",
    ),
)

REDUNDANT: tuple[Scenario, ...] = (
    faulty(
        "a-customer-fetched-twice",
        "redundant_call",
        "Change the delivery of order 7718 to the customer's office and tell me the new date.",
        (
            tool("get_order", "An order.", "order:integer", data(order=7718, customer="C-90", state="packed")),
            tool(
                "get_customer",
                "A customer.",
                "customer",
                after(0.03, data(id="C-90", name="Elif Aydin", home="Gartenweg 3, Ulm", office="Am Markt 8, Ulm")),
            ),
            tool(
                "change_delivery", "Change an address.", "order:integer address", data(changed=True, date="2025-03-21")
            ),
        ),
        (
            use("get_order", order=7718),
            use("get_customer", customer="C-90"),
            use("change_delivery", order=7718, address="Am Markt 8, Ulm"),
            use("get_customer", customer="C-90"),
            say("Order 7718 now goes to Elif Aydin's office, Am Markt 8 in Ulm, and arrives on 21 March."),
        ),
        at("get_customer", 1),
    ),
    faulty(
        "a-schema-read-again-between-queries",
        "redundant_call",
        "How many members joined in 2024, and how many of them have cancelled?",
        (
            tool(
                "describe_table",
                "Columns of a table.",
                "table",
                "members(id, joined date, cancelled date null, branch text)",
            ),
            tool("run_query", "Run a query.", "sql", "1284", "97"),
        ),
        (
            use("describe_table", table="members"),
            use("run_query", sql="SELECT count(*) FROM members WHERE joined BETWEEN '2024-01-01' AND '2024-12-31'"),
            use("describe_table", table="members"),
            use(
                "run_query",
                sql="SELECT count(*) FROM members WHERE joined BETWEEN '2024-01-01' AND '2024-12-31' "
                "AND cancelled IS NOT NULL",
            ),
            say("1,284 members joined in 2024; 97 of them have cancelled since."),
        ),
        at("describe_table", 1),
    ),
    faulty(
        "a-tariff-rules-fetched-three-times",
        "redundant_call",
        "Work out the customs duty for shoes from Vietnam worth 800, and for bags worth 300 euros.",
        (
            tool(
                "duty_rules",
                "Duty rules of a country.",
                "country",
                after(0.03, "Vietnam: footwear 6403 8.0 %, bags 4202 3.7 %, textiles 6109 12.0 %; below 150 EUR free"),
            ),
            tool("calculate", "Work out an expression.", "expression", "64.0", "11.1", "75.1"),
        ),
        (
            use("duty_rules", country="Vietnam"),
            use("calculate", expression="800 * 0.08"),
            use("duty_rules", country="Vietnam"),
            use("calculate", expression="300 * 0.037"),
            use("duty_rules", country="Vietnam"),
            use("calculate", expression="64.0 + 11.1"),
            say("Shoes 64.00 EUR (8 %) and bags 11.10 EUR (3.7 %), together 75.10 EUR of duty."),
        ),
        at("duty_rules", 1, 2),
        allowed="ping_pong call_loop",
    ),
    faulty(
        "a-contract-opened-twice",
        "redundant_call",
        "Does the Kessler contract allow a price increase this year, and by how much?",
        (
            tool("find_contract", "Find a contract.", "party", "K-118 Kessler Maschinenbau, signed 2022-05-04"),
            tool(
                "open_contract",
                "Text of a contract.",
                "contract",
                "§7 Prices may be raised once in a calendar year, by no more than the consumer price index of the year "
                "before. §8 Notice of eight weeks.",
            ),
            tool("price_index", "Consumer price index.", "year:integer", "2024: 2.2 %"),
            tool("last_increase", "Last price increase.", "contract", "2024-02-01, 3.1 %"),
        ),
        (
            use("find_contract", party="Kessler"),
            use("open_contract", contract="K-118"),
            use("price_index", year=2024),
            use("last_increase", contract="K-118"),
            use("open_contract", contract="K-118"),
            say("Yes: the last one was in February 2024, so one of up to 2.2 % is allowed, with eight weeks' notice."),
        ),
        at("open_contract", 1),
    ),
)

SCENARIOS: tuple[Scenario, ...] = SERIAL + REDUNDANT
